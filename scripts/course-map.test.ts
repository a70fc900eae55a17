import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findCourse, PACKAGE_ROOT, specOf } from '../kit/course/course.ts';
import { maxPoints } from '../kit/course/points.ts';
import { copyCourse } from '../kit/testing/copied-course.ts';
import { temporaryFolder, writeFiles } from '../kit/testing/temporary-folder.ts';
import { courseMap, withMap } from './course-map.ts';

const course = await findCourse(PACKAGE_ROOT);

describe('the course map', () => {
  it('has a row for each lecture, and every exercise once, in the course’s order, with a link that leads somewhere', () => {
    const map = courseMap(course);
    const linked = [...map.matchAll(/\]\(exercises\/(\S+)\.ts\) (\d+)/g)].map(([, id, points]) => [id, Number(points)]);
    expect(linked).toEqual(course.exercises.map((id) => [id, maxPoints(specOf(course, id))]));
    const links = [...map.matchAll(/\]\((\S+)\)/g)].map(([, path]) => path);
    expect(links.filter((path) => !existsSync(join(PACKAGE_ROOT, path)))).toEqual([]);
  });

  it('tells of a lecture without a handout by its folder, and of its points together', async () => {
    const root = temporaryFolder();
    const [one, other] = course.exercises;
    copyCourse(root, { '07-new/one': one, '07-new/two': other });
    const row = (await mapIn(root)).find((line) => line.startsWith('| 07'));
    expect(row).toMatch(/^\| 07 \| 07-new \| \[.*\]\(exercises\/07-new\/one\.ts\) \d+ · \[.*two\.ts\) \d+ \| \d+ \|$/);
  });

  it.each([
    ['# 07 Sliding windows', 'Sliding windows'],
    ['# Lecture 07: Sliding windows', 'Sliding windows'],
    ['# Sliding windows', 'Sliding windows'],
    ['# Windows [a|b]', 'Windows \\[a\\|b\\]'],
  ])('names a lecture by its handout’s heading: %s', async (heading, title) => {
    const root = temporaryFolder();
    copyCourse(root, { '07-new/one': course.exercises[0] });
    writeFiles(root, { 'exercises/07-new/README.md': `${heading}\n\nText.\n` });
    expect(await mapIn(root)).toContainEqual(
      expect.stringContaining(`| 07 | [${title}](exercises/07-new/README.md) |`),
    );
  });

  const mapIn = async (root: string) => courseMap(await findCourse(root)).split('\n');
});

describe('the README', () => {
  const readme = withMap('before <!-- course map, written by `npm run map` --><!-- end of course map --> after', 'old');

  it('changes only where the map stands, and not when the map is what it was', () => {
    expect(withMap(readme, 'new')).toBe(readme.replace('old', 'new'));
    expect(withMap(readme, 'old')).toBe(readme);
  });

  it.each([
    ['no marks', 'before and after'],
    ['one end', readme.replace('<!-- end of course map -->', '')],
    ['two maps', readme + readme],
  ])('is refused with %s', (_, text) => {
    expect(() => withMap(text, 'new')).toThrow(/once each/);
  });
});
