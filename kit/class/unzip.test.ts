import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeZip, type ZipEntry } from '../testing/make-zip.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { withExercises } from './locate.ts';
import { Unreadable, unzip } from './unzip.ts';

function zipped(entries: ZipEntry[]): { file: string; folder: string } {
  const folder = join(temporaryFolder({ 'out/.keep': '' }), 'out');
  const file = join(dirname(folder), 'in.zip');
  writeFileSync(file, makeZip(entries));
  return { file, folder };
}

/** Why it is refused. */
async function refusal(entries: ZipEntry[], limits?: Parameters<typeof unzip>[2]): Promise<string> {
  const { file, folder } = zipped(entries);
  const error = await unzip(file, folder, limits).then(
    () => null,
    (error: Error) => error,
  );
  expect(error).toBeInstanceOf(Unreadable);
  expect(readdirSync(dirname(folder)).sort()).toEqual(['in.zip', 'out']);
  return (error as Error).message;
}

describe('a zip file', () => {
  it('is unpacked with its folders', async () => {
    const { file, folder } = zipped([
      { name: 'a/' },
      { name: 'a/b.ts', data: 'x'.repeat(5000) },
      { name: 'c.ts', data: 'c' },
    ]);
    await unzip(file, folder);
    expect(readFileSync(join(folder, 'a/b.ts'), 'utf8')).toBe('x'.repeat(5000));
    expect(readFileSync(join(folder, 'c.ts'), 'utf8')).toBe('c');
  });

  it.each(['../evil.ts', 'a/../../evil.ts', '/tmp/evil.ts', '..\\evil.ts', 'C:/evil.ts', 'C:\\evil.ts'])(
    'that leads out of its folder by the name %s is refused',
    async (name) => {
      await refusal([{ name, data: 'x' }]);
      expect(existsSync('/tmp/evil.ts')).toBe(false);
    },
  );

  it('with a link, or what is not a plain file, is refused', async () => {
    expect(await refusal([{ name: 'exercises', data: '/etc', mode: 0o120777 }])).toContain('is a link');
    expect(await refusal([{ name: 'pipe', mode: 0o010644 }])).toContain('not a regular file');
  });

  it('that names a file twice is refused, so nothing is written through what came first', async () => {
    expect(
      await refusal([
        { name: 'a', data: '1' },
        { name: 'a', data: '2' },
      ]),
    ).toContain('EEXIST');
  });

  it.each<[string, ZipEntry[]]>([
    ['a name that is too long', [{ name: `${'n'.repeat(300)}.ts`, data: 'x' }]],
    ['a path that is too long', [{ name: `${'a/'.repeat(2500)}x`, data: 'x' }]],
    [
      'a file as a folder',
      [
        { name: 'a', data: 'x' },
        { name: 'a/b', data: 'x' },
      ],
    ],
    [
      'a folder as a file',
      [
        { name: 'a/b', data: 'x' },
        { name: 'a', data: 'x' },
      ],
    ],
    [
      'a file twice',
      [
        { name: 'a', data: 'x' },
        { name: 'a', data: 'x' },
      ],
    ],
    ['a link by a long name', [{ name: 'n'.repeat(60_000), data: 'x', mode: 0o120777 }]],
  ])('with %s is refused in few words, none of which is a place of this machine', async (_, entries) => {
    const { file, folder } = zipped(entries);
    const error: Error = await unzip(file, folder).then(
      () => new Error('it was unpacked'),
      (error) => error,
    );
    expect(error).toBeInstanceOf(Unreadable);
    expect(error.message).not.toContain(dirname(folder));
    expect(error.message.length).toBeLessThan(400);
  });

  it('that unpacks to a multiple of its size is refused, whatever its headers say', async () => {
    const bomb = Buffer.alloc(8 * 1024 * 1024);
    expect(await refusal([{ name: 'bomb', data: bomb }])).toContain('200 times its size');
    await refusal([{ name: 'bomb', data: bomb, claimedSize: 10 }]);
  });

  it('is refused at the limits of entries and of bytes in all', async () => {
    const limits = { entries: 3, bytes: 10_000, ratio: 200 };
    const files = (count: number, data: string) => Array.from({ length: count }, (_, i) => ({ name: `f${i}`, data }));
    expect(await refusal(files(4, 'x'), limits)).toContain('4 entries; 3 are allowed');
    expect(await refusal(files(3, 'x'.repeat(4000)), limits)).toContain('unpacks to more than');
  });

  it('that is none is unreadable, not an accident', async () => {
    const { file, folder } = zipped([]);
    writeFileSync(file, 'PK but no zip');
    await expect(unzip(file, folder)).rejects.toThrow(Unreadable);
  });
});

describe('the exercises in what was handed in', () => {
  const found = (path: string, scratch: string) =>
    withExercises(path, scratch, async (folder) => readFileSync(join(folder, 'exercises/a.ts'), 'utf8'));
  const entries = (top: string) => [{ name: `${top}exercises/a.ts`, data: 'a' }];

  it.each([
    ['at the top of a folder', { 'exercises/a.ts': 'a' }],
    ['one folder down', { 'repo/exercises/a.ts': 'a', 'README.md': '' }],
    ['beside what macOS adds', { 'repo/exercises/a.ts': 'a', '__MACOSX/exercises/a.ts': 'b' }],
  ])('are found %s', async (_, files) => {
    expect(await found(temporaryFolder(files), temporaryFolder())).toBe('a');
  });

  it.each(['', 'attention-ada/'])('are found in a zip file below "%s", which is gone afterwards', async (top) => {
    const folder = temporaryFolder();
    const scratch = temporaryFolder();
    writeFileSync(join(folder, 'work.zip'), makeZip(entries(top)));
    expect(await found(join(folder, 'work.zip'), scratch)).toBe('a');
    expect(await found(folder, scratch), 'a folder with a zip file in it').toBe('a');
    expect(readdirSync(scratch)).toEqual([]);
  });

  it.each([
    ['none', { 'a.ts': '' }, 'it has no exercises/ folder'],
    ['two', { 'x/exercises/a.ts': '', 'y/exercises/a.ts': '' }, '2 of its folders have exercises/'],
  ])('are not guessed where there is %s', async (_, files, message) => {
    await expect(found(temporaryFolder(files), temporaryFolder())).rejects.toThrow(message);
  });
});
