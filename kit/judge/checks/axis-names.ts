/** Axes by the letters at the end of a tensor's name, and shapes explained with them. */

import { AXIS_WORDS } from '../../author/axes.ts';

export interface AxisName {
  /** T, or the number where the name has no letters for it. */
  letter: string;
  /** axis T (queries), or axis 2. */
  full: string;
}

/**
 * One for each axis of a tensor of this name: out_BHTV has B, H, T and V.
 * @param words for the letters; one that has none stands for itself
 */
export function axisNames(label: string, rank: number, words = AXIS_WORDS): AxisName[] {
  const letters = lettersOf(label, rank);
  return Array.from({ length: rank }, (_, axis) => {
    const letter = letters[axis];
    if (letter === undefined) return { letter: String(axis), full: `axis ${axis}` };
    return { letter, full: words[letter] ? `axis ${letter} (${words[letter]})` : `axis ${letter}` };
  });
}

const lettersOf = (label: string, rank: number): string[] => {
  const letters = [...(label.match(/_([A-Z0-9]+)$/)?.[1] ?? '')];
  return letters.length === rank ? letters : [];
};

/**
 * Says which axis is off, and by what it may have come: begins with a colon, or is empty.
 * @param sizes of the case by letter, to tell whose size it is that stands in the wrong place
 */
export function axisHint(
  label: string,
  got: readonly number[],
  want: readonly number[],
  sizes: Readonly<Record<string, unknown>> = {},
  words = AXIS_WORDS,
): string {
  const axes = axisNames(label, want.length, words);
  const lettered = lettersOf(label, want.length).length > 0;
  if (got.length !== want.length) {
    const due = `${want.length} ${want.length === 1 ? 'axis' : 'axes'}${lettered ? `, ${axes.map(({ letter }) => letter).join(', ')}` : ''}`;
    return `: ${due}${rankHint(axes, got, want)}`;
  }
  const swap = swappedAxes(got, want);
  if (swap) {
    const [a, b] = swap.map((axis) => axes[axis].full);
    return `: ${a} and ${b} have changed places; is a transpose missing, or one too many?`;
  }
  const axis = want.findIndex((size, i) => size !== got[i]);
  const { letter, full } = axes[axis];
  const named = lettered ? full.replace(/^axis \S+/, `axis ${axis}, ${letter}`) : full;
  return `: ${named}${full.includes('(') ? ',' : ''} is ${got[axis]} and not ${want[axis]}${otherLetter(got[axis], letter, sizes, words)}`;
}

/** An axis lost, or one too many. */
function rankHint(axes: AxisName[], got: readonly number[], want: readonly number[]): string {
  const gone = want.findIndex((_, axis) => same(got, want.toSpliced(axis, 1)));
  if (gone >= 0 && got.length === want.length - 1)
    return `; ${axes[gone].full} is gone (is a keepDims missing, or a squeeze too many?)`;
  const extra = got.findIndex((_, axis) => same(want, got.toSpliced(axis, 1)));
  if (extra >= 0 && got.length === want.length + 1) {
    return `; its axis ${extra}, of size ${got[extra]}, is one too many${got[extra] === 1 ? ' (a keepDims or expandDims too many?)' : ''}`;
  }
  return '';
}

function swappedAxes(got: readonly number[], want: readonly number[]): [number, number] | null {
  const off = want.flatMap((size, axis) => (size === got[axis] ? [] : [axis]));
  if (off.length !== 2 || got[off[0]] !== want[off[1]] || got[off[1]] !== want[off[0]]) return null;
  return [off[0], off[1]];
}

/** Where just one other letter of the case has this size, it is that axis that stands here. */
function otherLetter(
  size: number,
  letter: string,
  sizes: Readonly<Record<string, unknown>>,
  words: typeof AXIS_WORDS,
): string {
  const others = Object.entries(sizes).filter(
    ([name, value]) => /^[A-Z]$/.test(name) && name !== letter && value === size,
  );
  if (others.length !== 1 || size < 2) return '';
  const [other] = others[0];
  return `; ${size} is the size of ${other}${words[other] ? ` (${words[other]})` : ''} here`;
}

const same = (a: readonly number[], b: readonly number[]) =>
  a.length === b.length && a.every((size, i) => size === b[i]);
