import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeZip, type ZipEntry } from '../testing/make-zip.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { Unreadable, withZip } from './unzip.ts';

const MIB = 1024 * 1024;

function zipped(entries: ZipEntry[]): string {
  const file = join(temporaryFolder(), 'in.zip');
  writeFileSync(file, makeZip(entries));
  return file;
}

/** By path, what each has, or why it cannot be had. */
async function contents(entries: ZipEntry[], most = MIB): Promise<Record<string, string>> {
  return withZip(zipped(entries), async (found) => {
    const read = found
      .filter(({ kind }) => kind !== 'folder')
      .map(async ({ path, read }) => {
        const text = await read(most).then(
          (bytes) => Buffer.from(bytes).toString(),
          (error: Error) => `${error.name}: ${error.message}`,
        );
        return [path, text];
      });
    return Object.fromEntries(await Promise.all(read));
  });
}

const good = { name: 'good.ts', data: 'good' };

describe('a zip file', () => {
  it('is read with its folders', async () => {
    const long = 'x'.repeat(5000);
    expect(await contents([{ name: 'a/' }, { name: 'a/b.ts', data: long }, { name: './c.ts', data: 'c' }])).toEqual({
      'a/b.ts': long,
      'c.ts': 'c',
    });
  });

  it.each(['../evil.ts', 'a/../../evil.ts', '..\\evil.ts', 'a\\..\\..\\evil.ts', '..'])(
    'with a name that leads out, %s, has all but that',
    async (name) => {
      const found = await contents([{ name, data: 'x' }, good]);
      expect(found['good.ts']).toBe('good');
      expect(Object.values(found)).toContainEqual(expect.stringContaining('leads out'));
    },
  );

  it.each([
    ['/tmp/a.ts', 'tmp/a.ts'],
    ['C:\\hand-in\\a.ts', 'C:/hand-in/a.ts'],
  ])('with the absolute name %s has it below its top: %s', async (name, path) => {
    expect(await contents([{ name, data: 'x' }])).toEqual({ [path]: 'x' });
  });

  it.each([
    ['a link', { name: 'odd', data: '/etc', mode: 0o120777 }, 'a link'],
    ['a pipe', { name: 'odd', mode: 0o010644 }, 'not a regular file'],
    ['a socket', { name: 'odd', mode: 0o140777 }, 'not a regular file'],
    ['an encrypted file', { name: 'odd', data: 'x', encrypted: true }, 'encrypted'],
    ['a damaged file', { name: 'odd', data: 'x', claimedSum: 1 }, 'damaged'],
    ['a file that unpacks to more than is asked for', { name: 'odd', data: Buffer.alloc(8 * MIB) }, 'larger than 1024'],
    ['the same, and headers that deny it', { name: 'odd', data: Buffer.alloc(8 * MIB), claimedSize: 10 }, 'NotTaken'],
  ] satisfies [string, ZipEntry, string][])('with %s has all but that', async (_, odd, problem) => {
    const found = await contents([good, odd, { ...good, name: 'after.ts' }]);
    expect(found).toEqual({ 'good.ts': 'good', 'after.ts': 'good', odd: expect.stringContaining(problem) });
  });

  it('whose headers have a wrong size is read all the same', async () => {
    expect(await contents([{ name: 'a.ts', data: 'xx', claimedSize: 1 }])).toEqual({ 'a.ts': 'xx' });
  });

  it('with names in the letters of another Windows has them', async () => {
    // 表 in Shift-JIS, whose second byte is that of a backslash.
    const name = Buffer.concat([Buffer.from([0x95, 0x5c]), Buffer.from('/exercises/a.ts')]);
    expect(Object.keys(await contents([{ name, data: 'x' }]))[0]).toMatch(/\/exercises\/a\.ts$/);
  });

  it('may have very many names, but not any number', async () => {
    const files = Array.from({ length: 8000 }, (_, i) => ({ name: `node_modules/f${i}`, data: '' }));
    expect(await withZip(zipped(files), async (entries) => entries.length)).toBe(8000);
    await expect(withZip(zipped(files), async () => {}, 100)).rejects.toThrow(Unreadable);
  });

  it('whose list of names breaks off has what was listed before', async () => {
    const file = zipped([good, good, good]);
    const bytes = Buffer.from(makeZip([good, { ...good, name: 'next.ts' }]));
    bytes[bytes.lastIndexOf('PK\x01\x02')] = 0;
    writeFileSync(file, bytes);
    const paths = await withZip(file, async (entries) => entries.map(({ path }) => path));
    expect(paths).toEqual(['good.ts', '(the rest of the zip file)']);
  });

  it('that is none is unreadable, not an accident', async () => {
    const file = zipped([]);
    writeFileSync(file, 'PK but no zip');
    await expect(withZip(file, async () => {})).rejects.toThrow(Unreadable);
  });
});
