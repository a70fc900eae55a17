import { describe, expect, it } from 'vitest';
import { at, ndarray, sizeOf } from '../author/ndarray.ts';
import { identity } from '../author/projections.ts';
import { asInFile, atDefaultScale, maskOptions, readAttention } from './attention.ts';
import type { Golden } from './golden.ts';

const counting = (...shape: number[]) =>
  ndarray(
    shape,
    Array.from({ length: sizeOf(shape) }, (_, i) => i + 1),
  );

/** Two heads, two queries, three keys. */
function file(changed: Partial<Golden> = {}): Golden {
  const inputs = { q: counting(1, 2, 2, 4), k: counting(1, 2, 3, 4), v: counting(1, 2, 3, 4), ...changed.inputs };
  return { mechanism: 'sdpa', case: '', params: { H: 2 }, outputs: {}, ...changed, inputs };
}
const visible = (golden: Golden) => at(readAttention(golden)!.visible_BHTS, 0, 0);

describe('who sees whom', () => {
  it('is everybody, where nothing says otherwise', () => {
    expect(maskOptions(readAttention(file())!, 0, 0)).toEqual({});
  });

  it('comes from a boolean mask, 1 where a query may attend, broadcast from any rank', () => {
    const mask = ndarray([2, 3], [1, 0, 1, 0, 0, 1], 'bool');
    for (const shape of [
      [2, 3],
      [1, 2, 3],
      [1, 1, 2, 3],
    ]) {
      expect(visible(file({ inputs: { mask: { ...mask, shape } } }))).toEqual([
        [1, 0, 1],
        [0, 0, 1],
      ]);
    }
  });

  it('comes from the weights that the file recorded, and is causal where it is', () => {
    const weights = ndarray([1, 2, 2, 3], [0.5, 0.5, 0, 0.2, 0.2, 0.6, 0.5, 0.5, 0, 0.2, 0.2, 0.6]);
    expect(maskOptions(readAttention(file({ outputs: { weights } }))!, 0, 1)).toEqual({ causal: true });
  });

  it('is read off the first output where only a parameter says causal: aligned at the first key it is that key’s value', () => {
    const out = (first: number) => ndarray([1, 2, 2, 4], [first, 2, 3, 4, ...Array(12).fill(0)]);
    const causal = { H: 2, causal: true };
    expect(visible(file({ params: causal, outputs: { out: out(1) } }))[0]).toEqual([1, 0, 0]);
    expect(visible(file({ params: causal, outputs: { out: out(5) } }))[0]).toEqual([1, 1, 0]);
  });

  it('gives a query of zeros that sees all to one that had the mean of all values', () => {
    const weights = ndarray([1, 2, 2, 3], [...Array(6).fill(1 / 3), 1, 0, 0, 1, 0, 0]);
    const mask = ndarray([1, 2, 2, 3], [0, 0, 0, 1, 1, 1, 1, 0, 0, 1, 0, 0], 'bool');
    const read = readAttention(file({ inputs: { mask }, outputs: { weights } }))!;
    expect(read.hasUniformRows).toBe(true);
    expect(at(read.q_BHTD, 0, 0)).toEqual([
      [0, 0, 0, 0],
      [5, 6, 7, 8],
    ]);
    expect(at(read.visible_BHTS, 0, 0)[0]).toEqual([1, 1, 1]);
  });
});

describe('an additive mask', () => {
  it('blocks where it is -Infinity, and is a product of more dimensions elsewhere', () => {
    const mask = ndarray([2, 3], [0.5, -Infinity, 0, 2, 0, -1]);
    const { q_BHTD, k_BGSD, scale, visible_BHTS } = readAttention(file({ inputs: { mask } }))!;
    expect(at(visible_BHTS, 0, 1)[0]).toEqual([1, 0, 1]);
    const added = at(q_BHTD, 0, 1).map((query: number[]) =>
      at(k_BGSD, 0, 1).map((key: number[]) =>
        query.slice(4).reduce((sum, one, i) => sum + one * key[4 + i] * scale, 0),
      ),
    );
    expect(added).toEqual([
      [0.5, 0, 0],
      [2, 0, -1],
    ]);
  });
});

describe('a layout', () => {
  it('goes by the sizes in the params', () => {
    const inputs = { q: counting(1, 3, 2, 4), k: counting(1, 5, 1, 4), v: counting(1, 5, 1, 4) };
    const { layout, k_BGSD } = readAttention(file({ inputs, params: { H: 2, kv_heads: 1, Lq: 3, Lk: 5 } }))!;
    expect(layout.q).toBe('b t h d');
    expect(k_BGSD.shape).toEqual([1, 1, 5, 4]);
  });

  it('of the weights goes by what adds up to 1, where the sizes do not tell', () => {
    const rows = ndarray([1, 2, 2, 2], [1, 0.5, 0, 0.5, 0.25, 1, 0.75, 0]);
    const inputs = { q: counting(1, 2, 2, 4), k: counting(1, 2, 2, 4), v: counting(1, 2, 2, 4) };
    expect(readAttention(file({ inputs, outputs: { weights: rows } }))!.layout.weights).toBe('b t s h');
  });

  it('is put back, with NaN where a query sees nothing and the file says NaN', () => {
    const mask = ndarray([2, 3], [0, 0, 0, 1, 1, 1], 'bool');
    const out = ndarray([1, 2, 2, 4], [NaN, NaN, NaN, NaN, ...Array(12).fill(0)]);
    const golden = file({ inputs: { mask }, outputs: { out } });
    const ours = ndarray([1, 2, 2, 4], new Float64Array(16));
    expect(asInFile(golden, readAttention(golden)!, { out: ours }).out).toEqual(out);
  });
});

it('a scale is in the queries, for an oracle without one', () => {
  const read = atDefaultScale(readAttention(file({ params: { scale: 0.25 } }))!);
  expect(at(read.q_BHTD, 0, 0)[0]).toEqual([0.5, 1, 1.5, 2]);
});

it.each([
  ['an input that is not known', file({ inputs: { sinks: identity(1) } })],
  ['capped scores', file({ params: { soft_cap: 30 } })],
  ['dropout', file({ params: { dropout_p: 0.1 } })],
  ['a window that is recorded nowhere', file({ params: { window_left: 2 } })],
  ['a mask of no known shape', file({ inputs: { mask: identity(7) } })],
  ['sizes that fit no layout', file({ params: { H: 7 } })],
])('does not read %s', (_, golden) => {
  expect(readAttention(golden)).toBeNull();
});
