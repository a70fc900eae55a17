import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findCourse, PACKAGE_ROOT } from '../course/course.ts';
import { studentRepository } from '../export/student-repository.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { type Entry, oddEntry, tooLarge, Unreadable } from './entries.ts';
import { STAGE_LIMITS, stage } from './stage.ts';

function file(path: string, text = path): Entry {
  const bytes = Buffer.from(text);
  const read = async (most: number) => {
    if (bytes.length > most) throw tooLarge(most);
    return bytes;
  };
  return { path, kind: 'file', size: bytes.length, digest: text, read };
}

async function staged(entries: Entry[], root = 'exercises', limits = STAGE_LIMITS) {
  const into = temporaryFolder();
  const found = await stage(entries, root, into, limits);
  const taken = (readdirSync(into, { recursive: true, withFileTypes: true }) as { name: string; isFile(): boolean }[])
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
    .sort();
  return { ...found, missing: Object.fromEntries(found.missing), taken, into };
}

const A = 'exercises/01-x/a.ts';

describe('what is taken of a hand-in', () => {
  it('is what lies in exercises/; the rest is named, the largest first', async () => {
    const modules = Array.from({ length: 9000 }, (_, i) => file(`w/node_modules/p${i}/i.js`));
    const entries = [
      file('w/README.md'),
      file('w/notes.md'),
      file('outer.txt'),
      ...modules,
      file(`w/${A}`),
      file('w/exercises/shared.ts'),
    ];
    const { taken, missing, passedOver, into } = await staged(entries, 'w/exercises');
    expect(taken).toEqual(['a.ts', 'shared.ts']);
    expect(readFileSync(join(into, A), 'utf8')).toBe(`w/${A}`);
    expect(missing).toEqual({});
    expect(passedOver).toEqual(['node_modules/ (9000 files)', 'notes.md', 'outer.txt']);
  });

  it('does not name what every student has', async () => {
    const course = await findCourse(PACKAGE_ROOT);
    const exported = await studentRepository(course, { name: 'one', title: 'One', exercises: course.exercises });
    const { passedOver } = await staged([...exported.keys()].map((path) => file(path)));
    expect(passedOver).toEqual([]);
  });

  const leftOvers = fc.constantFrom(
    file(`${A}:Zone.Identifier`),
    file('exercises/01-x/._a.ts'),
    file('exercises/.DS_Store'),
    file('exercises/node_modules/p/a.ts'),
    file('exercises/01-x/notes.pdf', 'x'.repeat(3_000_000)),
    file('exercises/data.json', 'x'.repeat(3_000_000)),
    file(`exercises/${'n'.repeat(300)}.ts`),
    file('exercises/a\udc80.ts'),
    file('exercises/01-x/a.ts/b.ts'),
    oddEntry('exercises/.bin', 'a link'),
    oddEntry('exercises/01-x/b.ts', 'encrypted'),
    oddEntry('node_modules/.bin/tsc', 'a link'),
    oddEntry('agent.sock', 'a socket'),
  );

  it('is the exercise, whatever lies beside it and among it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(leftOvers), fc.array(leftOvers), async (before, after) => {
        const { into, missing } = await staged([...before, file(A, 'mine'), ...after]);
        expect(readFileSync(join(into, A), 'utf8')).toBe('mine');
        expect(missing[A]).toBeUndefined();
      }),
      { numRuns: 50 },
    );
  });

  it('of two with the same name the last, as unzip tools do it; that is said where they differ', async () => {
    const { into, passedOver } = await staged([file(A, 'first'), file(A, 'last')]);
    expect(readFileSync(join(into, A), 'utf8')).toBe('last');
    expect(passedOver).toEqual([`${A} (there twice; the last counts)`]);
    expect((await staged([file(A, 'same'), file(A, 'same')])).passedOver).toEqual([]);
  });

  it('is told with its reason where it is missing', async () => {
    const lfs = 'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n';
    const { missing, passedOver } = await staged([
      file('exercises/01-x/c.ts'),
      file(A, lfs),
      oddEntry('exercises/01-x/b.ts', 'a link to c.ts'),
    ]);
    expect(missing).toEqual({
      [A]: expect.stringContaining('Git LFS'),
      'exercises/01-x/b.ts': 'a link to c.ts',
    });
    expect(passedOver[1]).toBe('exercises/01-x/b.ts (a link to c.ts)');
  });

  it('within the limits is what exercises are found by, then other code, then data', async () => {
    const many = Array.from({ length: 50 }, (_, i) => file(`exercises/a-data/${i}.json`, 'x'.repeat(100)));
    const entries = [...many, file('exercises/shared.ts', 'x'), file(A, 'x')];
    expect((await staged(entries, 'exercises', { ...STAGE_LIMITS, files: 2 })).taken).toEqual(['a.ts', 'shared.ts']);
    const { taken } = await staged(entries, 'exercises', { ...STAGE_LIMITS, bytes: 350 });
    expect(taken).toEqual(['0.json', '1.json', '10.json', 'a.ts', 'shared.ts']);
  });

  it('of files that are no code is the name alone', async () => {
    const { into } = await staged([file('exercises/01-x/a.ts.txt', 'text')]);
    expect(readFileSync(join(into, `${A}.txt`), 'utf8')).toBe('');
  });

  it('is refused where nothing of it can be read, with the reason', async () => {
    const nothing = staged([oddEntry(A, 'encrypted'), file('README.md')]);
    await expect(nothing).rejects.toThrow(Unreadable);
    await expect(nothing).rejects.toThrow(`${A} is encrypted`);
  });
});
