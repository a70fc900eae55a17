/** What a fixture knows of a mistake. */
import type { CaseSign } from './signs.ts';

/** How it looks from outside: failure codes of the checks that fail, and what their failing cases look like. */
export interface Look {
  codes: Record<string, string>;
  /** By check and case. */
  signs: Record<string, Record<string, CaseSign>>;
}

/** What a known mistake does on the public checks. */
export interface Mistake extends Look {
  /** What its author is told. */
  says: string;
  /** Its number among the usual mistakes in the handout. */
  see?: number;
}

/**
 * What two mistakes at once look like, by check and the case's place in it, in a few cases in which each of them fails alone:
 * null where they cancel out. Where they look as each of them does, there is nothing.
 */
export type PairSigns = Record<string, Record<number, CaseSign | null>>;
