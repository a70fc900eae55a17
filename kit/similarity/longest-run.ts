/**
 * The longest run that two sequences have in common, in time in proportion to both: a suffix automaton of one (Blumer et
 * al. 1985), read along the other. To pair all equal places would be quadratic where a line is there thousands of times.
 */

export interface CommonRun {
  /** Where it begins. */
  left: number;
  right: number;
  length: number;
}

/** A set of substrings that end at the same places. */
interface State {
  next: Map<number, State>;
  /** The set of their suffixes that end elsewhere too. */
  shorter: State | null;
  /** Of the longest of them. */
  length: number;
  /** The first place where they end. */
  end: number;
}

/**
 * @param sizeOf what makes a run long; default: how many it has
 * @returns null where nothing is in common
 */
export function longestCommonRun(
  left: readonly number[],
  right: readonly number[],
  sizeOf: (run: CommonRun) => number = ({ length }) => length,
): CommonRun | null {
  const start = automaton(left);
  let [best, size]: [CommonRun | null, number] = [null, 0];
  let [state, length] = [start, 0];
  for (const [at, value] of right.entries()) {
    while (state.shorter && !state.next.has(value)) {
      state = state.shorter;
      length = state.length;
    }
    const next = state.next.get(value);
    if (!next) continue;
    state = next;
    length++;
    const run = { left: state.end - length + 1, right: at - length + 1, length };
    const itsSize = sizeOf(run);
    if (itsSize > size) [best, size] = [run, itsSize];
  }
  return best;
}

function automaton(sequence: readonly number[]): State {
  const start: State = { next: new Map(), shorter: null, length: 0, end: -1 };
  let last = start;
  for (const [end, value] of sequence.entries()) {
    const added: State = { next: new Map(), shorter: start, length: last.length + 1, end };
    let from: State | null = last;
    for (; from && !from.next.has(value); from = from.shorter) from.next.set(value, added);
    if (from) added.shorter = endingElsewhere(from, value);
    last = added;
  }
  return start;
}

/** What `value` leads to from here, apart from what is longer and ends in fewer places. */
function endingElsewhere(from: State, value: number): State {
  const found = from.next.get(value) as State;
  if (found.length === from.length + 1) return found;
  const split: State = { next: new Map(found.next), shorter: found.shorter, length: from.length + 1, end: found.end };
  found.shorter = split;
  for (let at: State | null = from; at?.next.get(value) === found; at = at.shorter) at.next.set(value, split);
  return split;
}
