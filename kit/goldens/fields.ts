/** Reading a golden file's fields, whose names differ from source to source. */
import type { Golden } from './golden.ts';

/** Whether every input is one of `names`. A name that ends in a dot stands for all that start with it. */
export function hasOnly({ inputs }: Golden, names: string[]): boolean {
  return Object.keys(inputs).every((input) =>
    names.some((name) => (name.endsWith('.') ? input.startsWith(name) : input === name)),
  );
}

/** The first of the params that is a number. */
export function numberOf({ params }: Golden, ...names: string[]): number | undefined {
  return names.map((name) => params[name]).find((value) => typeof value === 'number') as number | undefined;
}

/** Whether one of the params is set: neither absent nor null, false, 0 or 'default'. */
export function isSet({ params }: Golden, ...names: string[]): boolean {
  return names.some((name) => Boolean(params[name]) && params[name] !== 'default');
}
