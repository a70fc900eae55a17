/**
 * `fixtures/NN-lecture/<name>.json`: the public cases with what is expected, how far off may be and why, what the model
 * solution costs, and what known mistakes compute, so that a learner's machine can judge and explain without any of
 * the code behind it. Written by `kit verify --update`; never edited.
 */
import { readFileSync } from 'node:fs';
import type { CaseParams } from '../author/grader.ts';
import { type DType, isNdArray, type NdArray, ndarray, type TensorTree } from '../author/ndarray.ts';
import type { Plain } from '../author/plain.ts';
import { InputError } from '../course/input-error.ts';
import type { Cost } from '../wire/cost.ts';
import type { PreparedCase } from './cases.ts';
import type { Mistake, PairSigns } from './known-mistake.ts';
import { type Expected, numbersOf } from './outputs.ts';
import { packPlain, unpackPlain } from './pack-plain.ts';
import { type PackedSigns, packSigns, unpackSigns } from './pack-signs.ts';
import type { Tolerance } from './tolerance.ts';

export interface Fixture {
  exercise: string;
  /** By check. */
  cases: Record<string, PreparedCase[]>;
  /** The model solution's, by cost check. */
  costs: Record<string, Cost>;
  /** By name. */
  mistakes: Record<string, Mistake>;
  /** By `one+other`. */
  pairs: Record<string, PairSigns>;
  /** A hash of what the pairs were made of. */
  pairsFrom: string;
  /** Cases to be looked at, by view; not there where the grader has none. */
  views?: Record<string, PreparedCase>;
}

interface Packed {
  shape: number[];
  dtype?: DType;
  data: (number | string)[];
}
type PackedExpected = (Packed & { number?: true }) | { plain: Plain };
type PackedTree = { [name: string]: Packed | PackedTree };

interface PackedCase {
  name: string;
  params: CaseParams;
  inputs: PackedTree;
  expected: Record<string, PackedExpected>;
  tolerances: Record<string, Tolerance>;
  cotangents?: PackedTree;
}

interface PackedFixture extends Omit<Fixture, 'cases' | 'views' | 'mistakes' | 'pairs'>, PackedSigns {
  cases: Record<string, PackedCase[]>;
  views?: Record<string, PackedCase>;
}

/** Digits of expected values: far below any float32 tolerance. */
const EXPECTED_DIGITS = 12;
/** Digits of a float32. */
const INPUT_DIGITS = 9;

export function fixtureText({ views, ...fixture }: Fixture): string {
  const packed: PackedFixture = {
    ...fixture,
    cases: mapped(fixture.cases, (cases) => cases.map(packCase)),
    ...packSigns(fixture),
    ...(views && { views: mapped(views, packCase) }),
  };
  // One line a case and a mistake: small, and a change shows where it is.
  const lines = (value: object, depth: number): string => {
    if (depth === 0) return JSON.stringify(value);
    const entries = Object.entries(value).map(
      ([key, item]) =>
        `${JSON.stringify(key)}: ${typeof item === 'object' && !Array.isArray(item) ? lines(item, depth - 1) : list(item)}`,
    );
    return entries.length ? `{\n${entries.join(',\n')}\n}` : '{}';
  };
  const list = (item: unknown) =>
    Array.isArray(item) ? `[\n${item.map((each) => JSON.stringify(each)).join(',\n')}\n]` : JSON.stringify(item);
  return `${lines(packed, 2)}\n`;
}

/** @throws InputError if there is no fixture or it is broken, with the way out */
export function readFixture(file: string): Fixture {
  try {
    const packed: PackedFixture = JSON.parse(readFileSync(file, 'utf8'));
    const cases = Object.entries(packed.cases).map(([check, list]) => [check, list.map(unpackCase)]);
    const { exercise, costs, views, pairsFrom } = packed;
    return {
      exercise,
      cases: Object.fromEntries(cases),
      costs,
      ...unpackSigns(packed),
      pairsFrom,
      ...(views && { views: mapped(views, unpackCase) }),
    };
  } catch (error) {
    throw new InputError(
      `${file} cannot be read (${(error as Error).message}); \`kit verify --update\` writes it anew`,
    );
  }
}

function mapped<A, B>(record: Record<string, A>, map: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]));
}

function packCase({ name, params, inputs, expected, tolerances, cotangents }: PreparedCase): PackedCase {
  return {
    name,
    params,
    inputs: packTree(inputs),
    expected: mapped(expected, packExpected),
    tolerances,
    ...(Object.keys(cotangents).length > 0 && { cotangents: packTree(cotangents) }),
  };
}

function unpackCase({ name, params, inputs, expected, tolerances, cotangents = {} }: PackedCase): PreparedCase {
  return {
    name,
    params,
    inputs: unpackTree(inputs),
    expected: mapped(expected, unpackExpected),
    tolerances,
    cotangents: unpackTree(cotangents) as Record<string, NdArray>,
  };
}

function packExpected({ array, isNumber, plain }: Expected): PackedExpected {
  if (plain !== undefined) return { plain: packPlain(plain, EXPECTED_DIGITS) };
  return { ...pack(array, isNumber ? 17 : EXPECTED_DIGITS), ...(isNumber && { number: true as const }) };
}

function unpackExpected(packed: PackedExpected): Expected {
  if (!('plain' in packed)) return { array: unpack(packed), isNumber: packed.number === true };
  const plain = unpackPlain(packed.plain);
  return { array: numbersOf(plain), isNumber: false, plain };
}

function packTree(tree: TensorTree): PackedTree {
  return Object.fromEntries(
    Object.entries(tree).map(([name, value]) => [name, isNdArray(value) ? pack(value, INPUT_DIGITS) : packTree(value)]),
  );
}

function unpackTree(tree: PackedTree): TensorTree {
  return Object.fromEntries(
    Object.entries(tree).map(([name, value]) => [name, isPacked(value) ? unpack(value) : unpackTree(value)]),
  );
}

const isPacked = (value: Packed | PackedTree): value is Packed =>
  Array.isArray(value.data) && Array.isArray(value.shape);

function pack({ shape, dtype, data }: NdArray, digits: number): Packed {
  // Integers are exact.
  const values = Array.from(data, (value) => rounded(value, dtype === 'float32' ? digits : 17));
  return { shape: [...shape], ...(dtype !== 'float32' && { dtype }), data: values };
}

/** JSON has no NaN, Infinity or -0. */
function rounded(value: number, digits: number): number | string {
  if (!Number.isFinite(value)) return String(value);
  return Object.is(value, -0) ? '-0' : Number(value.toPrecision(digits));
}

function unpack({ shape, dtype = 'float32', data }: Packed): NdArray {
  return ndarray(shape, data.map(Number), dtype);
}
