import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { PACKAGE_ROOT } from './course.ts';
import { givenAt, givenLooking, givenPaths, givenTo } from './given.ts';
import { InputError } from './input-error.ts';

const ID = '13-y/flex';

describe('what an exercise is given', () => {
  it('is arguments.ts, and what its YAML names from the lecture’s folder on', () => {
    expect(givenPaths(ID, {})).toEqual(['arguments.ts']);
    expect(givenPaths(ID, { given: ['mods.ts', '../tape.ts', '../arguments.ts'] })).toEqual([
      'arguments.ts',
      '13-y/mods.ts',
      'tape.ts',
    ]);
  });

  it('is the course’s own, and the package’s where the course lacks it', () => {
    const root = temporaryFolder({ 'exercises/13-y/mods.ts': '' });
    expect(givenTo({ root, exercises: [ID] }, ID, { given: ['mods.ts'] })).toEqual({
      'arguments.ts': join(PACKAGE_ROOT, 'exercises/arguments.ts'),
      '13-y/mods.ts': join(root, 'exercises/13-y/mods.ts'),
    });
  });

  it('is the package’s in a student’s repository, whatever lies there', () => {
    const root = temporaryFolder({ 'graders/export.json': '{}', 'exercises/tape.ts': 'changed' });
    const course = { root, exercises: [ID] };
    expect(givenTo(course, ID, { given: ['../tape.ts'] })['tape.ts']).toBe(join(PACKAGE_ROOT, 'exercises/tape.ts'));
  });

  it('must be there', () => {
    const course = { root: temporaryFolder(), exercises: [ID] };
    expect(() => givenTo(course, ID, { given: ['mods.ts'] })).toThrow(
      new InputError('graders/13-y/flex.yaml gives exercises/13-y/mods.ts, and there is no such file'),
    );
  });

  it.each([
    ['/w/tape', 'tape.ts'],
    ['/w/tape.ts', 'tape.ts'],
    ['/w/tape.js', 'tape.ts'],
    ['/w/13-y/mods', '13-y/mods.ts'],
    ['/w/mods', undefined],
    ['/v/tape', undefined],
    ['/w/tape.test', undefined],
  ])('an import that leads to %s is known for', (file, path) => {
    expect(givenAt(file, '/w', { 'tape.ts': '/k/tape.ts', '13-y/mods.ts': '/k/13-y/mods.ts' })).toBe(path);
  });
});

it('sources that are neither stubs nor tests can only be given', () => {
  const names = ['arguments.ts', 'tape.ts', 'tape.test.ts', 'types.d.ts', 'README.md', '13-y/flex.ts', '13-y/mods.ts'];
  const root = temporaryFolder(Object.fromEntries(names.map((name) => [`exercises/${name}`, ''])));
  const course = { root, exercises: [ID] };
  expect(givenLooking(course, '')).toEqual(['arguments.ts', 'tape.ts']);
  expect(givenLooking(course, '13-y')).toEqual(['13-y/mods.ts']);
  expect(givenLooking(course, '14-z')).toEqual([]);
});
