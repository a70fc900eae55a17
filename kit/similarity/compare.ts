/** Which submissions are alike, by the winnowed fingerprints of Dolos (Maertens et al. 2022; Schleimer et al. 2003). */
import { FingerprintIndex, type TokenizedFile } from '@dodona/dolos-core';
import type { LikePair, SimilarityReport } from '../report/similarity.ts';
import { longestCommonRun } from './longest-run.ts';
import type { SourceTokens } from './tokens.ts';

/** Tokens in a fingerprint: a call with its arguments and a little more. Exercises are short, so Dolos' own 23 is too many. */
const TOKENS = 15;
/** Of so many fingerprints in a row at least one is kept. */
const WINDOW = 6;

export interface Submitted {
  student: string;
  /** Who handed in together with this one at another time, and so is no pair with it. */
  partners?: Set<string>;
  tokens: SourceTokens;
}

export interface ExercisePairs {
  pairs: LikePair[];
  summary: SimilarityReport['exercises'][number];
}

/** Of a program: its fingerprints but the given ones, and how often it has each. */
interface Prints {
  counts: Map<Fingerprint, number>;
  total: number;
}

type Entry = ReturnType<FingerprintIndex['entries']>[number];
type Fingerprint = Entry['shared'] extends Set<infer T> ? T : never;

/** @param given what everyone has from the start: the stub and the given files, which count for nothing */
export function comparePairs(
  exercise: string,
  submitted: Submitted[],
  given: SourceTokens[],
  above: number,
): ExercisePairs {
  const { programs, programOf } = distinct(submitted);
  const index = new FingerprintIndex(TOKENS, WINDOW);
  index.addFiles(programs);
  // Only now: what is added after an ignored file is not held against it.
  for (const { file } of given) index.addIgnoredFile(file);
  const entries = index.entries();
  const prints = entries.map(printsOf);
  const alike = prints.map((one, i) => Float64Array.from(prints, (other, j) => (j < i ? 0 : shareOf(one, other))));
  const longestRun = remembered((a, b) => longestRunOf(entries[a], entries[b]));
  const all: number[] = [];
  const pairs: LikePair[] = [];
  for (let i = 0; i < submitted.length; i++) {
    for (let j = i + 1; j < submitted.length; j++) {
      if (submitted[i].partners?.has(submitted[j].student)) continue;
      const [a, b] = [programOf[i], programOf[j]];
      const similarity = alike[Math.min(a, b)][Math.max(a, b)];
      all.push(similarity);
      if (similarity < above || similarity === 0) continue;
      const run = longestRun(a, b);
      pairs.push(described(exercise, submitted[i], submitted[j], similarity, run, overlapOf(prints[a], prints[b])));
    }
  }
  all.sort((a, b) => a - b);
  const usual = rounded(all[Math.floor(all.length / 2)] ?? 0);
  return { pairs, summary: { id: exercise, submissions: submitted.length, usual } };
}

/** Programs with the same tokens are compared once for all who have them; `programOf` is by submission. */
function distinct(submitted: Submitted[]): { programs: TokenizedFile[]; programOf: number[] } {
  const numbers = new Map<string, number>();
  const programs: TokenizedFile[] = [];
  const programOf = submitted.map(({ tokens: { file } }) => {
    const key = file.tokens.join('\0');
    const number = numbers.get(key) ?? programs.push(file) - 1;
    numbers.set(key, number);
    return number;
  });
  return { programs, programOf };
}

function printsOf({ file, shared }: Entry): Prints {
  const counts = new Map([...shared].map((print) => [print, print.occurrencesOf(file).length]));
  return { counts, total: [...counts.values()].reduce((a, b) => a + b, 0) };
}

/** Dolos' own number takes the left file's given part off twice; and its pairs search for runs, which few of them need. */
function shareOf(left: Prints, right: Prints): number {
  const own = left.total + right.total;
  return own > 0 ? overlapOf(left, right) / own : 0;
}

function overlapOf(left: Prints, right: Prints): number {
  const [few, many] = left.counts.size < right.counts.size ? [left, right] : [right, left];
  let overlap = 0;
  for (const [print, count] of few.counts) {
    const other = many.counts.get(print);
    if (other !== undefined) overlap += count + other;
  }
  return overlap;
}

/** The first and the last of some tokens. */
type Span = [from: number, to: number];

interface Run {
  left: Span;
  right: Span;
}

const sizeOf = ({ left: [from, to] }: Run) => to - from + 1;

/** Of two programs that have a fingerprint in common. */
function longestRunOf(left: Entry, right: Entry): Run {
  const numbers = new Map([...left.shared].map((print, i) => [print, i]));
  const span = ({ kgrams }: Entry, from: number, length: number): Span => [
    kgrams[from].from,
    // Its own end is exclusive.
    kgrams[from + length - 1].to,
  ];
  const run = longestCommonRun(sequenceOf(left, numbers, -1), sequenceOf(right, numbers, -2), (found) =>
    sizeOf({ left: span(left, found.left, found.length), right: [0, 0] }),
  );
  if (!run) throw new Error(`${left.file.path} and ${right.file.path} have nothing in common`);
  return { left: span(left, run.left, run.length), right: span(right, run.right, run.length) };
}

/** A program's fingerprints in their order, by number. @param other for those that are given or not in both */
function sequenceOf({ file, kgrams, shared }: Entry, numbers: Map<Fingerprint, number>, other: number): number[] {
  const sequence = new Array<number>(kgrams.length).fill(other);
  for (const print of shared) {
    const number = numbers.get(print);
    if (number === undefined) continue;
    for (const { side } of print.occurrencesOf(file)) sequence[side.index] = number;
  }
  return sequence;
}

function described(
  exercise: string,
  left: Submitted,
  right: Submitted,
  similarity: number,
  longest: Run,
  overlap: number,
): LikePair {
  const leftLines = linesOf(left.tokens, longest.left);
  const rightLines = linesOf(right.tokens, longest.right);
  return {
    exercise,
    left: left.student,
    right: right.student,
    similarity: rounded(similarity),
    longest: sizeOf(longest),
    overlap,
    ...(leftLines && { leftLines }),
    ...(rightLines && { rightLines }),
  };
}

function remembered<T>(make: (a: number, b: number) => T): (a: number, b: number) => T {
  const made = new Map<string, T>();
  return (a, b) => {
    const key = `${a} ${b}`;
    const value = made.get(key) ?? make(a, b);
    made.set(key, value);
    return value;
  };
}

function linesOf({ lines }: SourceTokens, [from, to]: Span): [number, number] | undefined {
  const own = lines.slice(from, to + 1).filter((line) => line !== null);
  return own.length ? [Math.min(...own), Math.max(...own)] : undefined;
}

const rounded = (share: number) => Math.round(share * 1000) / 1000;
