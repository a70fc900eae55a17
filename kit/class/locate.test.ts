import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeZip, type ZipEntry } from '../testing/make-zip.ts';
import { temporaryFolder, writeFiles } from '../testing/temporary-folder.ts';
import { Unreachable } from './entries.ts';
import { nameOf } from './file-names.ts';
import { withExercises } from './locate.ts';

const taken = (path: string, scratch = temporaryFolder()) =>
  withExercises(path, scratch, async ({ folder }) => readFileSync(join(folder, 'exercises/a.ts'), 'utf8'));
const entries = (top = '') => [{ name: `${top}exercises/a.ts`, data: 'a' }];
const zip = (name: string, made: ZipEntry[]): ZipEntry => ({ name, data: makeZip(made) });

function zipFile(made: ZipEntry[]): string {
  const file = join(temporaryFolder(), 'work.zip');
  writeFileSync(file, makeZip(made));
  return file;
}

describe('the exercises in a folder', () => {
  it.each([
    ['at the top', { 'exercises/a.ts': 'a' }],
    ['one folder down', { 'repo/exercises/a.ts': 'a', 'README.md': '' }],
    ['several folders down', { 'a/b/c/d/exercises/a.ts': 'a', 'a/README.md': '' }],
    ['beside what macOS adds', { 'repo/exercises/a.ts': 'a', '__MACOSX/exercises/a.ts': 'b' }],
    ['in another case', { 'repo/Exercises/a.ts': 'a' }],
  ])('are found %s', async (_, files: Record<string, string>) => {
    expect(await taken(temporaryFolder(files))).toBe('a');
  });

  it('are found beside links, pipes and folders that may not be read', async () => {
    const folder = temporaryFolder({ 'exercises/a.ts': 'a', 'closed/b.ts': '' });
    symlinkSync('/etc', join(folder, 'exercises/etc'));
    symlinkSync('nowhere', join(folder, 'node_modules'));
    execFileSync('mkfifo', [join(folder, 'exercises/pipe.ts')]);
    chmodSync(join(folder, 'closed'), 0);
    const found = await withExercises(folder, temporaryFolder(), async ({ missing }) => Object.fromEntries(missing));
    chmodSync(join(folder, 'closed'), 0o700);
    expect(found).toEqual({ 'exercises/etc': 'a link to /etc', 'exercises/pipe.ts': 'a pipe' });
  });

  it.skipIf(process.getuid?.() === 0 || process.platform === 'win32')(
    'that the grader may not read are no fault of their author',
    async () => {
      const folder = temporaryFolder({ 'exercises/a.ts': 'a', 'work.zip': 'PK' });
      for (const path of [folder, join(folder, 'work.zip')]) chmodSync(path, 0);
      await expect(taken(folder)).rejects.toThrow(Unreachable);
      chmodSync(folder, 0o700);
      await expect(taken(join(folder, 'work.zip'))).rejects.toThrow(Unreachable);
    },
  );

  it.runIf(process.platform === 'linux')('are found below names that are not UTF-8, and among them', async () => {
    const folder = Buffer.concat([Buffer.from(`${temporaryFolder()}/J`), Buffer.from([0xf6]), Buffer.from('rg')]);
    const exercises = Buffer.concat([folder, Buffer.from('/'), Buffer.from([0xfc]), Buffer.from('/exercises')]);
    mkdirSync(exercises, { recursive: true });
    writeFileSync(Buffer.concat([exercises, Buffer.from('/a.ts')]), 'a');
    writeFileSync(Buffer.concat([exercises, Buffer.from('/'), Buffer.from([0xe4]), Buffer.from('.ts')]), 'b');
    expect(await taken(nameOf(folder))).toBe('a');
  });

  it.each([
    ['there are none', { 'a.ts': '' }, 'it has no exercises/ folder; what is there: a.ts'],
    ['there are two', { 'x/exercises/a.ts': '', 'y/exercises/a.ts': '' }, '2 of its folders have exercises/'],
    ['there is another archive', { 'work.rar': '' }, 'what is there: work.rar'],
  ])('are not guessed where %s', async (_, files: Record<string, string>, message) => {
    await expect(taken(temporaryFolder(files))).rejects.toThrow(message);
  });

  it('that is a link are not followed, and that is said', async () => {
    const folder = temporaryFolder({ 'work/a.ts': 'a' });
    symlinkSync('work', join(folder, 'exercises'));
    await expect(taken(folder)).rejects.toThrow('exercises is a link to work');
  });
});

describe('the exercises in a zip file', () => {
  it.each(['', 'attention-ada/', 'attention-main/attention-main/'])(
    'are found below "%s", and what is taken out is gone afterwards',
    async (top) => {
      const scratch = temporaryFolder();
      const file = zipFile(entries(top));
      expect(await taken(file, scratch)).toBe('a');
      expect(await taken(join(file, '..'), scratch), 'a folder with a zip file in it').toBe('a');
      expect(readdirSync(scratch)).toEqual([]);
    },
  );

  it('are found in a zip file within it, and beside zip files without', async () => {
    expect(await taken(zipFile([zip('ada/work.zip', entries('repo/'))]))).toBe('a');
    const others = [{ name: 'report.pdf' }, zip('data.zip', [{ name: 'x' }]), { name: 'torn.zip', data: 'PK' }];
    expect(await taken(zipFile([...others, zip('work.ZIP', entries())]))).toBe('a');
  });

  it('are found in the folder where there are both', async () => {
    const folder = temporaryFolder({ 'exercises/a.ts': 'folder' });
    writeFileSync(join(folder, 'work.zip'), makeZip(entries()));
    expect(await taken(folder)).toBe('folder');
  });

  it('are not guessed between several, nor looked for without end', async () => {
    const several = [zip('one.zip', entries()), zip('two.zip', entries())];
    await expect(taken(zipFile(several))).rejects.toThrow('2 zip files have exercises/: one.zip and two.zip');
    const deep = [1, 2, 3, 4, 5].reduce((made) => [zip('in.zip', made)], entries() as ZipEntry[]);
    await expect(taken(zipFile(deep))).rejects.toThrow('no exercises/ folder');
    await expect(taken(zipFile([{ name: 'torn.zip', data: 'PK' }]))).rejects.toThrow(/^torn\.zip: .*unpacked/);
  });

  it('never come to lie elsewhere than among what is taken', async () => {
    const folder = temporaryFolder({ 'scratch/.keep': '' });
    const names = ['exercises/../../evil.ts', 'exercises/C:/evil.ts', 'exercises\\..\\..\\evil.ts'];
    const file = zipFile([...names.map((name) => ({ name, data: 'x' })), ...entries()]);
    const below = await withExercises(file, join(folder, 'scratch'), async ({ folder }) =>
      readdirSync(folder, { recursive: true }),
    );
    expect((below as string[]).sort()).toEqual(['exercises', 'exercises/a.ts']);
    expect(readdirSync(folder)).toEqual(['scratch']);
  });

  it('may have been a file that is no zip file: that is said', async () => {
    const folder = temporaryFolder();
    writeFiles(folder, { 'torn.zip': 'PK' });
    await expect(taken(join(folder, 'torn.zip'))).rejects.toThrow('the zip file cannot be unpacked');
  });
});
