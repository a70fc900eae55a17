import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Entry, oddEntry } from './entries.ts';
import { noPlace, placeOf } from './place.ts';

const file = (path: string): Entry => ({ ...oddEntry(path, ''), kind: 'file' });
const place = (...paths: string[]) => placeOf(paths.map(file));
const refusal = (...paths: string[]) => noPlace(paths.map(file)).message;

describe('the place of the exercises', () => {
  const part = fc.stringMatching(/^[a-z][a-z0-9 _-]{0,8}$/).filter((name) => name !== 'exercises');
  const wrapping = fc.array(part, { maxLength: 6 });
  const beside = fc.array(fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/')));
  const junk = fc.constantFrom(
    '__MACOSX/exercises/01-x/._a.ts',
    'node_modules/kit/exercises/01-x/a.ts',
    '.git/exercises/01-x/a.ts',
    '.kit/exercises/01-x/a.ts',
    'vendor/kit/exercises/README.md',
  );

  it('is found in any folders, in any case, beside anything and in any order', () => {
    const named = fc.constantFrom('exercises', 'Exercises', 'EXERCISES');
    fc.assert(
      fc.property(
        wrapping,
        named,
        beside,
        fc.array(junk),
        fc.infiniteStream(fc.nat()),
        (around, name, others, more, order) => {
          const root = [...around, name].join('/');
          const paths = [
            `${root}/01-x/a.ts`,
            `${root}/01-x/exercises/b.ts`,
            ...others,
            ...more,
            ...more.map((path) => `${around.join('/')}/${path}`),
          ];
          const shuffled = paths.map((path) => ({ path, at: order.next().value })).sort((a, b) => a.at - b.at);
          expect(place(...shuffled.map(({ path }) => path))).toBe(root);
        },
      ),
    );
  });

  it.each([
    ['the one that others lie below', ['w/exercises/01-x/a.ts', 'w/old/exercises/01-x/a.ts'], 'w/exercises'],
    ['the one at the top', ['exercises/01-x/a.ts', 'copy/exercises/01-x/a.ts'], 'exercises'],
    ['the one with lectures', ['exercises/README.md', 'w/exercises/01-x/a.ts'], 'w/exercises'],
    ['the inner of two of which one is a wrapping', ['exercises/exercises/01-x/a.ts'], 'exercises/exercises'],
    ['the one that is spelled so', ['Exercises/01-x/a.ts', 'exercises/01-x/a.ts'], 'exercises'],
    ['the only one, without lectures too', ['w/exercises/a.ts'], 'w/exercises'],
  ])('is %s', (_, paths, expected) => {
    expect(place(...paths)).toBe(expected);
    expect(place(...[...paths].reverse())).toBe(expected);
  });

  it('is not guessed between two, and these are told', () => {
    const paths = ['x/exercises/01-x/a.ts', 'y/exercises/01-x/a.ts'];
    expect(place(...paths)).toBeNull();
    expect(refusal(...paths)).toBe('2 of its folders have exercises/: x/ and y/; keep one of them');
  });

  it('where there is none, what is there is told, shortly', () => {
    expect(refusal('work/a.ts', 'notes.md', '.DS_Store')).toBe(
      'it has no exercises/ folder; what is there: work/ and notes.md',
    );
    expect(refusal(...'abcdefghij')).toMatch(/there: a, b, c, d, e, f and 4 more$/);
    expect(refusal()).toBe('it has no exercises/ folder; it is empty');
    expect(refusal('01-attention/softmax.ts')).toContain('put the folders of the lectures into a folder exercises/');
  });

  it('that is a link, a file or empty is told as that', () => {
    expect(noPlace([oddEntry('exercises', 'a link to work'), file('work/a.ts')]).message).toMatch(
      /^exercises is a link to work; /,
    );
    expect(refusal('exercises')).toMatch(/^exercises is a file; /);
    expect(noPlace([{ ...oddEntry('exercises', ''), kind: 'folder' }]).message).toMatch(/^exercises is empty; /);
  });
});
