/** What changed between two gradings, student by student and check by check. */
import type { Gradebook, GradebookEntry } from '../report/gradebook.ts';
import type { CheckReport, Report } from '../report/report.ts';
import { findName } from '../roster/same-name.ts';
import { compare } from './layouts.ts';

export interface Difference {
  student: string;
  /** Null where there was, or is, no grade. */
  before: number | null;
  after: number | null;
  /** Each: what it is about, and how it was and is. */
  changes: Change[];
}

export interface Change {
  /** `<exercise> <check>`, `status`, or an adjustment's reason. */
  what: string;
  before: string;
  after: string;
}

const NOTHING = '–';

/** Two gradings of one class. */
export interface Differences {
  /** Those in both, whose grade or checks changed, by student. */
  changed: Difference[];
  /** How many are in both. */
  both: number;
  onlyBefore: Alone[];
  onlyAfter: Alone[];
}

/** Somebody who is in one of them only. */
export interface Alone {
  student: string;
  score: number | null;
}

/** Grades may be the same though a check changed. Whoever differs in Unicode form or letter case only is the same. */
export function differences(before: Gradebook, after: Gradebook): Differences {
  const earlier = [...before.entries];
  const pairs: [GradebookEntry, GradebookEntry][] = [];
  const later = after.entries.filter((entry) => {
    const found = findName(
      earlier.map(({ student }) => student),
      entry.student,
    );
    // What is exactly the same goes to no other.
    if (!found || (!found.isExact && after.entries.some(({ student }) => student === earlier[found.index].student)))
      return true;
    pairs.push([earlier.splice(found.index, 1)[0], entry]);
    return false;
  });
  const changed = pairs
    .flatMap(([a, b]) => {
      const changes = [...statusChange(a, b), ...maximumChange(a, b), ...lineChanges(a, b)];
      return changes.length > 0 || a.score !== b.score
        ? [{ student: b.student, before: a.score, after: b.score, changes }]
        : [];
    })
    .sort((a, b) => compare(a.student, b.student));
  const alone = (entries: GradebookEntry[]): Alone[] => entries.map(({ student, score }) => ({ student, score }));
  return { changed, both: pairs.length, onlyBefore: alone(earlier), onlyAfter: alone(later) };
}

/** A single report is a class of one. */
export function gradebookOf(report: Report): Gradebook {
  const entry: GradebookEntry = {
    student: report.submission.id,
    submission: '',
    submittedAt: null,
    status: 'graded',
    score: report.score,
    maxScore: report.maxScore,
    problem: null,
    report,
  };
  const { maxScore } = report;
  return { schema: 'attention-kit/gradebook/v1', assignment: null, title: '', maxScore, entries: [entry] };
}

function statusChange(a: GradebookEntry, b: GradebookEntry): Change[] {
  return a.status === b.status ? [] : [{ what: 'status', before: a.status, after: b.status }];
}

function maximumChange(a: GradebookEntry, b: GradebookEntry): Change[] {
  const [before, after] = [String(a.maxScore), String(b.maxScore)];
  return before === after ? [] : [{ what: 'points possible', before, after }];
}

function lineChanges(a: GradebookEntry, b: GradebookEntry): Change[] {
  const [old, now] = [linesOf(a), linesOf(b)];
  return [...new Set([...old.keys(), ...now.keys()])].flatMap((what) => {
    const [before, after] = [old.get(what) ?? NOTHING, now.get(what) ?? NOTHING];
    return before === after ? [] : [{ what, before, after }];
  });
}

function linesOf({ report, corrected }: GradebookEntry): Map<string, string> {
  const checks = (report?.exercises ?? []).flatMap(({ id, checks }) =>
    checks.map((check): [string, string] => [`${id} ${check.id}`, describe(check)]),
  );
  const lines = new Map(checks);
  // Two with the same reason are one change.
  const points = new Map<string, number>();
  for (const adjustment of report ? (report.adjustments ?? []) : (corrected?.because ?? []))
    points.set(adjustment.reason, (points.get(adjustment.reason) ?? 0) + adjustment.points);
  for (const [reason, sum] of points) lines.set(reason, String(sum));
  return lines;
}

const describe = ({ status, points, maxPoints }: CheckReport) => `${status} ${points}/${maxPoints}`;
