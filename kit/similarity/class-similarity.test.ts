import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findCourse, PACKAGE_ROOT, pathsOf } from '../course/course.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { classSimilarity } from './class-similarity.ts';

const course = await findCourse(PACKAGE_ROOT);
const [, id] = course.exercises;
const { stub, solution } = pathsOf(course, id);
const right = readFileSync(solution, 'utf8');
const given = readFileSync(join(PACKAGE_ROOT, 'exercises/arguments.ts'), 'utf8');

/** Students, by what they handed in, for one exercise or for several. */
function similarity(submitted: Record<string, string | Record<string, string>>) {
  const files = Object.entries(submitted).flatMap(([student, work]) => [
    ...Object.entries(typeof work === 'string' ? { [id]: work } : work).map(([one, text]) => [
      `${student}/exercises/${one}.ts`,
      text,
    ]),
    [`${student}/exercises/arguments.ts`, given],
  ]);
  const folder = temporaryFolder(Object.fromEntries(files));
  const exercises = course.exercises.filter((one) => files.some(([path]) => path.endsWith(`/${one}.ts`)));
  return classSimilarity({ folder, course, exercises, above: 0.5 });
}

/** As Gradescope exports them: who handed in which folder, and with what in it. */
function inGroups(groups: Record<string, { of: string[]; text: string }>) {
  const metadata = Object.entries(groups).map(
    ([name, { of }]) => `${name}:\n  :submitters:\n${of.map((email) => `  - :email: ${email}\n`).join('')}`,
  );
  const files = Object.entries(groups).flatMap(([name, { text }]) => [
    [`${name}/exercises/${id}.ts`, text],
    [`${name}/exercises/arguments.ts`, given],
  ]);
  const folder = temporaryFolder({
    ...Object.fromEntries(files),
    'submission_metadata.yml': `---\n${metadata.join('')}`,
  });
  return classSimilarity({ folder, course, exercises: [id], above: 0 });
}

describe('submissions that are alike', () => {
  it('are found though names, literals, types and comments were changed', async () => {
    const disguised = right
      .replaceAll(/\b(scores|weights|allowed)\w*\b/g, (name) => `my${name}`)
      .replaceAll('-1e9', '-2e9')
      .replaceAll(/^/gm, '// all my own work\n')
      .replaceAll('// all my own work\n ', ' ');
    const { pairs } = await similarity({ ada: right, bob: disguised });
    expect(pairs).toMatchObject([{ left: 'ada', right: 'bob', similarity: 1 }]);
    expect(pairs[0].leftLines).toEqual([expect.any(Number), expect.any(Number)]);
  });

  it('are not those that share only what everyone was given', async () => {
    const untouched = readFileSync(stub, 'utf8');
    const { pairs, submissions } = await similarity({ ada: untouched, bob: untouched, eve: right });
    expect({ pairs, submissions }).toEqual({ pairs: [], submissions: 3 });
  });

  it('are looked for in what can be read; the rest is left out', async () => {
    const { pairs } = await similarity({ ada: right, bob: right, eve: 'export const x = ;' });
    expect(pairs.map(({ left, right }) => [left, right])).toEqual([['ada', 'bob']]);
  });

  it('come first where the others are not, before those of an exercise that all solve the same way', async () => {
    const [one, , another, ...others] = course.exercises;
    const [long, other, third] = [another, ...others].map((each) =>
      readFileSync(pathsOf(course, each).solution, 'utf8'),
    );
    const work = (text: string) => ({ [one]: long, [another]: text });
    const { pairs } = await similarity({ ada: work(right), bob: work(right), cem: work(other), dan: work(third) });
    expect(pairs.map(({ exercise }) => exercise)).toEqual([another, ...Array.from({ length: 6 }, () => one)]);
  });
});

describe('what a group handed in together', () => {
  it('is no pair of its members, and is compared with others once', async () => {
    const found = await inGroups({
      submission_1: { of: ['ada', 'bob', 'cem'], text: right },
      submission_2: { of: ['dan'], text: right },
    });
    expect(found).toMatchObject({ submissions: 2, groups: [['ada', 'bob', 'cem']], exercises: [{ submissions: 2 }] });
    expect(found.pairs.map(({ left, right }) => [left, right])).toEqual([['ada', 'dan']]);
  });

  it('is no pair with what one of them hands in alone later', async () => {
    const { pairs } = await inGroups({
      submission_1: { of: ['ada', 'bob'], text: right },
      submission_2: { of: ['bob'], text: right },
    });
    expect(pairs).toEqual([]);
  });
});
