import { beforeAll, describe, expect, it } from 'vitest';
import { findCourse, PACKAGE_ROOT } from '../course/course.ts';
import type { Lock } from './lockfile.ts';
import { type Files, studentRepository } from './student-repository.ts';

describe("a student's repository", () => {
  let files: Files;
  beforeAll(async () => {
    const course = await findCourse(PACKAGE_ROOT);
    files = await studentRepository(course, { name: 'one', title: 'One', exercises: course.exercises.slice(0, 1) });
  });

  it('locks what its README tells to run, and the UI at the version of vitest, since no other fits it', () => {
    const { packages } = JSON.parse(String(files.get('package-lock.json'))) as Lock;
    const bins = Object.values(packages).flatMap(({ bin }) => Object.keys(bin ?? {}));
    const told = [...String(files.get('README.md')).matchAll(/^npx (\S+)/gm)].map(([, command]) => command);
    expect(told).toContain('vitest');
    expect(bins).toEqual(expect.arrayContaining(told));
    expect(packages['node_modules/@vitest/ui'].version).toBe(packages['node_modules/vitest'].version);
  });
});
