/** What a submission returned that is not a tensor: taken from the wire within the limits of a result, or refused. */
import type { Plain } from '../author/plain.ts';
import type { ResultShape } from '../course/exercise.ts';
import { RESULT_LIMITS } from '../wire/limits.ts';
import type { WireValue } from '../wire/messages.ts';

/** It is not what was declared: where, and what it is instead. */
export class OtherKind extends Error {
  constructor(
    readonly path: readonly string[],
    readonly expected: string,
    readonly value: WireValue,
  ) {
    super();
  }
}

/** How many values one result may still hold. */
export class Allowance {
  #values = 0;
  #characters = 0;

  /** @throws OtherKind where there are too many */
  take(path: readonly string[], characters = 0): void {
    this.#characters += characters;
    if (this.#characters > RESULT_LIMITS.charactersInAll) {
      throw new OtherKind(path, `at most ${RESULT_LIMITS.charactersInAll} characters in a result`, ['x', 'more']);
    }
    if (++this.#values > RESULT_LIMITS.values) {
      throw new OtherKind(path, `at most ${RESULT_LIMITS.values} values in a result`, ['x', 'more']);
    }
  }
}

/** @throws OtherKind */
export function listItems(
  value: WireValue,
  declared: ResultShape,
  path: readonly string[],
  allowance: Allowance,
): WireValue[] {
  if (value[0] !== 'a' || value[1].length > RESULT_LIMITS.items || path.length >= RESULT_LIMITS.depth) {
    throw new OtherKind(path, kindOfShape(declared), value);
  }
  for (let i = 0; i < value[1].length; i++) allowance.take(path);
  return value[1];
}

/** A number, a boolean, a string. @throws OtherKind */
export function scalar(value: WireValue, declared: 'number' | 'boolean' | 'string', path: readonly string[]): Plain {
  const isOne = value[0] === 'v' && typeof value[1] === declared && !isTooLong(value[1]);
  if (isOne) return value[1];
  throw new OtherKind(path, kindOfShape(declared), value);
}

/**
 * Any plain value, frozen: what the judge has seen stays what it is. A field that is undefined is not there.
 * @throws OtherKind
 */
export function plainData(value: WireValue, path: readonly string[], allowance: Allowance): Plain {
  allowance.take(path, value[0] === 'v' && typeof value[1] === 'string' ? value[1].length : 0);
  if (value[0] === 'v' && !isTooLong(value[1])) return value[1];
  const isNested = (value[0] === 'a' || value[0] === 'o') && path.length < RESULT_LIMITS.depth;
  if (isNested && value[0] === 'a' && value[1].length <= RESULT_LIMITS.items) {
    return Object.freeze(value[1].map((item, i) => plainData(item, [...path, String(i)], allowance)));
  }
  if (isNested && value[0] === 'o') {
    const fields = Object.entries(value[1]).filter(([, item]) => item[0] !== 'u');
    if (fields.length <= RESULT_LIMITS.items) {
      const read = fields.map(([field, item]) => [field, plainData(item, [...path, field], allowance)]);
      return Object.freeze(Object.fromEntries(read));
    }
  }
  throw new OtherKind(path, kindOfShape('data'), value);
}

const isTooLong = (value: unknown) => typeof value === 'string' && value.length > RESULT_LIMITS.characters;

/** @param got the value in words */
export function otherKindInWords({ path, expected, value }: OtherKind, fn: string, got: string): string {
  const limits = isBeyondLimits(value, path) ? ` (${LIMITS})` : '';
  const hint = value[0] === 'x' && /Array$/.test(value[1]) ? ' (Array.from makes a list of it)' : '';
  const where = path.length > 0 ? `${fn} returned ${placeOf(path)}` : fn;
  return `${where}: expected ${expected}, got ${got}${limits}${hint}`;
}

const LIMITS = `a result may have ${RESULT_LIMITS.items} items in a list, ${RESULT_LIMITS.depth} lists and objects inside each other, and ${RESULT_LIMITS.characters} characters in a string`;

function isBeyondLimits(value: WireValue, path: readonly string[]): boolean {
  if (value[0] === 'x') return /^(an array of|an object (of|inside)|a string of) \d/.test(value[1]);
  if (value[0] === 'v') return isTooLong(value[1]);
  if (value[0] !== 'a' && value[0] !== 'o') return false;
  return path.length >= RESULT_LIMITS.depth || Object.keys(value[1]).length > RESULT_LIMITS.items;
}

/** What is declared, in words: a list of numbers, an object with k, v. */
export function kindOfShape(declared: ResultShape): string {
  if (Array.isArray(declared)) return `a list of ${severalOf(declared[0])}`;
  if (typeof declared === 'object') return `an object with ${Object.keys(declared).join(', ') || 'any fields'}`;
  return KINDS[declared]?.[0] ?? 'a tensor';
}

function severalOf(declared: ResultShape): string {
  if (Array.isArray(declared)) return `lists of ${severalOf(declared[0])}`;
  if (typeof declared === 'object') return `objects with ${Object.keys(declared).join(', ') || 'any fields'}`;
  return KINDS[declared]?.[1] ?? 'tensors';
}

const KINDS: Record<string, [one: string, several: string] | undefined> = {
  number: ['a number', 'numbers'],
  boolean: ['a boolean', 'booleans'],
  string: ['a string', 'strings'],
  data: [
    'a plain value (numbers, strings, booleans, null, and lists and objects of these)',
    'plain values (numbers, strings, booleans, null, and lists and objects of these)',
  ],
};

/** `copies[0][1]`, `pool.refs[2]` */
export function placeOf(path: readonly string[]): string {
  return path
    .map((key) => (/^\d+$/.test(key) ? `[${key}]` : `.${key.slice(0, 40)}`))
    .join('')
    .replace(/^\./, '');
}
