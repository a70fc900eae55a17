/** Compares a plain value with what it should be: its structure first, then strings and booleans exactly, and numbers to a tolerance. */
import type { Plain } from '../author/plain.ts';
import { errorOf, type Sort, sortOf, worseOf } from './compare.ts';

export type PlainMismatch =
  /** Of another kind, or a field that is not there. */
  | { kind: 'kind'; at: string; got: Plain | undefined; want: Plain }
  | { kind: 'length'; at: string; got: number; want: number }
  | {
      kind: 'value';
      /** `other` for what is not a number. */
      sort: Sort | 'other';
      at: string;
      got: Plain;
      want: Plain;
      /** |got − want|; Infinity for what is not a number. */
      error: number;
      /** How many of all numbers, strings and booleans are wrong. */
      count: number;
      size: number;
    };

/**
 * Null if `got` is `want`. Fields that are not expected are not a mistake, as in any object that is declared.
 * @param tolerance largest |got − want| of a number
 */
export function comparePlain(got: Plain, want: Plain, tolerance: number): PlainMismatch | null {
  return structureOf(got, want, '') ?? valuesOf(got, want, tolerance);
}

/** The largest |got − want| of the numbers; Infinity where anything else differs. */
export function largestPlainError(got: Plain, want: Plain): number {
  if (structureOf(got, want, '')) return Infinity;
  let largest = 0;
  for (const { got: one, want: other } of leavesOf(got, want, '')) {
    const error = typeof one === 'number' ? errorOf(one, other as number) : one === other ? 0 : Infinity;
    largest = Math.max(largest, error);
  }
  return largest;
}

/** Whether both have the same structure, fields too, and the same strings and booleans. */
export function onlyNumbersDiffer(a: Plain, b: Plain): boolean {
  if (structureOf(a, b, '') || structureOf(b, a, '')) return false;
  return [...leavesOf(a, b, '')].every(({ got, want }) => typeof want === 'number' || got === want);
}

function structureOf(got: Plain | undefined, want: Plain, at: string): PlainMismatch | null {
  if (got === undefined || kindOf(got) !== kindOf(want)) return { kind: 'kind', at, got, want };
  if (typeof want !== 'object' || want === null) return null;
  if (Array.isArray(want)) {
    const list = got as readonly Plain[];
    if (list.length !== want.length) return { kind: 'length', at, got: list.length, want: want.length };
  }
  for (const [key, one, other] of partsOf(got as object, want)) {
    const found = structureOf(one, other, placeIn(want, at, key));
    if (found) return found;
  }
  return null;
}

function valuesOf(got: Plain, want: Plain, tolerance: number): PlainMismatch | null {
  let size = 0;
  const wrong: Extract<PlainMismatch, { kind: 'value' }>[] = [];
  for (const leaf of leavesOf(got, want, '')) {
    size++;
    if (typeof leaf.got === 'number') {
      const found = sortOf(leaf.got, leaf.want as number, { tolerance });
      if (found) wrong.push({ kind: 'value', ...leaf, ...found, count: 0, size: 0 });
    } else if (leaf.got !== leaf.want) {
      wrong.push({ kind: 'value', ...leaf, sort: 'other', error: Infinity, count: 0, size: 0 });
    }
  }
  if (wrong.length === 0) return null;
  // The first string says more than any number.
  const other = wrong.find(({ sort }) => sort === 'other');
  const worst = other ?? wrong.reduce((a, b) => worseOf(a as Numeric, b as Numeric));
  return { ...worst, count: wrong.length, size };
}

type Numeric = Extract<PlainMismatch, { kind: 'value' }> & { sort: Sort };

interface Leaf {
  at: string;
  got: Plain;
  want: Plain;
}

/** Where the structure is the same. */
function* leavesOf(got: Plain, want: Plain, at: string): Generator<Leaf> {
  if (typeof want !== 'object' || want === null) yield { at, got, want };
  else
    for (const [key, one, other] of partsOf(got as object, want))
      yield* leavesOf(one as Plain, other, placeIn(want, at, key));
}

function partsOf(got: object, want: object): [key: string, got: Plain | undefined, want: Plain][] {
  return Object.entries(want).map(([key, value]) => [
    key,
    Object.hasOwn(got, key) ? (got as Record<string, Plain>)[key] : undefined,
    value,
  ]);
}

const placeIn = (parent: object, at: string, key: string) =>
  Array.isArray(parent) ? `${at}[${key}]` : `${at}.${key.slice(0, 40)}`;

const kindOf = (value: Plain) => (value === null ? 'null' : Array.isArray(value) ? 'list' : typeof value);
