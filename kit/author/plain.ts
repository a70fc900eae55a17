/** A result that is not a tensor, as a grader has it: of a function that returns `number`, `boolean`, `string`, `data` or a list of these. */
export type Plain = number | string | boolean | null | readonly Plain[] | { readonly [field: string]: Plain };

/** Whether all of it is plain: no tensor, no function, nothing undefined. */
export function isPlain(value: unknown): value is Plain {
  if (value === null || ['number', 'string', 'boolean'].includes(typeof value)) return true;
  if (Array.isArray(value)) return value.every(isPlain);
  return isRecord(value) && Object.values(value).every(isPlain);
}

/** An object of fields, and not one of a class. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // A grader runs in the judge's realm, but what a debugger runs may come from another.
  return prototype === null || Object.getPrototypeOf(prototype as object) === null;
}

/** All numbers in it, in order. */
export function numbersIn(value: Plain): number[] {
  if (typeof value === 'number') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(numbersIn);
}

/** The shape of nested lists that hold numbers alone and are not ragged, else null. A number has the shape []. */
export function shapeOfNumbers(value: Plain): number[] | null {
  if (typeof value === 'number') return [];
  if (!Array.isArray(value)) return null;
  if (value.length === 0) return [0];
  const [first, ...rest] = value.map(shapeOfNumbers);
  const isEven = first !== null && rest.every((shape) => shape !== null && String(shape) === String(first));
  return isEven ? [value.length, ...first] : null;
}
