/** Decimals that tell numbers apart without drowning the reader. */
export const format = (value: number): string => withDigits(value, USUAL_DIGITS);

const USUAL_DIGITS = 4;
/** So many tell any two doubles apart, those with an exponent included. */
const MOST_DIGITS = 19;

function withDigits(value: number, digits: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (Object.is(value, -0)) return '-0';
  const size = Math.abs(value);
  const isFar = size !== 0 && (size < 1e-3 || size >= 1e6);
  return isFar ? value.toExponential(digits - 2) : String(Number(value.toPrecision(digits)));
}

/** Two numbers, with as many digits as it takes to see that they differ. */
export function formatApart(a: number, b: number, digits = USUAL_DIGITS): [string, string] {
  const texts: [string, string] = [withDigits(a, digits), withDigits(b, digits)];
  if (texts[0] !== texts[1] || Object.is(a, b) || digits >= MOST_DIGITS) return texts;
  if (Number.isSafeInteger(a) && Number.isSafeInteger(b)) return [String(a), String(b)];
  return formatApart(a, b, digits + 1);
}

/** `1 exercise`, `2 exercises`. */
export const plural = (count: number, one: string, many = `${one}s`) => `${count} ${count === 1 ? one : many}`;
