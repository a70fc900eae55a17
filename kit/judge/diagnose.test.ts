import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type NdArray, ndarray } from '../author/ndarray.ts';
import type { Plain } from '../author/plain.ts';
import { diagnose, storedOutputs } from './diagnose.ts';
import type { Mistake } from './fixture.ts';

const row = (...values: number[]) => ndarray([values.length], values);
const seen = (out: NdArray, codes: Record<string, string> = { 'values/a': 'off' }) => ({
  codes,
  outputs: { 'values/a/first': { out } },
});
const mistake = (out: NdArray | null, codes: Record<string, string> = { 'values/a': 'off' }): Mistake => ({
  says: 'It is off.',
  codes,
  outputs: out ? { 'values/a/first': storedOutputs({ out }) } : {},
});

describe('a known mistake', () => {
  it('is recognised by what it computes', () => {
    const mistakes = { noScale: mistake(row(1, 2, 3)), scaleByD: mistake(row(4, 5, 6)) };
    expect(diagnose(seen(row(4, 5, 6)), { mistakes })).toBe('scaleByD');
    expect(diagnose(seen(row(1.0003, 2, 2.9998)), { mistakes })).toBe('noScale');
    expect(diagnose(seen(row(1.1, 2, 3)), { mistakes })).toBeNull();
    expect(diagnose(seen(row(1, 2)), { mistakes })).toBeNull();
  });

  it('is recognised by where it has NaN or Infinity, and is not mistaken for a number', () => {
    const mistakes = { emptyRowNaN: mistake(row(1, Number.NaN)) };
    expect(diagnose(seen(row(1, Number.NaN)), { mistakes })).toBe('emptyRowNaN');
    expect(diagnose(seen(row(1, Infinity)), { mistakes })).toBe('emptyRowNaN');
    expect(diagnose(seen(row(1, 0)), { mistakes })).toBeNull();
    expect(diagnose(seen(row(Number.NaN, Number.NaN)), { mistakes })).toBeNull();
  });

  it('that computes the right thing is recognised by the checks it fails, and how', () => {
    const mistakes = {
      leaks: mistake(null, { 'hygiene/memory': 'leak' }),
      disposes: mistake(null, { 'hygiene/memory': 'disposed-input' }),
      slow: mistake(null, { 'cost/kernels': 'budget:kernels' }),
    };
    const observed = (codes: Record<string, string>) => diagnose({ codes, outputs: {} }, { mistakes });
    expect(observed({ 'hygiene/memory': 'leak' })).toBe('leaks');
    expect(observed({ 'hygiene/memory': 'disposed-input' })).toBe('disposes');
    expect(observed({ 'hygiene/memory': 'unsteady' })).toBeNull();
    expect(observed({ 'cost/kernels': 'budget:flops' })).toBeNull();
  });

  it('is the one that explains most of what was seen', () => {
    const mistakes = {
      part: mistake(row(1, 2), { 'values/a': 'off' }),
      whole: mistake(row(1, 2), { 'values/a': 'off', 'cost/kernels': 'budget:kernels' }),
    };
    expect(diagnose(seen(row(1, 2)), { mistakes })).toBe('part');
    const both = seen(row(1, 2), { 'values/a': 'off', 'cost/kernels': 'budget:kernels' });
    expect(diagnose(both, { mistakes })).toBe('whole');
  });

  it('is not named where two explain it equally well, or nothing failed', () => {
    const mistakes = { one: mistake(row(1)), other: mistake(row(1)) };
    expect(diagnose(seen(row(1)), { mistakes })).toBeNull();
    expect(diagnose({ codes: {}, outputs: {} }, { mistakes })).toBeNull();
    expect(diagnose(seen(row(1)), { mistakes: {} })).toBeNull();
  });

  it('is recognised by a list, a string or a boolean, and by the cases in which that is wrong', () => {
    const codes = { 'values/a': 'other-boolean' };
    const known = (outputs: Record<string, Plain>): Mistake => ({
      says: 'It is wrong.',
      codes,
      outputs: Object.fromEntries(
        Object.entries(outputs).map(([name, out]) => [`values/a/${name}`, storedOutputs({ out: { plain: out } })]),
      ),
    });
    const saw = (outputs: Record<string, Plain>, more: Record<string, string> = {}) => ({
      codes: { ...codes, ...more },
      outputs: Object.fromEntries(
        Object.entries(outputs).map(([name, out]) => [`values/a/${name}`, { out: { plain: out } }]),
      ),
    });
    const lists = { shifted: known({ one: [1, 2, 3] }), reversed: known({ one: [3, 2, 1] }) };
    expect(diagnose(saw({ one: [3, 2, 1] }, { 'cost/x': 'off' }), { mistakes: lists })).toBe('reversed');
    expect(diagnose(saw({ one: [3, 2, 2] }), { mistakes: lists })).toBeNull();
    const texts = { noParent: known({ one: 'ab' }), noTokens: known({ one: 'a' }) };
    expect(diagnose(saw({ one: 'a' }), { mistakes: texts })).toBe('noTokens');
    const flags = {
      strict: known({ one: true }),
      loose: known({ one: true, two: false }),
      third: known({ two: false }),
    };
    expect(diagnose(saw({ one: true }), { mistakes: flags })).toBe('strict');
    expect(diagnose(saw({ one: true, two: false }), { mistakes: flags })).toBe('loose');
    expect(diagnose(saw({ two: false }), { mistakes: flags })).toBe('third');
    // Whatever else fails is not what the mistake does.
    expect(diagnose(saw({ one: true }, { 'hygiene/memory': 'leak' }), { mistakes: flags })).toBeNull();
    expect(diagnose(seen(row(1)), { mistakes: { strict: known({ first: true }) } })).toBeNull();
  });

  it('is recognised in its own outputs as they are stored, whatever they are', () => {
    const values = fc.array(fc.float({ min: Math.fround(-1e30), max: Math.fround(1e30) }), {
      minLength: 1,
      maxLength: 9,
    });
    fc.assert(
      fc.property(values, (data) => {
        const stored = JSON.parse(JSON.stringify(mistake(row(...data))));
        expect(diagnose(seen(row(...data)), { mistakes: { itself: stored } })).toBe('itself');
      }),
    );
  });
});

it('outputs are stored with six digits, and null for what is not a number', () => {
  const out = row(1 / 3, 12_345_678, Number.NaN, -Infinity, 0);
  expect(storedOutputs({ out })).toEqual({ out: [0.333333, 12_345_700, null, null, 0] });
});
