import { expect, it } from 'vitest';
import { findCourse, PACKAGE_ROOT, specOf } from '../course/course.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { givenProblems } from './given-problems.ts';

const SPEC = `title: T
given: [mods.ts, ../tape.ts]
exports: { f: tensor }
checks: { hygiene/arguments: {} }
hints: [a first long hint, a second long hint, a third long hint]
`;

const FILES = {
  'graders/01-x/a.yaml': SPEC,
  'exercises/arguments.ts': '',
  'exercises/tape.ts': `import { axes } from './arguments';`,
  'exercises/01-x/a.ts': `import { axes } from '../arguments';\nimport { keep } from '../tape';\nimport type { Mod } from './mods';`,
  'exercises/01-x/mods.ts': '',
  'solutions/01-x/a.ts': `import { keep } from '../../exercises/tape';\nimport type { Options } from '../../exercises/01-x/a';`,
};

const problems = async (files: Record<string, string> = {}, given = ['mods.ts', '../tape.ts']) => {
  const course = await findCourse(temporaryFolder({ ...FILES, ...files }));
  return givenProblems(course, '01-x/a', { given });
};

it('files that are named, and what they import of each other, are in order', async () => {
  expect(await problems()).toEqual([]);
});

it('a file beside the lectures may wait for exercises to come', async () => {
  expect(await problems({ 'exercises/tiny-model.ts': '' })).toEqual([]);
});

it.each<[string, Record<string, string>, string[], string]>([
  [
    'is not there',
    {},
    ['mods.ts', '../tape.ts', 'other.ts'],
    'exercises/01-x/other.ts is given, and there is no such file',
  ],
  [
    'is a stub',
    {},
    ['mods.ts', '../tape.ts', 'a.ts'],
    'exercises/01-x/a.ts is given, but it is the stub of an exercise',
  ],
  [
    'the stub uses, for its types alone',
    {},
    ['../tape.ts'],
    'exercises/01-x/a.ts imports "./mods", which the YAML does not name under given',
  ],
  [
    'the solution uses',
    { 'exercises/01-x/a.ts': `import './mods';` },
    ['mods.ts'],
    'solutions/01-x/a.ts imports "../../exercises/tape", which the YAML does not name under given',
  ],
  [
    'a given file uses',
    { 'exercises/tape.ts': `export * from './more.ts';` },
    ['mods.ts', '../tape.ts'],
    'exercises/tape.ts imports "./more.ts", which the YAML does not name under given',
  ],
  [
    'nobody names',
    { 'exercises/01-x/stray.ts': '' },
    ['mods.ts', '../tape.ts'],
    'exercises/01-x/stray.ts is not an exercise, and no exercise of the lecture is given it',
  ],
])('a file is told of that %s', async (_, files, given, problem) => {
  expect(await problems(files, given)).toEqual([problem]);
});

it('the course’s own exercises are in order', async () => {
  const course = await findCourse(PACKAGE_ROOT);
  for (const id of course.exercises) expect(givenProblems(course, id, specOf(course, id))).toEqual([]);
});
