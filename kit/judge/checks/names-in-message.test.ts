import fc from 'fast-check';
import { expect, it } from 'vitest';
import { waysToName } from '../../author/refusals.ts';
import { isAccident, namesOneOf } from './names-in-message.ts';

it('a name counts as a word of its own only', () => {
  expect(namesOneOf(['D'], 'Dispose of it')).toBe(false);
  expect(namesOneOf(['D'], 'D is 3')).toBe(true);
  expect(namesOneOf(['q'], 'q_BHTD is an array')).toBe(true);
  expect(namesOneOf(['D'], 'x_D is an array')).toBe(false);
  expect(namesOneOf(['q_BHTD'], '"q_BHTD" is an array')).toBe(true);
  expect(namesOneOf(['heads'], 'the heads disagree: 2 ≠ 3')).toBe(true);
  expect(namesOneOf(['a.b'], 'axb')).toBe(false);
});

it.each([
  ['q_BHTD', 'q_BHTD is undefined, must be float32'],
  ['q_BHTD', 'q.shape has 3 sizes'],
  ['q_BHTD', "q's rank is 3"],
  ['q_BHTD', 'tensor q: rank 4 expected'],
  ['q_BHTD', 'The queries must be a tensor'],
  ['q_BHTD', 'query tensor has rank 3'],
  ['q_BHTD', 'Q must be float32'],
  ['H', 'head count differs'],
  ['H', '2 Heads against 3'],
  ['G', 'no multiple of the number of kv heads'],
  ['M', 'd_model is 7'],
  ['M', 'dModel = 7'],
  ['D', 'headDim is odd'],
  ['T', '4 positions for 5 tokens'],
  ['positions', '4 positions for 5 tokens'],
  ['mask', "the mask's shape does not fit"],
  ['blockQ', 'block_q = 0'],
  ['B', 'the batches differ'],
])('%s is named in "%s"', (name, message) => {
  expect(namesOneOf(waysToName(name), message)).toBe(true);
});

it.each([
  ['T', "it can't be"],
  ['S', "it's not a shape"],
  ['q_BHTD', 'k_BHSD is an array'],
  ['wq_MM', 'wk is an array'],
  ['scaledDotProduct', 'invalid arguments'],
  ['D', 'a dimension is wrong'],
])('%s is not named in "%s"', (name, message) => {
  expect(namesOneOf(waysToName(name), message)).toBe(false);
});

const WORDS = ['scaled', 'dot', 'product', 'window', 'batch', 'latent', 'cache', 'key', 'block', 'copies', 'axis'];
const name = fc.array(fc.constantFrom(...WORDS), { minLength: 1, maxLength: 3 });
const capital = (word: string) => word[0].toUpperCase() + word.slice(1);
const FORMS: ((words: string[]) => string)[] = [
  (words) => words[0] + words.slice(1).map(capital).join(''),
  (words) => words.map(capital).join(''),
  (words) => words.join('_'),
  (words) => words.join(' '),
  (words) => words.join('-'),
  (words) => words.join('_').toUpperCase(),
  (words) => words.join(' ').replace(/[^s]$/, '$&s'),
];
const form = fc.constantFrom(...FORMS);
const around = fc.constantFrom<[string, string]>(
  ['', ' is wrong'],
  ['expected other than ', ''],
  ['"', '".'],
  ['options.', ' must be ≥ 1'],
  ['', "'s size is 3"],
  ['tensor ', ': rank 3'],
  ['', '[0].shape[1]'],
);

it('a name of words is found in any form, in any place', () => {
  fc.assert(
    fc.property(name, form, form, around, (words, asNamed, asTold, [before, after]) =>
      namesOneOf([asNamed(words)], before + asTold(words) + after),
    ),
  );
});

it('none is found among other words', () => {
  const others = fc.array(fc.constantFrom('it', 'must', 'be', 'float32', 'got', 'invalid', 'rank', '7', '—'));
  fc.assert(fc.property(name, form, others, (words, asNamed, said) => !namesOneOf([asNamed(words)], said.join(' '))));
});

it('what the engine says of code without a check is an accident; a check’s own words are none', () => {
  const thrownBy = (code: () => unknown): string => {
    try {
      code();
    } catch (error) {
      return (error as Error).message;
    }
    throw new Error('it does not throw');
  };
  const nothing = undefined as unknown as { length: number; (): void; [Symbol.iterator]: () => Iterator<number> };
  const accidents: (() => unknown)[] = [
    () => nothing.length,
    () => nothing(),
    () => [...nothing],
    () => {
      const { length } = nothing;
      return length;
    },
    () => new Array(-1),
    () => new Float32Array(-1),
    () => new Array(1.5).fill(0),
    () => 'x'.repeat(-1),
    () => [].reduce((a) => a),
  ];
  for (const code of accidents) expect(isAccident(thrownBy(code)), thrownBy(code)).toBe(true);
  for (const own of ['rope: positions must be an array', 'x is not a tensor', 'window is not an integer: 1.5'])
    expect(isAccident(own)).toBe(false);
});
