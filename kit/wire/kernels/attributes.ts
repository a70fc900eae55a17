/** Readers of hostile attributes: each checks one, and what it has checked is all that reaches the backend. */
import { type Attributes, KernelRefused } from '../kernel.ts';

/** Sizes and offsets are 32-bit inside the wasm backend. */
export const MAX_SIZE = 2 ** 31 - 1;

/** Longer than any list that an operation on tensors of rank 6 needs, and short enough to copy without a thought. */
const MAX_LIST = 4096;

export function refuse(kernel: string, problem: string): never {
  throw new KernelRefused(`${kernel}: ${problem}`);
}

export class AttributeReader {
  /** The attributes checked so far. */
  readonly checked: Record<string, unknown> = {};

  constructor(
    readonly kernel: string,
    private readonly attrs: Attributes,
  ) {}

  refuse(problem: string): never {
    return refuse(this.kernel, problem);
  }

  /** As it was sent; undefined for null too, which tfjs takes for the same. */
  raw(name: string): unknown {
    return Object.hasOwn(this.attrs, name) ? (this.attrs[name] ?? undefined) : undefined;
  }

  /** An integer from min to max. */
  integer(name: string, min: number, max: number, fallback?: number): number {
    return this.keep(name, this.asInteger(name, this.raw(name) ?? fallback, min, max));
  }

  /** Any number but NaN, infinite ones included if `infinite`. */
  number(name: string, { infinite = false, nan = false, fallback = undefined as number | undefined } = {}): number {
    const value = this.raw(name) ?? fallback;
    if (typeof value !== 'number') return this.refuse(`${name} is ${show(value)}, not a number`);
    if ((Number.isNaN(value) && !nan) || (Math.abs(value) === Infinity && !infinite)) {
      return this.refuse(`${name} is ${value}`);
    }
    return this.keep(name, value);
  }

  flag(name: string, fallback = false): boolean {
    const value = this.raw(name) ?? fallback;
    if (typeof value !== 'boolean') return this.refuse(`${name} is ${show(value)}, not true or false`);
    return this.keep(name, value);
  }

  choice<Choice extends string>(name: string, choices: readonly Choice[], fallback?: Choice): Choice {
    const value = this.raw(name) ?? fallback;
    if (!choices.includes(value as Choice))
      return this.refuse(`${name} is ${show(value)}, not ${choices.join(' or ')}`);
    return this.keep(name, value as Choice);
  }

  /** Sizes of a shape, 0 allowed; `min` is -1 where tfjs takes that for "the rest". */
  sizes(name: string, min = 0): number[] {
    return this.keep(name, this.integers(name, this.raw(name), min, MAX_SIZE));
  }

  /** One axis of a tensor of this rank, counted from the front. */
  axis(name: string, rank: number, fallback?: number): number {
    return this.keep(name, this.asAxis(name, this.raw(name) ?? fallback, rank));
  }

  /** Distinct axes in ascending order; all of them if none is named. */
  axes(name: string, rank: number): number[] {
    const value = this.raw(name);
    if (value === undefined)
      return this.keep(
        name,
        Array.from({ length: rank }, (_, axis) => axis),
      );
    const list = this.asList(name, typeof value === 'number' ? [value] : value);
    const axes = list.map((axis) => this.asAxis(name, axis, rank)).sort((a, b) => a - b);
    if (new Set(axes).size !== axes.length) return this.refuse(`${name} names axis ${repeated(axes)} twice`);
    return this.keep(name, axes);
  }

  /** Pairs [before, after], one for each axis. */
  paddings(name: string, rank: number): [number, number][] {
    const list = this.asList(name, this.raw(name));
    if (list.length !== rank) return this.refuse(`${name} has ${list.length} pairs for a tensor of rank ${rank}`);
    const pairs = list.map((pair, axis): [number, number] => {
      const [before, after, ...more] = this.integers(`${name}[${axis}]`, pair, 0, MAX_SIZE);
      if (after === undefined || more.length) return this.refuse(`${name}[${axis}] is not a pair`);
      return [before, after];
    });
    return this.keep(name, pairs);
  }

  integers(name: string, value: unknown, min: number, max: number): number[] {
    return this.asList(name, value).map((item, i) => this.asInteger(`${name}[${i}]`, item, min, max));
  }

  /** A plain copy without holes, so that nothing can change once it is checked. */
  asList(name: string, value: unknown): unknown[] {
    if (!Array.isArray(value)) return this.refuse(`${name} is ${show(value)}, not a list`);
    if (value.length > MAX_LIST) return this.refuse(`${name} has ${value.length} items, more than ${MAX_LIST}`);
    return Array.from(value as unknown[]);
  }

  asInteger(name: string, value: unknown, min: number, max: number): number {
    if (typeof value !== 'number' || !Number.isInteger(value)) {
      return this.refuse(`${name} is ${show(value)}, not a whole number`);
    }
    if (value < min || value > max) return this.refuse(`${name} is ${value}, not within ${min} … ${max}`);
    return value + 0; // -0 becomes 0
  }

  keep<Value>(name: string, value: Value): Value {
    this.checked[name] = value;
    return value;
  }

  private asAxis(name: string, value: unknown, rank: number): number {
    if (rank === 0) return this.refuse(`${name} is ${show(value)}, but a scalar has no axes`);
    const axis = this.asInteger(name, value, -rank, rank - 1);
    return axis < 0 ? axis + rank : axis;
  }
}

const repeated = (axes: number[]) => axes.find((axis, i) => axes.indexOf(axis) !== i);

/** A value in a few characters, whatever it is. */
export function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  if (value === undefined || value === null) return 'missing';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : `a ${typeof value}`;
}
