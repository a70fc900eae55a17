/** A call's arguments, which are the caller's: whether the call left them as they were. */
import * as tf from '@tensorflow/tfjs-core';

/** Taken now: what the submission does to these names later has no effect here. */
const { ownKeys, getOwnPropertyDescriptor } = Reflect;
const { is } = Object;

/** Lists and objects inside each other, and values in all, that are looked at. */
const MOST_DEPTH = 8;
const MOST_VALUES = 200_000;

/** An object and what it held. */
interface Held {
  object: object;
  keys: (string | symbol)[];
  values: unknown[];
  /** Of those values that are objects. */
  inside: (Held | undefined)[];
}

export class Passed {
  readonly #held: Held;
  #left = MOST_VALUES;

  constructor(args: unknown[]) {
    this.#held = this.#hold([...args], 0);
  }

  /** What the call did to them, as a sentence that begins with the argument's name. Undefined where all is as it was. */
  altered(fn: unknown): string | undefined {
    const changed = changeIn(this.#held);
    if (!changed) return undefined;
    return `${placeOf(fn, changed.path)} ${changed.what} after the call. It belongs to the caller: change a copy`;
  }

  #hold(object: object, depth: number): Held {
    const held: Held = { object, keys: [], values: [], inside: [] };
    // Of a tensor, the shape alone: it is the caller's array.
    held.keys = object instanceof tf.Tensor ? ['shape'] : ownKeys(object);
    for (let i = 0; i < held.keys.length && this.#left-- > 0; i++) {
      const value = valueAt(object, held.keys[i]);
      held.values[i] = value;
      if (typeof value === 'object' && value !== null && depth < MOST_DEPTH) {
        held.inside[i] = this.#hold(value, depth + 1);
      }
    }
    return held;
  }
}

/** A getter is not run: that might do something. */
const valueAt = (object: object, key: PropertyKey): unknown => getOwnPropertyDescriptor(object, key)?.value;

interface Change {
  path: PropertyKey[];
  what: string;
}

function changeIn({ object, keys, values, inside }: Held): Change | null {
  for (let i = 0; i < values.length; i++) {
    const [key, before] = [keys[i], values[i]];
    const now = valueAt(object, key);
    if (!is(now, before)) return { path: [key], what: changeInWords(object, key, before, now) };
    const found = inside[i] && changeIn(inside[i] as Held);
    if (found) return { path: [key, ...found.path], what: found.what };
  }
  // A tensor has fields of its own; of a long list, the rest was not looked at.
  if (object instanceof tf.Tensor || values.length < keys.length) return null;
  const there = ownKeys(object);
  if (there.length === keys.length) return null;
  const added = there.find((key) => !keys.includes(key));
  return added === undefined
    ? { path: [keys.find((key) => !there.includes(key)) as PropertyKey], what: 'is gone' }
    : { path: [added], what: 'is new' };
}

function changeInWords(object: object, key: PropertyKey, before: unknown, now: unknown): string {
  if (getOwnPropertyDescriptor(object, key) === undefined) return 'is gone';
  return isShort(before) && isShort(now) ? `was ${String(before)} and is ${String(now)}` : 'is replaced';
}

const isShort = (value: unknown) =>
  value === null || (typeof value === 'string' ? value.length < 40 : !/object|function|symbol/.test(typeof value));

/** `cache.k_BHSD`, `positions[0]`: the argument by the name of its parameter. */
function placeOf(fn: unknown, [argument, ...path]: PropertyKey[]): string {
  const name = parametersOf(fn)[Number(argument)] ?? `argument ${Number(argument) + 1}`;
  const fields = path.map((key) => (/^\d+$/.test(String(key)) ? `[${String(key)}]` : `.${String(key).slice(0, 40)}`));
  return `${name}${fields.join('')}`;
}

/** As they stand in the source: `function rope(x_BHTD, positions, options = {}) {`. None that is taken apart there. */
function parametersOf(fn: unknown): (string | undefined)[] {
  const [, list = ''] = String(fn).match(/^[^(]*\(([^)]*)/) ?? [];
  if (/[{[]\s*\w/.test(list)) return [];
  return list.split(',').map((each) => each.match(/^\s*([\p{L}\p{N}_$]+)/u)?.[1]);
}
