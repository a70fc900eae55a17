/** What a wrong number has to do with the expected one: twice of it, or as many times as a size of the case says. */

/** One number in one case. */
export interface WrongNumber {
  got: number;
  want: number;
  /** Of the case, by name. */
  sizes: Readonly<Record<string, number>>;
}

/** Two doubles that are computed in different orders. */
const EXACTLY = 1e-9;
/** A ratio of larger numbers can be chance. */
const MOST_WHOLE = 64;
const MOST_PART = 4;

/** A sentence, or null where the numbers are no simple multiple of each other in all cases. */
export function ratioInWords(numbers: readonly WrongNumber[]): string | null {
  const ratios = numbers.map(({ got, want }) => got / want);
  if (ratios.length === 0 || ratios.some((ratio) => !Number.isFinite(ratio) || ratio <= 0)) return null;
  const [first] = ratios;
  if (ratios.every((ratio) => near(ratio, first))) {
    const simple = simpleRatio(first);
    if (simple) return `It is ${simple}.`;
  }
  return namedRatio(numbers, ratios);
}

function simpleRatio(ratio: number): string | null {
  const upsideDown = 1 / ratio;
  if (near(ratio, 2)) return 'twice the expected number';
  if (near(ratio, 0.5)) return 'half of the expected number';
  if (isWhole(ratio)) return `${Math.round(ratio)} times the expected number`;
  if (isWhole(upsideDown)) return `1/${Math.round(upsideDown)} of the expected number`;
  for (let q = 2; q <= MOST_PART; q++) {
    const p = Math.round(ratio * q);
    if (p > 1 && p <= MOST_PART && near(ratio, p / q)) return `${p}/${q} of the expected number`;
  }
  return null;
}

const isWhole = (ratio: number) => {
  const whole = Math.round(ratio);
  return whole > 1 && whole <= MOST_WHOLE && near(ratio, whole);
};

/** The one size, or quotient of two, that the ratio is in all cases; more than one case, or else it may be chance. */
function namedRatio(numbers: readonly WrongNumber[], ratios: number[]): string | null {
  if (new Set(ratios.map((ratio) => ratio.toPrecision(9))).size < 2) return null;
  const names = Object.keys(numbers[0].sizes);
  const quotients = names.flatMap((a) => names.filter((b) => b !== a).map((b) => [a, b]));
  for (const candidates of [names.map((name) => [name]), quotients]) {
    const found = candidates.flatMap(([a, b]) => {
      const sizeIn = ({ sizes }: WrongNumber) => sizes[a] / (b === undefined ? 1 : sizes[b]);
      const is = (way: (ratio: number) => number) => ratios.every((ratio, i) => near(way(ratio), sizeIn(numbers[i])));
      const name = b === undefined ? a : `${a} / ${b}`;
      if (is((ratio) => ratio)) return [`In every case, got / expected = ${name}.`];
      // Of a quotient its other way up is a candidate too.
      return b === undefined && is((ratio) => 1 / ratio) ? [`In every case, expected / got = ${name}.`] : [];
    });
    if (found.length > 0) return found.length === 1 ? found[0] : null;
  }
  return null;
}

const near = (a: number, b: number) => Math.abs(a - b) <= EXACTLY * Math.abs(b);

/** The whole numbers that functions were called with, by name, and those of the case. */
export function sizesIn(...from: unknown[]): Record<string, number> {
  const entries = from.flatMap((part) => (typeof part === 'object' && part !== null ? Object.entries(part) : []));
  return Object.fromEntries(entries.filter(([, value]) => Number.isSafeInteger(value) && value > 0));
}
