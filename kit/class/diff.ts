/** What changed between two gradings, student by student and check by check. */
import type { Gradebook, GradebookEntry } from '../report/gradebook.ts';
import type { Adjustment, CheckReport, Report } from '../report/report.ts';
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

/** By student; those with nothing changed are left out. Grades may be the same though a check changed. */
export function differences(before: Gradebook, after: Gradebook): Difference[] {
  const [old, now] = [before, after].map(({ entries }) => new Map(entries.map((entry) => [entry.student, entry])));
  const students = [...new Set([...old.keys(), ...now.keys()])].sort(compare);
  return students.flatMap((student) => {
    const [a, b] = [old.get(student), now.get(student)];
    const changes = [...statusChange(a, b), ...reportChanges(a?.report ?? null, b?.report ?? null)];
    const [from, to] = [a?.score ?? null, b?.score ?? null];
    return changes.length > 0 || from !== to ? [{ student, before: from, after: to, changes }] : [];
  });
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

function statusChange(a: GradebookEntry | undefined, b: GradebookEntry | undefined): Change[] {
  const [before, after] = [a?.status ?? NOTHING, b?.status ?? NOTHING];
  return before === after ? [] : [{ what: 'status', before, after }];
}

function reportChanges(a: Report | null, b: Report | null): Change[] {
  const [old, now] = [linesOf(a), linesOf(b)];
  return [...new Set([...old.keys(), ...now.keys()])].flatMap((what) => {
    const [before, after] = [old.get(what) ?? NOTHING, now.get(what) ?? NOTHING];
    return before === after ? [] : [{ what, before, after }];
  });
}

function linesOf(report: Report | null): Map<string, string> {
  const checks = (report?.exercises ?? []).flatMap(({ id, checks }) =>
    checks.map((check): [string, string] => [`${id} ${check.id}`, describe(check)]),
  );
  const adjustments = (report?.adjustments ?? []).map(({ reason, points }: Adjustment): [string, string] => [
    reason,
    String(points),
  ]);
  return new Map([...checks, ...adjustments]);
}

const describe = ({ status, points, maxPoints }: CheckReport) => `${status} ${points}/${maxPoints}`;
