import { describe, expect, it } from 'vitest';
import { Draw } from './draw.ts';
import { isNdArray, type NdArray } from './ndarray.ts';
import { refusals, refusalsOf, waysToName } from './refusals.ts';

/** What each refusal calls the function with. */
async function calls(...[fn, names, options]: Parameters<typeof refusals>) {
  const made: Record<string, unknown[]> = {};
  for (const [name, { call }] of Object.entries(refusals(fn, names, options))) {
    const record = async (...args: unknown[]) => {
      made[name] = args;
    };
    await call({ [fn]: record }, new Draw(name));
  }
  return made;
}
const shapes = (args: unknown[]) => args.map((arg) => (isNdArray(arg) ? arg.shape : arg));

describe('refusals that follow from names', () => {
  it('change one thing each, and leave the rest valid', async () => {
    const made = await calls('attend', ['q_TD', 'k_SD']);
    expect(Object.keys(made)).toEqual([
      'D differs in k_SD',
      'D is 1 in q_TD',
      'D is 1 in k_SD',
      'q_TD is int32',
      'q_TD is an array',
      'q_TD lacks an axis',
      'q_TD has an axis too many',
      'k_SD is int32',
      'k_SD is an array',
      'k_SD lacks an axis',
      'k_SD has an axis too many',
    ]);
    // T is 2, D 3, S 5.
    expect(shapes(made['D differs in k_SD'])).toEqual([
      [2, 3],
      [5, 4],
    ]);
    expect(shapes(made['D is 1 in q_TD'])).toEqual([
      [2, 1],
      [5, 3],
    ]);
    expect(shapes(made['q_TD lacks an axis'])).toEqual([[3], [5, 3]]);
    expect(shapes(made['q_TD has an axis too many'])).toEqual([
      [1, 2, 3],
      [5, 3],
    ]);
    expect((made['k_SD is int32'][1] as NdArray).dtype).toBe('int32');
    expect(made['q_TD is an array'][0]).toEqual([1, 2, 3]);
  });

  it('know fixed sizes, other dtypes, masks and counts', async () => {
    const made = await calls('step', ['x_B1M', 'tokens_BT:int32'], { mask: 'BT', integers: { heads: 2 } });
    expect(shapes(made['x_B1M has 2 in place of 1'])[0]).toEqual([2, 2, 3]);
    expect((made['tokens_BT is float32'][1] as NdArray).dtype).toBe('float32');
    const maskOf = (name: string) => (made[name][2] as { mask: NdArray }).mask;
    expect(maskOf('mask does not broadcast').shape).toEqual([2, 6]);
    expect(maskOf('mask is float32').dtype).toBe('float32');
    expect(made['heads is 0'][2]).toEqual({ heads: 0 });
    expect(made['heads is 1.5'][2]).toEqual({ heads: 1.5 });
    expect(made['x_B1M is int32'][2]).toEqual({ heads: 2 });
  });

  it('expect a TypeError of a wrong kind, a RangeError of a wrong size, and either of a wrong rank', () => {
    const found = refusals('attend', ['q_TD', 'k_SD'], { mask: 'TS', integers: { k: 1 } });
    for (const [name, { error }] of Object.entries(found)) {
      const isKind = /is (int32|float32|an array)/.test(name);
      expect([name, error]).toEqual([name, / an axis/.test(name) ? 'either' : isKind ? 'TypeError' : 'RangeError']);
    }
  });

  it('may be called in another way: weights in an object', async () => {
    const call = (f: Record<string, (...args: unknown[]) => Promise<unknown>>, x: Record<string, unknown>) =>
      f.layer(x.x_TM, { wq: x.wq_MM });
    const made = await calls('layer', ['x_TM', 'wq_MM'], { call });
    expect(shapes([(made['M differs in wq_MM'][1] as { wq: NdArray }).wq])).toEqual([[4, 4]]);
  });

  it('of several functions keep apart what has the same name', async () => {
    const found = refusalsOf({ encode: refusals('encode', ['x_TM']), decode: refusals('decode', ['x_TM']) });
    const called: string[] = [];
    const f = { encode: async () => called.push('encode'), decode: async () => called.push('decode') };
    for (const fn of ['encode', 'decode']) await found[`${fn}: x_TM is int32`].call(f, new Draw(fn));
    expect(called).toEqual(['encode', 'decode']);
    expect(Object.keys(found)).toHaveLength(8);
  });

  it('put tensors into objects, and other arguments after them', async () => {
    const cache = { k: 'k_BS', v: 'v_BS:int32' };
    const made = await calls('step', ['x_BM', cache], { rest: { positions: [0] }, integers: { heads: 2 } });
    const [x, both, ...others] = made['B differs in k_BS and v_BS'] as [NdArray, Record<string, NdArray>, ...unknown[]];
    expect(shapes([x, both.k, both.v])).toEqual([
      [2, 3],
      [3, 5],
      [3, 5],
    ]);
    expect([both.v.dtype, others]).toEqual(['int32', [[0], { heads: 2 }]]);
    const [, onlyOne] = made['B differs in v_BS'] as Record<string, NdArray>[];
    expect(shapes([onlyOne.k, onlyOne.v])).toEqual([
      [2, 5],
      [3, 5],
    ]);
    expect(Object.keys(made).filter((name) => /^S differs/.test(name))).toEqual(['S differs in v_BS']);
  });

  it('change each of several tensors that share a letter, so that none is left out of the comparison', async () => {
    const made = await calls('scan', ['u_BL', 'b_BN', 'c_BN'], { sizes: { L: 1 } });
    const about = (letter: string) =>
      Object.keys(made).filter((name) => new RegExp(`^${letter} (differs|is)`).test(name));
    expect(about('B')).toEqual([
      ...['B differs in u_BL', 'B differs in b_BN', 'B differs in c_BN'],
      ...['B is 1 in u_BL', 'B is 1 in b_BN', 'B is 1 in c_BN'],
    ]);
    expect(shapes(made['B differs in b_BN'])).toEqual([
      [2, 1],
      [3, 5],
      [2, 5],
    ]);
    // L is in one tensor only, and N in two.
    expect(about('L')).toEqual([]);
    expect(about('N')).toEqual(['N differs in c_BN', 'N is 1 in b_BN', 'N is 1 in c_BN']);
  });

  it('leave tensors valid that the function has no use for', async () => {
    const made = await calls('project', ['x_TM', { wq: 'wq_MD', wo: 'wo_DM' }], { unused: ['wo_DM'] });
    expect(Object.keys(made).filter((name) => /wo_DM/.test(name))).toEqual([]);
    const [, weights] = made['M differs in wq_MD'] as Record<string, NdArray>[];
    expect(shapes([weights.wq, weights.wo])).toEqual([
      [4, 5],
      [5, 3],
    ]);
  });

  it('draw sizes that agree by name and still do not fit', async () => {
    const unfit = { 'D is odd': { D: 7 } };
    const made = await calls('turn', ['q_TD', 'k_SD'], { unfit });
    expect(shapes(made['D is odd'])).toEqual([
      [2, 7],
      [5, 7],
    ]);
    const { error, names } = refusals('turn', ['q_TD', 'k_SD'], { unfit })['D is odd'];
    expect([error, names]).toEqual(['RangeError', expect.arrayContaining(['turn', 'D', 'q', 'k'])]);
  });

  it('accept an error that names the function, the argument or the axis', () => {
    const { names } = refusals('attend', ['q_BHTD', 'k_BHSD'])['H differs in k_BHSD'];
    expect(names).toEqual(expect.arrayContaining(['attend', 'H', 'heads', 'q_BHTD', 'q', 'k']));
    expect(waysToName('T')).toContain('queries');
  });
});
