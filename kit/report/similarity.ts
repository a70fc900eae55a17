/** Submissions that are alike, as plain data. A place to look, not a verdict: short right answers are alike by nature. */

export interface SimilarityReport {
  schema: 'attention-kit/similarity/v1';
  /** What several students handed in together is one. */
  submissions: number;
  /** Students with one submission in common; pairs name the first of them. Files of earlier versions have none. */
  groups?: string[][];
  /** First those that are furthest above the usual of their exercise: where all are alike, a like pair says nothing. */
  pairs: LikePair[];
  exercises: { id: string; submissions: number /** Median similarity of all its pairs. */; usual: number }[];
}

/** Everyone who handed in what a pair names one student for. */
export function membersOf({ groups = [] }: SimilarityReport, student: string): string[] {
  return groups.find(([first]) => first === student) ?? [student];
}

export interface LikePair {
  exercise: string;
  left: string;
  right: string;
  /** Share of both files' fingerprints that the other has too, the stub's left out: 0 to 1. */
  similarity: number;
  /** The longest run of tokens that both have. */
  longest: number;
  /** Fingerprints of both files that the other has too. */
  overlap: number;
  /** Where that run is. */
  leftLines?: [first: number, last: number];
  rightLines?: [first: number, last: number];
}
