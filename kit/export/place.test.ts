import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { InputError } from '../course/input-error.ts';
import { EXPORT_FILE } from '../course/student-repository.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { place } from './place.ts';
import { type Files, sha256 } from './student-repository.ts';

function exported(texts: Record<string, string>): Files {
  const hashes = Object.fromEntries(Object.entries(texts).map(([path, text]) => [path, sha256(text)]));
  return new Map([
    ...Object.entries(texts),
    [EXPORT_FILE, JSON.stringify({ schema: 'attention-kit/export/v1', files: hashes })],
  ]);
}

const read = (folder: string, path: string) => readFileSync(join(folder, path), 'utf8');

describe('where an export goes', () => {
  it('is a new folder, an empty one, or one with nothing but a repository in it', () => {
    const parent = temporaryFolder({ 'cloned/.git/HEAD': 'ref' });
    mkdirSync(join(parent, 'empty'));
    for (const name of ['new/deeper', 'empty', 'cloned']) {
      place(join(parent, name), exported({ 'exercises/a.ts': 'stub' }));
      expect(read(parent, `${name}/exercises/a.ts`)).toBe('stub');
    }
    expect(read(parent, 'cloned/.git/HEAD')).toBe('ref');
    expect(readdirSync(parent).sort()).toEqual(['cloned', 'empty', 'new']);
  });

  it('is not a folder with anything else in it, and no file', () => {
    const folder = temporaryFolder({ 'thesis.tex': 'mine' });
    expect(() => place(folder, exported({ a: '1' }))).toThrow(InputError);
    expect(() => place(folder, exported({ a: '1' }))).toThrow(/is not empty, and no earlier export/);
    expect(() => place(join(folder, 'thesis.tex'), exported({ a: '1' }))).toThrow(/is a file/);
    expect(readdirSync(folder)).toEqual(['thesis.tex']);
  });
});

describe('over an earlier export', () => {
  const stubs = {
    'exercises/a.ts': 'stub a',
    'exercises/b.ts': 'stub b',
    'exercises/c.ts': 'stub c',
    'README.md': '1',
  };

  it('what was changed since stays, what was not is brought up to date or removed', () => {
    const folder = temporaryFolder();
    place(folder, exported(stubs));
    writeFileSync(join(folder, 'exercises/a.ts'), 'my answer');
    writeFileSync(join(folder, 'notes.txt'), 'mine');
    const placed = place(
      folder,
      exported({ 'exercises/a.ts': 'stub a, clearer', 'exercises/b.ts': 'stub b, clearer', 'README.md': '1' }),
    );
    expect(placed).toEqual({
      written: ['exercises/b.ts'],
      kept: ['exercises/a.ts'],
      removed: ['exercises/c.ts'],
      unchanged: 1,
    });
    expect(read(folder, 'exercises/a.ts')).toBe('my answer');
    expect(read(folder, 'exercises/b.ts')).toBe('stub b, clearer');
    expect(read(folder, 'notes.txt')).toBe('mine');
    expect(existsSync(join(folder, 'exercises/c.ts'))).toBe(false);
    expect(readdirSync(dirname(folder)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('what was kept once is kept again, and what was deleted comes back', () => {
    const folder = temporaryFolder();
    place(folder, exported(stubs));
    writeFileSync(join(folder, 'exercises/a.ts'), 'my answer');
    rmSync(join(folder, 'exercises/b.ts'));
    const clearer = exported({ ...stubs, 'exercises/a.ts': 'stub a, clearer' });
    for (const written of [['exercises/b.ts'], []]) {
      expect(place(folder, clearer)).toMatchObject({ kept: ['exercises/a.ts'], written });
    }
    expect(read(folder, 'exercises/a.ts')).toBe('my answer');
  });
});
