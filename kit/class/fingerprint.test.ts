import { rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder, writeFiles } from '../testing/temporary-folder.ts';
import { hashOfGraders, hashOfSubmission } from './fingerprint.ts';

describe('the hash of a submission', () => {
  const files = { 'exercises/01-x/a.ts': 'a', 'exercises/shared.ts': 's', 'README.md': 'r' };
  const hashWith = (changed: Record<string, string> = {}) =>
    hashOfSubmission(temporaryFolder({ ...files, ...changed }));

  it('is the same wherever the folder lies, and whatever is outside exercises/', () => {
    expect(hashWith()).toBe(hashWith({ 'README.md': 'other', 'notes/x.ts': 'x' }));
  });

  it.each([
    ['a file changes', { 'exercises/01-x/a.ts': 'b' }],
    ['a file it may import changes', { 'exercises/shared.ts': 't' }],
    ['a file comes', { 'exercises/01-x/b.ts': '' }],
  ])('is another where %s', (_, changed) => {
    expect(hashWith(changed)).not.toBe(hashWith());
  });

  it('does not follow links: what they lead to may be anything, and is never judged', () => {
    const outside = temporaryFolder({ secret: '1' });
    const folder = temporaryFolder(files);
    symlinkSync(outside, join(folder, 'exercises/link'));
    const before = hashOfSubmission(folder);
    writeFiles(outside, { secret: '2' });
    expect(hashOfSubmission(folder)).toBe(before);
    rmSync(join(folder, 'exercises/link'));
    expect(hashOfSubmission(folder)).not.toBe(before);
  });
});

describe('the hash of the graders', () => {
  const files = {
    'graders/01-x/a.yaml': 'y',
    'graders/01-x/a.ts': 'g',
    'graders/01-x/a.mistakes.ts': 'v',
    'graders/01-x/b.ts': 'other',
    'graders/01-x/draws.ts': 'shared',
    'reference/01-x/a.ts': 'r',
    'solutions/01-x/a.ts': 's',
    'fixtures/01-x/a.json': 'f',
    'exercises/tape.ts': 't',
    'exercises/01-x/mods.ts': 'm',
    'exercises/01-x/a.ts': 'stub',
    'exercises/02-y/mods.ts': 'o',
  };
  const hashWith = (changed: Record<string, string> = {}) => {
    const course = { root: temporaryFolder({ ...files, ...changed }), exercises: ['01-x/a', '01-x/b'] };
    return hashOfGraders(course, ['01-x/a']);
  };

  it.each([
    'graders/01-x/a.yaml',
    'graders/01-x/a.ts',
    'graders/01-x/draws.ts',
    'reference/01-x/a.ts',
    'solutions/01-x/a.ts',
    'fixtures/01-x/a.json',
    'exercises/tape.ts',
    'exercises/01-x/mods.ts',
  ])('is another where %s changes', (path) => {
    expect(hashWith({ [path]: 'changed' })).not.toBe(hashWith());
  });

  it('is the same where only mistakes, stubs or other exercises change', () => {
    expect(hashWith({ 'graders/01-x/a.mistakes.ts': 'changed', 'graders/01-x/b.ts': 'changed' })).toBe(hashWith());
    expect(hashWith({ 'exercises/01-x/a.ts': 'changed', 'exercises/02-y/mods.ts': 'changed' })).toBe(hashWith());
  });
});
