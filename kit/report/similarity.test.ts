import { expect, it } from 'vitest';
import { alikeIn, type LikePair } from './similarity.ts';

const pair = (names: string, similarity = 1, exercise = 'e'): LikePair => {
  const [left, right] = names;
  return { exercise, left, right, similarity, longest: 9, overlap: 9, leftLines: [1, 2], rightLines: [3, 4] };
};
const namesOf = (pairs: LikePair[]) =>
  alikeIn(pairs).map(({ members }) => members.map(({ student }) => student).join(''));

it('several that are wholly alike are one entry, in each exercise its own', () => {
  const all = ['ab', 'ac', 'ad', 'bc', 'bd', 'cd'].map((names) => pair(names));
  expect(namesOf([...all, pair('ab', 1, 'f')])).toEqual(['abcd', 'ab']);
  expect(alikeIn(all)[0].members.slice(0, 2)).toEqual([
    { student: 'a', lines: [1, 2] },
    { student: 'b', lines: [3, 4] },
  ]);
});

it('it does not matter in which order their pairs come', () => {
  const [names, ...more] = namesOf(['ab', 'cd', 'ef', 'bd', 'af', 'ae', 'cf'].map((names) => pair(names)));
  expect([[...names].sort().join(''), more]).toEqual(['abcdef', []]);
});

it('those that are merely like stay pairs', () => {
  expect(namesOf([pair('ab', 0.99), pair('bc', 0.99), pair('ac', 0.9)])).toEqual(['ab', 'bc', 'ac']);
});
