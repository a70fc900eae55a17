/** The table against those who would misuse it. */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectPlanToHold, type Given, startBackends, type Values } from '../../testing/run-for-real.ts';
import { type Inputs, KernelRefused, type Plan, type TensorDType, type TensorMeta } from '../kernel.ts';
import { MAX_RANK, sizeOf } from './call.ts';
import { kernels } from './table.ts';

beforeAll(startBackends);

const NAMES = [...kernels.keys()];
const INPUTS = [
  'x',
  'a',
  'b',
  'input',
  'logits',
  'value',
  'indices',
  'updates',
  'tensor',
  'params',
  'condition',
  't',
  'e',
];
const MORE_INPUTS = [
  'filter',
  'dy',
  'y',
  'alpha',
  'bias',
  'real',
  'imag',
  'weights',
  'segmentIds',
  'values',
  'sortedSequence',
];
const ALL_INPUTS = [
  ...INPUTS,
  ...MORE_INPUTS,
  'sparseIndices',
  'sparseValues',
  'defaultValue',
  '0',
  '1',
  '2',
  '__proto__',
];
const ATTRIBUTES = [
  ...[
    'axis',
    'reductionIndices',
    'keepDims',
    'exclusive',
    'reverse',
    'dim',
    'dims',
    'transposeA',
    'transposeB',
    'perm',
  ],
  ...['shape', 'reps', 'paddings', 'constantValue', 'mode', 'begin', 'end', 'size', 'strides', 'beginMask', 'endMask'],
  ...[
    'ellipsisMask',
    'newAxisMask',
    'shrinkAxisMask',
    'numOrSizeSplits',
    'value',
    'dtype',
    'start',
    'stop',
    'step',
    'num',
  ],
  ...['depth', 'onValue', 'offValue', 'k', 'sorted', 'batchDims', 'numSegments', 'outputShape', 'binaryOutput', 'side'],
  ...[
    'numSamples',
    'seed',
    'normalized',
    'pad',
    'dilations',
    'dataFormat',
    'dimRoundingMode',
    'inputShape',
    'filterShape',
  ],
  ...['equation', 'activation', 'leakyreluAlpha', 'alpha', 'clipValueMin', 'clipValueMax', '__proto__', 'constructor'],
];

const dtype = fc.constantFrom<TensorDType[]>('float32', 'float32', 'int32', 'int32', 'bool', 'complex64');
const inputs = (names: string[], shape: fc.Arbitrary<number[]>): fc.Arbitrary<Inputs> =>
  fc.dictionary(fc.constantFrom(...names), fc.record({ shape, dtype }), { maxKeys: 4, noNullPrototype: true });

const odd = fc.oneof(
  fc.anything(),
  fc.constantFrom(
    Number.NaN,
    Number.POSITIVE_INFINITY,
    -1,
    -0,
    0.5,
    1e9,
    2 ** 31,
    2 ** 32,
    2 ** 53,
    1e300,
    -(2 ** 31),
    7n,
  ),
  fc.array(fc.constantFrom(-1, 0, 1, 2, 3, 1e9, 2 ** 32, 0.5, Number.NaN, null), { maxLength: 8 }),
  fc.constantFrom('float32', 'string', 'same', 'NHWC', 'ij,jk->ik', '...->', '->', ',->', 'i->j', 'linear', 'prelu'),
  fc.constantFrom('length', '__proto__', 'constructor', 'toString'),
);

function planOrRefusal(name: string, given: Inputs, attrs: Record<string, unknown>): Plan | undefined {
  try {
    return kernels.get(name)!(given, attrs);
  } catch (error) {
    expect(error).toBeInstanceOf(KernelRefused);
    expect((error as Error).message).toMatch(new RegExp(`^${name}: .{1,400}$`, 's'));
    return undefined;
  }
}

describe('the table', () => {
  it('has no entries but its own', () => {
    for (const name of ['__proto__', 'constructor', 'toString', 'FromPixels', 'Draw', '']) {
      expect(kernels.get(name)).toBeUndefined();
    }
  });

  it('plans or refuses whatever it is given, and plans nothing beyond the backends', () => {
    const sizes = fc.array(fc.constantFrom(0, 1, 2, 3, 5, 1000, 2 ** 20, 2 ** 31 - 1), { maxLength: 8 });
    const attrs = fc.dictionary(fc.constantFrom(...ATTRIBUTES), odd, { maxKeys: 12 });
    fc.assert(
      fc.property(fc.constantFrom(...NAMES), inputs(ALL_INPUTS, sizes), attrs, (name, given, attributes) => {
        const plan = planOrRefusal(name, given, attributes);
        for (const { shape } of plan?.outputs ?? []) {
          expect(shape.length).toBeLessThanOrEqual(MAX_RANK);
          expect(shape.every((size) => Number.isInteger(size) && size >= 0)).toBe(true);
          expect(sizeOf(shape)).toBeLessThan(2 ** 31);
        }
        if (plan) expect(Number.isFinite(plan.flops) && plan.flops >= 0).toBe(true);
      }),
      { numRuns: 8_000, seed: 1 },
    );
  });
});

/** The inputs that each kernel takes, found by asking it for one after another. */
const INPUTS_OF = new Map(NAMES.map((name) => [name, ALL_INPUTS.filter((input) => takes(name, input))]));

function takes(name: string, input: string): boolean {
  try {
    kernels.get(name)!({ [input]: { shape: [1], dtype: 'float32' } }, {});
    return true;
  } catch (error) {
    return !(error as Error).message.includes('it has no input');
  }
}

/** Attributes that may fit tensors of this rank. */
function plausible(rank: number): fc.Arbitrary<Record<string, unknown>> {
  const small = fc.integer({ min: -3, max: 4 });
  const anyNumber = fc.oneof(small, fc.constantFrom(0.5, -1.5, Number.NEGATIVE_INFINITY, Number.NaN, 1e10));
  const list = (item: fc.Arbitrary<unknown>) => fc.array(item, { minLength: rank, maxLength: rank });
  const kinds: [string, fc.Arbitrary<unknown>][] = [
    ['keepDims exclusive reverse transposeA transposeB sorted normalized binaryOutput', fc.boolean()],
    ['perm', fc.shuffledSubarray([0, 1, 2, 3].slice(0, rank), { minLength: rank })],
    ['begin', list(fc.nat(2))],
    ['end size', list(small)],
    ['strides', fc.oneof(list(fc.constantFrom(1, 1, 1, 2, -1)), fc.constantFrom(1, 2, [1, 2]))],
    ['shape reps', list(fc.nat(3))],
    ['outputShape inputShape filterShape', list(fc.integer({ min: 1, max: 3 }))],
    ['paddings', list(fc.tuple(fc.nat(2), fc.nat(2)))],
    [
      'pad',
      fc.constantFrom('same', 'valid', 0, 1, [
        [0, 0],
        [1, 0],
        [2, 0],
        [0, 0],
      ]),
    ],
    ['mode', fc.constantFrom('reflect', 'symmetric')],
    ['dtype', fc.constantFrom('float32', 'int32', 'bool')],
    [
      'equation',
      fc.constantFrom('ij->ji', 'ij->i', 'ijk->ki', 'ij,ij->', 'ij,ij->ij', 'ij,jk->ik', 'hij,hjk->hik', 'i,j->ij'),
    ],
    ['activation', fc.constantFrom('linear', 'relu', 'relu6', 'sigmoid', 'elu', 'leakyrelu', 'prelu')],
    ['axis reductionIndices dims', fc.oneof(small, fc.shuffledSubarray([0, 1, -1]), fc.constant(undefined))],
    ['beginMask endMask ellipsisMask newAxisMask shrinkAxisMask', fc.constantFrom(0, 0, 0, 1, 2)],
    ['numOrSizeSplits', fc.oneof(small, fc.constantFrom([1, -1], [1, 1], [2, 0]))],
    ['side', fc.constantFrom('left', 'right')],
    ['dilations dataFormat dimRoundingMode', fc.constantFrom(undefined, undefined, undefined, 1, 2, 'NHWC', 'floor')],
  ];
  const special = Object.fromEntries(kinds.flatMap(([names, kind]) => names.split(' ').map((name) => [name, kind])));
  const names = ATTRIBUTES.filter((name) => !['__proto__', 'constructor'].includes(name));
  return fc.record(Object.fromEntries(names.map((name) => [name, special[name] ?? anyNumber])));
}

function valuesFor({ shape, dtype }: TensorMeta, seed: number): Values | undefined {
  const values = Array.from({ length: sizeOf(shape) }, (_, i) => (i * 7 + seed) % 5);
  if (dtype === 'float32') return Float32Array.from(values, (value) => value / 4 + 0.25);
  if (dtype === 'int32') return Int32Array.from(values, (value) => value % 2);
  return dtype === 'bool' ? Uint8Array.from(values, (value) => value % 2) : undefined;
}

const indicesFit = (plan: Plan, given: Given) =>
  (plan.checkIndices ?? []).every(({ input, below }) => {
    const bounds = [below].flat();
    return [...given[input].values!].every((value, i) => value >= 0 && value < bounds[i % bounds.length]);
  });

describe('whatever the table allows', () => {
  const call = fc.tuple(fc.constantFrom(...NAMES), fc.integer({ min: 0, max: 4 })).chain(([name, rank]) => {
    const shape = fc.oneof(
      { arbitrary: fc.array(fc.integer({ min: 1, max: 2 }), { minLength: rank, maxLength: rank }), weight: 5 },
      { arbitrary: fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 4 }), weight: 1 },
    );
    const meta = fc.record({ shape, dtype });
    const one = fc
      .constantFrom<TensorDType[]>('float32', 'int32', 'bool')
      .map((only) => fc.record({ shape, dtype: fc.constant(only) }));
    const metas = fc.oneof(one, fc.constant(meta)).chain((each) => {
      const all = Object.fromEntries(INPUTS_OF.get(name)!.map((input) => [input, each]));
      return fc.record(all, { requiredKeys: Object.keys(all).filter((input) => !['1', '2', 'bias'].includes(input)) });
    });
    return fc.tuple(fc.constant(name), metas as fc.Arbitrary<Inputs>, plausible(rank), fc.nat(9));
  });

  it('runs on both backends as planned, with one result', () => {
    let ran = 0;
    fc.assert(
      fc.property(call, ([name, metas, attributes, seed]) => {
        const plan = planOrRefusal(name, metas, attributes);
        if (!plan) return;
        const given: Given = Object.fromEntries(
          Object.entries(metas).map(([input, meta], i) => [input, { meta, values: valuesFor(meta, seed + i) }]),
        );
        if (!indicesFit(plan, given)) return;
        expectPlanToHold(name, plan, given);
        ran++;
      }),
      { numRuns: 8_000, seed: 1 },
    );
    expect(ran).toBeGreaterThan(1_000);
  }, 30_000);
});
