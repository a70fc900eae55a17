/**
 * What a wrong result is recognised by: its distance from the expected one, seen from a few directions. It is short, tells
 * any two mistakes apart that compute different things, and does not change with the rounding of float32.
 */
import { onlyNumbersDiffer } from './compare-plain.ts';
import { type Expected, isPlainValue, numbersOf, type Value } from './outputs.ts';
import { packPlain } from './pack-plain.ts';

/**
 * Of a case that failed: which outputs are wrong and how (`out`, `out shape 2,3`, `out NaN 12`, or what was thrown), and
 * where they lie, as seen from `DIRECTIONS` directions. No numbers where nothing could be compared.
 */
export type CaseSign = readonly [kinds: string, ...place: number[]];

const DIRECTIONS = 4;
const DIGITS = 5;
/** Of the distance between a mistake and the right result: so far may a result be from the mistake. */
const NEAR = 0.04;
/** The same for plain numbers, which are doubles. */
const NEAR_EXACT = 1e-4;
const ROUNDING = 1e-3;
const MOST_CHARACTERS = 160;

/** One wrong output. @param value undefined where only its shape or kind is known */
export interface WrongOutput {
  name: string;
  value?: Value;
  expected?: Expected;
  /** How it is wrong where there is no value to compare. */
  kind?: string;
}

/** Null if no output is wrong. */
export function signOf(wrong: readonly WrongOutput[]): CaseSign | null {
  if (wrong.length === 0) return null;
  const place = new Array<number>(DIRECTIONS).fill(0);
  let compared = false;
  const kinds = wrong.map(({ name, value, expected, kind }) => {
    const distance = value && expected && distanceOf(value, expected);
    if (!distance) return `${name} ${kind ?? textOf(value)}`;
    let seed = hashOf(name);
    const places = distance.flatMap((difference, i) => (Number.isFinite(difference) ? [] : [i + 1]));
    for (const difference of distance) {
      seed = nextOf(seed);
      // Beside what is not finite, rounding errors would be all that is left to tell.
      if (!Number.isFinite(difference) || (places.length > 0 && Math.abs(difference) < ROUNDING)) continue;
      compared ||= difference !== 0;
      for (let k = 0; k < DIRECTIONS; k++) place[k] += (seed >>> (k + 8)) & 1 ? difference : -difference;
    }
    const exact = isPlainValue(value) || expected.isNumber ? ' exact' : '';
    const sum = places.reduce((total, at) => (total + at) % 9973, 0);
    return places.length > 0 ? `${name} ${places.length} not finite, ${sum}` : `${name}${exact}`;
  });
  const text = kinds.join('; ').slice(0, MOST_CHARACTERS);
  if (!compared) return [text];
  const largest = Math.max(...place.map(Math.abs));
  const unit = 10 ** (Math.floor(Math.log10(largest || 1)) + 1 - DIGITS);
  return [text, ...place.map((value) => Number((Math.round(value / unit) * unit).toPrecision(DIGITS)))];
}

/** What a case that threw is known by: the error's own words. */
export function signOfThrown(words: string): CaseSign {
  return [`threw ${words}`.slice(0, MOST_CHARACTERS)];
}

/** Whether it says what came out, and not only that it is wrong. */
export const isTelling = ([kinds, ...place]: CaseSign): boolean => place.length > 0 || / is [^tfn]/.test(kinds);

/** Enough to tell it from a few others. */
export const shortened = ([kinds, ...place]: CaseSign): CaseSign => [
  kinds,
  ...place.slice(0, 2).map((value) => Number(value.toPrecision(3))),
];

/** Whether a result is that of a mistake. */
export function isSign(seen: CaseSign, [kinds, ...place]: CaseSign): boolean {
  const [seenKinds, ...seenPlace] = seen;
  if (kinds !== seenKinds || (place.length === 0) !== (seenPlace.length === 0)) return false;
  const near = / exact/.test(kinds) ? NEAR_EXACT : NEAR;
  const apart = Math.hypot(...place.map((value, k) => value - seenPlace[k]));
  return apart <= near * Math.hypot(...place);
}

/** Got minus expected, number by number, in units of the expected numbers; null where their structure differs. */
function distanceOf(value: Value, { array, plain }: Expected): number[] | null {
  if (isPlainValue(value) && (plain === undefined || !onlyNumbersDiffer(value.plain, plain))) return null;
  const got = isPlainValue(value) ? numbersOf(value.plain).data : value.data;
  if (got.length !== array.data.length) return null;
  const finite = Array.from(array.data).filter(Number.isFinite);
  const size = Math.sqrt(finite.reduce((sum, each) => sum + each ** 2, 0) / Math.max(finite.length, 1)) || 1;
  return Array.from(got, (each, i) => (each === array.data[i] ? 0 : (each - array.data[i]) / size));
}

/** A plain value that differs in more than numbers. */
function textOf(value: Value | undefined): string {
  return value && isPlainValue(value) ? `is ${JSON.stringify(packPlain(value.plain, 3)).slice(0, 60)}` : 'other';
}

function hashOf(text: string): number {
  let hash = 2166136261;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 16777619);
  return hash >>> 0 || 1;
}

/** Marsaglia 2003, xorshift. */
function nextOf(state: number): number {
  let x = state;
  x ^= x << 13;
  x ^= x >>> 17;
  x ^= x << 5;
  return x >>> 0;
}
