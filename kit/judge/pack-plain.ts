/** Plain values as JSON, which has no NaN, Infinity or -0: such a number is `{ "$": "NaN" }`, and a field's own $ is doubled. */
import type { Plain } from '../author/plain.ts';

/** @param digits of numbers that are not whole */
export function packPlain(value: Plain, digits: number): Plain {
  if (typeof value === 'number') return packedNumber(value, digits);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => packPlain(item, digits));
  const fields = Object.entries(value).map(([field, item]) => [field.replace(/^\$/, '$$$$'), packPlain(item, digits)]);
  return Object.fromEntries(fields);
}

export function unpackPlain(packed: Plain): Plain {
  if (typeof packed !== 'object' || packed === null) return packed;
  if (Array.isArray(packed)) return packed.map(unpackPlain);
  const fields = Object.entries(packed);
  if (fields.length === 1 && fields[0][0] === '$') return Number(fields[0][1]);
  return Object.fromEntries(fields.map(([field, item]) => [field.replace(/^\$\$/, '$$'), unpackPlain(item)]));
}

function packedNumber(value: number, digits: number): Plain {
  if (!Number.isFinite(value)) return { $: String(value) };
  if (Object.is(value, -0)) return { $: '-0' };
  return Number.isSafeInteger(value) ? value : Number(value.toPrecision(digits));
}
