/** Which submissions are alike, by the winnowed fingerprints of Dolos (Maertens et al. 2022; Schleimer et al. 2003). */
import { FingerprintIndex, type Pair } from '@dodona/dolos-core';
import type { LikenessReport, LikePair } from '../report/likeness.ts';
import type { SourceTokens } from './tokens.ts';

/** Tokens in a fingerprint: a call with its arguments and a little more. Exercises are short, so Dolos' own 23 is too many. */
const TOKENS = 15;
/** Of so many fingerprints in a row at least one is kept. */
const WINDOW = 6;

export interface Submitted {
  student: string;
  tokens: SourceTokens;
}

export interface ExercisePairs {
  pairs: LikePair[];
  summary: LikenessReport['exercises'][number];
}

/** @param given what everyone has from the start: the stub and the given files, which count for nothing */
export function comparePairs(
  exercise: string,
  submitted: Submitted[],
  given: SourceTokens[],
  above: number,
): ExercisePairs {
  const index = new FingerprintIndex(TOKENS, WINDOW);
  index.addFiles(submitted.map(({ tokens }) => tokens.file));
  // Only now: what is added after an ignored file is not held against it.
  for (const { file } of given) index.addIgnoredFile(file);
  const owners = new Map(submitted.map((one) => [one.tokens.file.id, one]));
  const all: number[] = [];
  const pairs: LikePair[] = [];
  for (let i = 0; i < submitted.length; i++) {
    for (let j = i + 1; j < submitted.length; j++) {
      const pair = index.getPair(submitted[i].tokens.file, submitted[j].tokens.file);
      const similarity = shareOf(pair);
      all.push(similarity);
      if (similarity >= above && pair.overlap > 0) pairs.push(described(exercise, pair, similarity, owners));
    }
  }
  all.sort((a, b) => a - b);
  const usual = rounded(all[Math.floor(all.length / 2)] ?? 0);
  return { pairs, summary: { id: exercise, submissions: submitted.length, usual } };
}

/** Dolos' own number takes the left file's given part off twice; with files of different lengths that is another share. */
function shareOf({ leftEntry, rightEntry, overlap, leftTotal, rightTotal }: Pair): number {
  const givenPart = (entry: Pair['leftEntry']) =>
    [...entry.ignored].reduce((sum, shared) => sum + shared.occurrencesOf(entry.file).length, 0);
  const own = leftTotal + rightTotal - givenPart(leftEntry) - givenPart(rightEntry);
  return own > 0 ? overlap / own : 0;
}

function described(exercise: string, pair: Pair, similarity: number, owners: Map<number, Submitted>): LikePair {
  const [left, right] = [owners.get(pair.leftFile.id), owners.get(pair.rightFile.id)] as [Submitted, Submitted];
  const runs = pair.buildFragments().map((fragment) => ({
    left: tokensIn(pair.leftEntry.kgrams, fragment.leftkgrams),
    right: tokensIn(pair.rightEntry.kgrams, fragment.rightkgrams),
  }));
  const size = ({ left: [from, to] }: (typeof runs)[number]) => to - from + 1;
  const longest = runs.reduce((a, b) => (size(b) > size(a) ? b : a));
  const leftLines = linesOf(left.tokens, longest.left);
  const rightLines = linesOf(right.tokens, longest.right);
  return {
    exercise,
    left: left.student,
    right: right.student,
    similarity: rounded(similarity),
    longest: size(longest),
    overlap: pair.overlap,
    ...(leftLines && { leftLines }),
    ...(rightLines && { rightLines }),
  };
}

type Span = [from: number, to: number];

/** The tokens of a run of fingerprints, whose own end is exclusive. */
function tokensIn(fingerprints: { from: number; to: number }[], run: { from: number; to: number }): Span {
  return [fingerprints[run.from].from, fingerprints[run.to - 1].to];
}

function linesOf({ lines }: SourceTokens, [from, to]: Span): [number, number] | undefined {
  const own = lines.slice(from, to + 1).filter((line) => line !== null);
  return own.length ? [Math.min(...own), Math.max(...own)] : undefined;
}

const rounded = (share: number) => Math.round(share * 1000) / 1000;
