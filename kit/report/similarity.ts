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

/** A pair, or of several submissions that are wholly alike all of them: n instead of n(n−1)/2 pairs. */
export interface Alike {
  /** Of several pairs the first. */
  pair: LikePair;
  members: { student: string; lines?: [first: number, last: number] }[];
}

/** In the order of the pairs. Only where every part of one is in the other: what is merely like adds up along a chain. */
export function alikeIn(pairs: LikePair[]): Alike[] {
  const all = new Set<Alike>();
  const whereIs = new Map<string, Alike>();
  for (const pair of pairs) {
    const { exercise, left, right, similarity, leftLines, rightLines } = pair;
    const members = [
      { student: left, lines: leftLines },
      { student: right, lines: rightLines },
    ];
    if (similarity < 1) {
      all.add({ pair, members });
      continue;
    }
    const [one, other] = members.map(({ student }) => whereIs.get(`${exercise} ${student}`));
    const alike = one ?? other ?? { pair, members: [] };
    all.add(alike);
    if (other && other !== alike) all.delete(other);
    for (const member of [...members, ...(other?.members ?? [])]) {
      const place = `${exercise} ${member.student}`;
      if (whereIs.get(place) === alike) continue;
      whereIs.set(place, alike);
      alike.members.push(member);
    }
  }
  return [...all];
}
