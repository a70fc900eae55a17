import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { findCourse, lectureOf, PACKAGE_ROOT, pathsOf } from '../course/course.ts';
import { usualMistakes } from '../course/usual-mistakes.ts';
import { readFixture } from '../judge/fixture.ts';

const course = await findCourse(PACKAGE_ROOT);

it.each([...new Set(course.exercises.map(lectureOf))])('the handout of %s names mistakes that are known', (lecture) => {
  const ids = course.exercises.filter((id) => lectureOf(id) === lecture);
  const listed = Object.keys(usualMistakes(readFileSync(pathsOf(course, ids[0]).handout, 'utf8')));
  const known = ids.flatMap((id) => Object.keys(readFixture(pathsOf(course, id).fixture).mistakes));
  expect(listed).not.toEqual([]);
  expect(listed.filter((name) => !known.includes(name))).toEqual([]);
});
