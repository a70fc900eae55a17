import { cpSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commitAll, git } from '../testing/git.ts';
import { makeZip } from '../testing/make-zip.ts';
import { temporaryFolder, writeFiles } from '../testing/temporary-folder.ts';
import { nameOf } from './file-names.ts';
import { submittedAtOf, withExercises } from './locate.ts';

const day = (n: number) => `2027-02-${String(n).padStart(2, '0')}T10:00:00.000Z`;

/** A repository with a commit a day, in which `exercises/a.ts` below `top` says which day it is. */
function repository(days: number[], top = ''): string {
  const folder = temporaryFolder();
  for (const n of days) {
    writeFiles(folder, { [`${top}exercises/a.ts`]: String(n) });
    commitAll(folder, day(n));
  }
  return folder;
}

/** With all that lies in the folder. */
function zipped(folder: string, around = ''): string {
  const file = join(temporaryFolder(), 'ada.zip');
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const entries = files.map((entry) => {
    const path = join(entry.parentPath, entry.name);
    return { name: `${around}${path.slice(folder.length + 1)}`, data: readFileSync(path) };
  });
  writeFileSync(file, makeZip(entries));
  return file;
}

const read = (path: string, notAfter?: string) =>
  withExercises(
    path,
    temporaryFolder(),
    async ({ folder, committedAt, isEarlier }) => ({
      committedAt,
      isEarlier,
      says: readFileSync(join(folder, 'exercises/a.ts'), 'utf8'),
    }),
    { notAfter },
  );
const timeOf = async (path: string) => (await read(path)).committedAt;

describe('the time of a hand-in', () => {
  it.each(['', 'attention/', 'a/b/c/'])('is that of its commit, with the exercises below "%s"', async (top) => {
    expect(await timeOf(repository([3], top))).toBe(day(3));
  });

  it.each(['loose', 'packed'])('is told by a %s commit in a zip file, with a folder around it or none', async (how) => {
    const folder = repository([3, 4], 'attention/');
    if (how === 'packed') git(folder, ['gc', '-q']);
    expect(await timeOf(zipped(folder))).toBe(day(4));
    expect(await timeOf(zipped(folder, 'ada-main/'))).toBe(day(4));
  });

  it('is told by the repository that a zip file with the exercises lies in', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'work.zip'), makeZip([{ name: 'repo/exercises/a.ts', data: 'a' }]));
    commitAll(folder, day(5));
    expect(await read(folder)).toEqual({ committedAt: day(5), isEarlier: false, says: 'a' });
  });

  it('is that of the outermost repository: another one may have been put into it', async () => {
    const folder = temporaryFolder();
    cpSync(repository([1]), join(folder, 'inner'), { recursive: true });
    git(folder, ['init', '-q']);
    git(folder, ['commit', '-q', '--allow-empty', '-m', 'x'], day(9));
    expect(await timeOf(folder)).toBe(day(9));
    rmSync(join(folder, '.git'), { recursive: true });
    expect(await timeOf(folder)).toBe(day(1));
  });

  it('is not known without a repository, and where .git is a file, as in a worktree', async () => {
    const folder = repository([3]);
    renameSync(join(folder, '.git'), join(folder, '../elsewhere'));
    expect(await timeOf(folder)).toBeNull();
    writeFiles(folder, { '.git': `gitdir: ${join(folder, '../elsewhere')}\n` });
    expect(await timeOf(folder)).toBeNull();
    rmSync(join(folder, '../elsewhere'), { recursive: true });
  });

  it('is not known where the commit itself is not there; which one it is, is', async () => {
    const folder = temporaryFolder({ 'exercises/a.ts': 'a', '.git/HEAD': 'a'.repeat(40) });
    const found = await withExercises(folder, temporaryFolder(), async ({ commit, committedAt }) => [
      commit,
      committedAt,
    ]);
    expect(found).toEqual(['a'.repeat(40), null]);
  });

  it.runIf(process.platform === 'linux')('is told in a folder whose name is not UTF-8', async () => {
    const inner = Buffer.concat([Buffer.from(`${temporaryFolder()}/J`), Buffer.from([0xf6])]);
    renameSync(repository([3]), inner);
    expect(await timeOf(nameOf(inner))).toBe(day(3));
  });
});

describe('the last commit in time', () => {
  it.each(['a folder', 'a zip file', 'a packed repository', 'a whole clone'])('is taken from %s', async (how) => {
    const made = repository([1, 2, 4, 6]);
    if (how === 'a packed repository') git(made, ['gc', '-q']);
    const clone = join(temporaryFolder(), 'clone');
    if (how === 'a whole clone') git('.', ['clone', '-q', made, clone]);
    const path = how === 'a zip file' ? zipped(made) : how === 'a whole clone' ? clone : made;
    expect(await read(path, day(5))).toEqual({ committedAt: day(4), isEarlier: true, says: '4' });
    expect(await read(path, day(2)), 'on the second').toMatchObject({ says: '2' });
    expect(await read(path, day(7))).toEqual({ committedAt: day(6), isEarlier: false, says: '6' });
    expect(await read(path)).toMatchObject({ says: '6' });
  });

  it('may have the exercises elsewhere, or in a zip file', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'work.zip'), makeZip([{ name: 'exercises/a.ts', data: 'zip' }]));
    commitAll(folder, day(1));
    rmSync(join(folder, 'work.zip'));
    writeFiles(folder, { 'exercises/a.ts': 'late' });
    commitAll(folder, day(3));
    expect(await read(folder, day(2))).toMatchObject({ says: 'zip', committedAt: day(1) });
  });

  it.each([
    ['there is none', repository([3, 4])],
    ['its history was cut off', shallow(repository([1, 3]))],
    ['it has no exercises yet', late()],
  ])('is what is checked out where %s, with its own late time', async (_, folder) => {
    const { committedAt, isEarlier } = await read(folder, day(2));
    expect({ late: (committedAt ?? '') > day(2), isEarlier }).toEqual({ late: true, isEarlier: false });
  });

  it('is that of the branch, and not what was merged into it later', async () => {
    const folder = repository([1]);
    git(folder, ['checkout', '-q', '-b', 'side']);
    writeFiles(folder, { 'exercises/a.ts': 'side' });
    commitAll(folder, day(2));
    git(folder, ['checkout', '-q', '-']);
    git(folder, ['merge', '-q', '--no-ff', 'side', '-m', 'x'], day(6));
    expect(await read(folder, day(3))).toMatchObject({ says: '1', committedAt: day(1) });
  });

  it('was handed in when it was made; the last one when the platform says', () => {
    const handIn = { committedAt: day(1), folder: '', commit: null, missing: new Map(), passedOver: [] };
    expect(submittedAtOf({ submittedAt: day(3) }, { ...handIn, isEarlier: true })).toBe(day(1));
    expect(submittedAtOf({ submittedAt: day(3) }, { ...handIn, isEarlier: false })).toBe(day(3));
    expect(submittedAtOf({ submittedAt: null }, { ...handIn, isEarlier: false })).toBe(day(1));
  });
});

function shallow(folder: string): string {
  const clone = join(temporaryFolder(), 'clone');
  git('.', ['clone', '-q', '--depth', '1', `file://${folder}`, clone]);
  return clone;
}

function late(): string {
  const folder = temporaryFolder({ 'README.md': '' });
  commitAll(folder, day(1));
  writeFiles(folder, { 'exercises/a.ts': 'a' });
  commitAll(folder, day(3));
  return folder;
}
