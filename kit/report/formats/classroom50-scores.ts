/** Fills the grades into Classroom 50's `scores.json` as a teacher's own, which its collection then leaves alone. */
import { InputError } from '../../course/input-error.ts';
import { personOf } from '../../roster/roster.ts';
import { findName } from '../../roster/same-name.ts';
import type { Gradebook } from '../gradebook.ts';
import { studentView } from '../student-view.ts';
import { classroom50Score } from './classroom50.ts';
import { type FillOptions, note } from './fill-table.ts';
import { type Filled, gradeOf, ungraded } from './grades.ts';

interface Scores {
  schema: 'classroom50/scores/v1';
  assignments: Record<string, { entries: Entry[] }>;
}

/** The schema lets entries have more fields: this one tells our overrides from a teacher's. */
const MARK = 'attention-kit';

interface Entry {
  owner: string;
  [MARK]?: { score: number };
  override?: boolean;
  /** Newest first. */
  submissions: Record<string, unknown>[];
}

/**
 * A student's entry keeps what its collection knows of the submission (links, time, who pushed); score, points and tests
 * of the newest submission become ours. An override that is there is a teacher's own, unless it still is what we wrote.
 *
 * @throws InputError if the text is no scores.json, or has not this assignment
 */
export function classroom50Scores(gradebook: Gradebook, collected: string, options: FillOptions = {}): Filled {
  const { roster, overwrite = false } = options;
  const scores = readScores(collected);
  const { entries } = bucketOf(scores, gradebook, options.column);
  const owners = entries.map(({ owner }) => owner);
  const unmatched: string[] = [];
  const kept: string[] = [];
  const twice: string[] = [];
  const takers = new Map<Entry, string>();
  const matches = gradebook.entries.flatMap((entry) => {
    const github = roster && personOf(roster, entry)?.github;
    const match = findName(owners, github || entry.student);
    if (!match) unmatched.push(entry.student);
    return match ? [{ entry, found: entries[match.index], isExact: match.isExact }] : [];
  });
  for (const { entry, found } of [...matches].sort((a, b) => Number(b.isExact) - Number(a.isExact))) {
    const grade = gradeOf(entry);
    const taker = takers.get(found);
    if (taker !== undefined) twice.push(`${entry.student} and ${taker}`);
    takers.set(found, taker ?? entry.student);
    if (taker !== undefined || grade === null) continue;
    const there = found.submissions[0]?.score;
    if (found.override && there !== grade && there !== found[MARK]?.score && !overwrite) {
      kept.push(`${entry.student} (${there} there, ${grade} here)`);
      continue;
    }
    // A teacher's own that says the same stays a teacher's own.
    if (found.override && there === grade && !found[MARK]) continue;
    const { tests } = entry.report ? classroom50Score(studentView(entry.report)) : { tests: [] };
    found.override = true;
    found[MARK] = { score: grade };
    found.submissions[0] = { ...found.submissions[0], score: grade, 'max-score': entry.maxScore, tests };
  }
  const notes = [
    ...ungraded(gradebook),
    ...note('not found in scores.json, so not filled in', unmatched),
    ...note('two students are one owner in scores.json; the first was filled in', twice),
    ...note("a teacher's own score is in scores.json and was kept; --overwrite replaces it", kept),
  ];
  const wanted = gradebook.entries.filter((entry) => gradeOf(entry) !== null).length;
  return { text: written(scores, collected), notes, joined: { wanted, found: matches.length, place: 'scores.json' } };
}

/** Indented as it was, with its line ends. */
function written(scores: Scores, collected: string): string {
  const [, indent = '  '] = collected.match(/^\s*\{\r?\n([ \t]+)"/) ?? [];
  const text = `${JSON.stringify(scores, null, indent)}\n`;
  return collected.includes('\r\n') ? text.replaceAll('\n', '\r\n') : text;
}

function readScores(text: string): Scores {
  let scores: Partial<Scores> | null = null;
  try {
    scores = JSON.parse(text.replace(/^\u{feff}/u, '')) as Partial<Scores> | null;
  } catch {
    // Said below.
  }
  if (scores?.schema !== 'classroom50/scores/v1' || !Object.values(scores.assignments ?? {}).every(isBucket)) {
    throw new InputError('the file to fill in is not a scores.json of Classroom 50 (classroom50/scores/v1)');
  }
  return scores as Scores;
}

function isBucket(bucket: unknown): boolean {
  const { entries } = (bucket ?? {}) as { entries?: Partial<Entry>[] };
  return (
    Array.isArray(entries) &&
    entries.every((entry) => typeof entry?.owner === 'string' && Array.isArray(entry.submissions))
  );
}

/** The assignment's short name is the key there; a file with one assignment leaves no doubt. */
function bucketOf({ assignments }: Scores, { assignment, title }: Gradebook, column?: string) {
  const names = Object.keys(assignments);
  const wanted = column ?? assignment;
  const name =
    names.find((candidate) => candidate === wanted) ?? (names.length === 1 && !column ? names[0] : undefined);
  if (name === undefined) {
    throw new InputError(
      `scores.json has no assignment "${wanted ?? title}"; it has ${names.join(', ') || 'none'}. Its name there must be the one in graders/assignments.yaml, or be named with --column`,
    );
  }
  return assignments[name];
}
