import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DType, mapLeaves, type NdArray, ndarray, sizeOf, type TensorTree } from '../author/ndarray.ts';
import { InputError } from '../course/input-error.ts';
import { Meter } from '../host/meter.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import type { PreparedCase } from './cases.ts';
import { type Fixture, fixtureText, readFixture } from './fixture.ts';
import { flattenExpected } from './outputs.ts';

const shape = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 3 });
const arrayOf = (value: fc.Arbitrary<number>, dtype: DType) =>
  shape.chain((sizes) =>
    fc.array(value, { minLength: sizeOf(sizes), maxLength: sizeOf(sizes) }).map((data) => ndarray(sizes, data, dtype)),
  );
const input = fc.oneof(
  arrayOf(fc.float(), 'float32'),
  arrayOf(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), 'int32'),
  arrayOf(fc.constantFrom(0, 1), 'bool'),
);
const tolerance = fc.record({ abs: fc.double({ min: 0, max: 1, noNaN: true }), because: fc.string() });
const caseOf: fc.Arbitrary<PreparedCase> = fc.record({
  name: fc.string(),
  params: fc.dictionary(fc.constantFrom('B', 'T', 'causal'), fc.oneof(fc.nat(), fc.boolean()), {
    noNullPrototype: true,
  }),
  inputs: fc.record({ q: input, weights: fc.record({ wq: input, data: input }) }),
  expected: fc.record({ out: fc.record({ array: arrayOf(fc.float(), 'float32'), isNumber: fc.constant(false) }) }),
  tolerances: fc.record({ out: tolerance }),
  cotangents: fc.oneof(fc.constant({}), fc.record({ out: arrayOf(fc.float(), 'float32') })),
});

const written = (fixture: Fixture) => join(temporaryFolder({ 'x.json': fixtureText(fixture) }), 'x.json');
/** Nine digits say which float32 it was. */
const asFloat32 = (x: NdArray) => (x.dtype === 'float32' ? ndarray(x.shape, Array.from(x.data, Math.fround)) : x);
const rounded = (prepared: PreparedCase): PreparedCase => ({
  ...prepared,
  inputs: mapLeaves(prepared.inputs, asFloat32),
  cotangents: mapLeaves(prepared.cotangents as TensorTree, asFloat32) as Record<string, NdArray>,
  expected: Object.fromEntries(
    Object.entries(prepared.expected).map(([name, { array, isNumber }]) => [
      name,
      { array: asFloat32(array), isNumber },
    ]),
  ),
});

const plain: Fixture = {
  exercise: '01-x/a',
  cases: { 'values/a': [] },
  costs: { 'cost/k': new Meter().read() },
  mistakes: {
    noScale: { says: 'It is off.', codes: { 'values/a': 'off' }, signs: {} },
  },
  pairs: {},
  pairsFrom: '',
};

describe('a fixture', () => {
  it('comes back from its file as it was written: NaN, infinities, -0, dtypes and groups', () => {
    fc.assert(
      fc.property(fc.array(caseOf, { maxLength: 2 }), (cases) => {
        const fixture = { ...plain, cases: { 'values/a': cases } };
        const back = readFixture(written(fixture));
        expect({ ...back, cases: { 'values/a': back.cases['values/a'].map(rounded) } }).toEqual({
          ...fixture,
          cases: { 'values/a': cases.map(rounded) },
        });
      }),
      { numRuns: 50 },
    );
  });

  it('is the same text when it is read and written again', () => {
    fc.assert(
      fc.property(caseOf, (prepared) => {
        const text = fixtureText({ ...plain, cases: { 'values/a': [prepared] } });
        const back = readFixture(written({ ...plain, cases: { 'values/a': [prepared] } }));
        expect(fixtureText(back)).toBe(text);
      }),
      { numRuns: 50 },
    );
  });

  it('keeps every digit of a plain number, and twelve of a tensor', () => {
    const exact = 123_456_789_012_345.67;
    const expected = {
      flops: { array: ndarray([], [exact]), isNumber: true },
      out: { array: ndarray([1], [exact]), isNumber: false },
    };
    const prepared: PreparedCase = { name: 'a', params: {}, inputs: {}, expected, tolerances: {}, cotangents: {} };
    const back = readFixture(written({ ...plain, cases: { c: [prepared] } })).cases.c[0].expected;
    expect(back.flops).toEqual(expected.flops);
    expect(back.out.array.data[0]).toBe(123_456_789_012_000);
  });

  it('keeps strings, booleans and lists as they are, with the numbers in them', () => {
    const values = {
      slots: [3, 0.1 + 0.2, Number.NaN, -Infinity],
      table: [[1, 2], [3]],
      steps: [['load', 'q', { $: 1, number: null }]],
      name: 'NaN',
      fits: false,
      none: null,
      empty: [],
    };
    const expected = flattenExpected(values);
    const prepared: PreparedCase = { name: 'a', params: {}, inputs: {}, expected, tolerances: {}, cotangents: {} };
    const fixture: Fixture = { ...plain, cases: { c: [prepared] } };
    const back = readFixture(written(fixture));
    const { slots, ...rest } = back.cases.c[0].expected;
    expect(rest).toEqual(flattenExpected({ ...values, slots: undefined }));
    expect(slots).toEqual(flattenExpected({ slots: [3, 0.3, Number.NaN, -Infinity] }).slots);
    expect(fixtureText(back)).toBe(fixtureText(fixture));
  });

  it('keeps what mistakes and pairs of them look like', () => {
    const named = (name: string): PreparedCase => ({
      name,
      params: {},
      inputs: {},
      expected: {},
      tolerances: {},
      cotangents: {},
    });
    const fixture: Fixture = {
      ...plain,
      cases: { 'values/a': [named('one'), named('two')], 'gradient/b': [named('one'), named('three')] },
      mistakes: {
        noScale: {
          says: 'It is off.',
          codes: { 'values/a': 'off' },
          signs: {
            'values/a': { two: ['out', 1, 0.5] },
            'gradient/b': { one: ['threw Error: no'], three: ['out', 2, 1] },
          },
        },
        leaks: { says: 'It leaks.', codes: { 'hygiene/memory': 'leak' }, signs: {} },
      },
      pairs: { 'noScale+other': { 'values/a': { 0: ['out', 2, 3], 1: null } } },
    };
    const back = readFixture(written(fixture));
    expect(back.mistakes).toEqual(fixture.mistakes);
    expect(back.pairs).toEqual(fixture.pairs);
  });

  it('has one line for a case and a mistake, so that a change shows where it is', () => {
    const prepared: PreparedCase = { name: 'a', params: {}, inputs: {}, expected: {}, tolerances: {}, cotangents: {} };
    const lines = fixtureText({ ...plain, cases: { 'values/a': [prepared, { ...prepared, name: 'b' }] } }).split('\n');
    expect(lines.filter((line) => line.startsWith('{"name":'))).toHaveLength(2);
    expect(lines.filter((line) => line.startsWith('"noScale":'))).toHaveLength(1);
  });

  it.each([
    ['is not there', null],
    ['is not valid JSON', '<<<<<<< HEAD\n{}'],
    ['has nothing in it', '{}'],
    [
      'has a tensor of the wrong size',
      '{"cases": {"a": [{"inputs": {"x": {"shape": [3], "data": [1]}}, "expected": {}}]}}',
    ],
  ])('that %s is refused with the way out', (_, text) => {
    const file = join(temporaryFolder(text === null ? {} : { 'x.json': text }), 'x.json');
    expect(() => readFixture(file)).toThrow(InputError);
    expect(() => readFixture(file)).toThrow(/x\.json cannot be read \(.*\); `kit verify --update` writes it anew/s);
  });
});
