import { describe, expect, it } from 'vitest';
import { ndarray } from '../author/ndarray.ts';
import type { PreparedCase } from './cases.ts';
import { diagnose } from './diagnose.ts';
import type { Fixture } from './fixture.ts';
import type { Look } from './known-mistake.ts';
import { type CaseSign, signOf, signOfThrown } from './signs.ts';

/** What a submission computes: by `check/case`, the values, or what it throws. */
type Computed = Record<string, number[] | string>;

const CHECKS: Record<string, string[]> = {
  'values/a': ['first', 'second', 'third'],
  'values/b': ['first', 'second'],
  'gradient/c': ['first'],
};
const WANT = [1, -2, 3, 0.5];
const row = (values: number[]) => ndarray([values.length], values);

function lookOf(computed: Computed, codes: Record<string, string> = {}): Look {
  const look: Look = { codes: { ...codes }, signs: {} };
  for (const [key, got] of Object.entries(computed)) {
    const [kind, check, name] = key.split('/');
    const id = `${kind}/${check}`;
    const sign =
      typeof got === 'string'
        ? signOfThrown(got)
        : signOf([{ name: 'out', value: row(got), expected: { array: row(WANT), isNumber: false } }]);
    look.signs[id] = { ...look.signs[id], [name]: sign as CaseSign };
    look.codes[id] ??= 'off';
  }
  return look;
}

const CASES = Object.fromEntries(
  Object.entries(CHECKS).map(([check, names]) => [
    check,
    names.map(
      (name) => ({ name, expected: { out: { array: row(WANT), isNumber: false } } }) as unknown as PreparedCase,
    ),
  ]),
);

/** Mistakes by what they compute. */
function fixtureOf(mistakes: Record<string, Look>, pairs: Fixture['pairs'] = {}) {
  const named = Object.entries(mistakes).map(([name, look]) => [name, { says: `It is ${name}.`, ...look }]);
  return { cases: CASES, mistakes: Object.fromEntries(named), pairs };
}

const plus = (...by: number[]) => WANT.map((value, i) => value + (by[i] ?? 0));
const A = { 'values/a/first': plus(1), 'values/a/second': plus(0, 1), 'values/a/third': plus(0, 0, 1) };
const B = { 'values/b/first': plus(2, 1), 'values/b/second': plus(0, 2, 1) };

describe('a known mistake', () => {
  it('is named on each check that it fails', () => {
    const fixture = fixtureOf({ a: lookOf({ ...A, 'gradient/c/first': plus(3) }), b: lookOf(B) });
    expect(diagnose(lookOf({ ...A, 'gradient/c/first': plus(3) }), fixture)).toEqual({
      'values/a': ['a'],
      'gradient/c': ['a'],
    });
    expect(diagnose(lookOf(B), fixture)).toEqual({ 'values/b': ['b'] });
    expect(diagnose(lookOf({}), fixture)).toEqual({});
  });

  it('is not named where one of its own signs is not seen', () => {
    const fixture = fixtureOf({ a: lookOf({ ...A, ...B }) });
    expect(diagnose(lookOf(A), fixture)).toEqual({});
    const { 'values/a/third': _, ...two } = A;
    expect(diagnose(lookOf({ ...two, ...B }), fixture)).toEqual({});
  });

  it('is named by most of its cases, though some look otherwise, but not by few', () => {
    const fixture = fixtureOf({ a: lookOf(A) });
    const other = plus(-1, -1);
    expect(diagnose(lookOf({ ...A, 'values/a/third': other }), fixture)).toEqual({ 'values/a': ['a'] });
    expect(diagnose(lookOf({ ...A, 'values/a/second': other, 'values/a/third': other }), fixture)).toEqual({});
  });

  it('is not named where two are equally good', () => {
    const fixture = fixtureOf({ a: lookOf(A), again: lookOf(A) });
    expect(diagnose(lookOf(A), fixture)).toEqual({});
  });

  it('is the one that also fails its other checks in the same way', () => {
    const fixture = fixtureOf({ a: lookOf(A), slow: lookOf(A, { 'cost/x': 'budget:kernels' }) });
    expect(diagnose(lookOf(A, { 'cost/x': 'budget:kernels' }), fixture)).toEqual({
      'values/a': ['slow'],
      'cost/x': ['slow'],
    });
    expect(diagnose(lookOf(A), fixture)).toEqual({ 'values/a': ['a'] });
  });

  it('is known by what is thrown, word for word', () => {
    const thrown = (words: string) =>
      lookOf({ 'values/a/first': words, 'values/a/second': words, 'values/a/third': words });
    const fixture = fixtureOf({ a: thrown('Error: inner shapes (3) and (4)') });
    expect(diagnose(thrown('Error: inner shapes (3) and (4)'), fixture)).toEqual({ 'values/a': ['a'] });
    expect(diagnose(thrown('Error: inner shapes (4) and (4)'), fixture)).toEqual({});
  });

  it('that gives NaN is known by how the NaN arose', () => {
    const nan = (code: string) => lookOf({ 'values/a/first': plus(Number.NaN) }, { 'values/a': code });
    const fixture = fixtureOf({ overflows: nan('nan:RealDiv(Infinity,Infinity)'), empty: nan('nan:RealDiv(0,0)') });
    expect(diagnose(nan('nan:RealDiv(Infinity,Infinity)'), fixture)).toEqual({ 'values/a': ['overflows'] });
    expect(diagnose(nan('nan:Multiply(Infinity,0)'), fixture)).toEqual({ 'values/a': ['overflows'] });
    expect(diagnose(nan('nan:RealDiv(0,0)'), fixture)).toEqual({ 'values/a': ['empty'] });
    expect(diagnose(nan('nan:JavaScript'), fixture)).toEqual({});
  });

  it('in one function does not hide that of another function', () => {
    const fixture = fixtureOf({ a: lookOf(A), b: lookOf(B) });
    const strange = { 'values/a/first': plus(9), 'values/a/second': plus(9, 9), 'values/a/third': plus(0, 9) };
    expect(diagnose(lookOf({ ...strange, ...B }), fixture)).toEqual({ 'values/b': ['b'] });
  });
});

describe('two mistakes at once', () => {
  it('are both named, each on its checks, where each fails cases of its own', () => {
    const fixture = fixtureOf({ a: lookOf(A), b: lookOf(B) });
    expect(diagnose(lookOf({ ...A, ...B }), fixture)).toEqual({ 'values/a': ['a'], 'values/b': ['b'] });
  });

  it('are known by what the fixture has of both', () => {
    const other = { 'values/a/first': plus(4), 'values/a/second': plus(0, 4), 'values/a/third': plus(0, 0, 4) };
    const both = { 'values/a/first': plus(5), 'values/a/second': plus(0, 6), 'values/a/third': plus(0, 0, 1) };
    const signs = lookOf(both).signs['values/a'];
    const stored = { 'values/a': { 0: signs.first, 1: signs.second } };
    const fixture = fixtureOf({ a: lookOf(A), other: lookOf(other) }, { 'a+other': stored });
    expect(diagnose(lookOf(both), fixture)).toEqual({ 'values/a': ['a', 'other'] });
    expect(diagnose(lookOf(A), fixture)).toEqual({ 'values/a': ['a'] });
    const { pairs: _, ...unpaired } = fixture;
    expect(diagnose(lookOf(both), { ...unpaired, pairs: {} })).toEqual({});
  });
});

describe('a mistake that computes the right values', () => {
  const fixture = fixtureOf({
    leaks: { codes: { 'hygiene/memory': 'leak:2,3' }, signs: {} },
    disposes: { codes: { 'hygiene/memory': 'disposed-input' }, signs: {} },
    readsBack: lookOf({ 'gradient/c/first': 'no path' }, { 'cost/x': 'budget:downloads' }),
    a: lookOf(A),
  });

  it('is known by how its checks fail, all of them', () => {
    const seen = (codes: Record<string, string>) => diagnose({ codes, signs: {} }, fixture);
    expect(seen({ 'hygiene/memory': 'leak:2,3' })).toEqual({ 'hygiene/memory': ['leaks'] });
    expect(seen({ 'hygiene/memory': 'leak:3' })).toEqual({});
    expect(seen({ 'cost/x': 'budget:downloads' })).toEqual({});
    const both = lookOf({ 'gradient/c/first': 'no path' }, { 'cost/x': 'budget:downloads' });
    expect(diagnose(both, fixture)).toEqual({ 'gradient/c': ['readsBack'], 'cost/x': ['readsBack'] });
    expect(diagnose(lookOf({ 'gradient/c/first': 'no path' }), fixture)).toEqual({});
  });

  it('and breaks a property is not named where values are wrong, which break it too', () => {
    const ties = { codes: { 'property/ties': 'property:ties' }, signs: {} };
    const withTies = fixtureOf({ higherIndex: ties, a: lookOf(A) });
    expect(diagnose(ties, withTies)).toEqual({ 'property/ties': ['higherIndex'] });
    const noise = { 'values/a/first': plus(0.1), 'values/a/second': plus(0.2), 'values/a/third': plus(0, 0.1) };
    expect(diagnose(lookOf(noise, ties.codes), withTies)).toEqual({});
  });

  it('is told beside another one', () => {
    expect(diagnose(lookOf(A, { 'hygiene/memory': 'leak:2,3' }), fixture)).toEqual({
      'values/a': ['a'],
      'hygiene/memory': ['leaks'],
    });
  });
});
