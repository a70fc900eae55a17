/** From what was judged to what is entered: the policy applied, one submission a student. A pure function of the journal. */

import type { Assignment } from '../course/assignments.ts';
import { applyPolicy } from '../grade/policy.ts';
import type { Gradebook, GradebookEntry } from '../report/gradebook.ts';
import type { Report } from '../report/report.ts';
import { type Correction, correctGradebook } from './corrections.ts';
import type { JournalRecord } from './journal.ts';
import { compare } from './layouts.ts';

export interface GradebookHead {
  assignment: Assignment | null;
  title: string;
  maxScore: number;
}

export interface GradebookExtras {
  /** By student: until when, where that is not when all must hand in. */
  dueOf?: ReadonlyMap<string, string>;
  /** Who is in the roster and handed in nothing. */
  missing?: string[];
  corrections?: Correction[];
}

export function makeGradebook(
  { assignment, title, maxScore }: GradebookHead,
  records: JournalRecord[],
  { dueOf = new Map(), missing, corrections = [] }: GradebookExtras = {},
): Gradebook {
  const students = new Map<string, JournalRecord[]>();
  for (const record of records) students.set(record.student, [...(students.get(record.student) ?? []), record]);
  const entries = [...students.values()].map((own) => {
    const candidates = own
      .sort((a, b) => compare(a.submission, b.submission))
      .map((record) => entryOf(record, extended(assignment, dueOf.get(record.student)), maxScore));
    return candidates.length === 1 ? candidates[0] : kept(candidates, assignment?.keep ?? 'latest');
  });
  const gradebook: Gradebook = {
    schema: 'attention-kit/gradebook/v1',
    assignment: assignment?.name ?? null,
    title,
    maxScore,
    entries: entries.sort((a, b) => compare(a.student, b.student)),
    ...(missing && { missing }),
  };
  return correctGradebook(gradebook, corrections);
}

/** The assignment as it is for a student with an extension. */
function extended(assignment: Assignment | null, due: string | undefined): Extended | null {
  return assignment && due !== undefined ? { ...assignment, due, isExtended: true } : assignment;
}

type Extended = Assignment & { isExtended?: true };

/** The same text for the same grades. */
export const gradebookText = (gradebook: Gradebook): string => `${JSON.stringify(gradebook, null, 1)}\n`;

function entryOf(record: JournalRecord, assignment: Extended | null, maxScore: number): GradebookEntry {
  const { student, submission, submittedAt, status, problem } = record;
  const judged = record.report && assignment ? applyPolicy(record.report, assignment, submittedAt) : record.report;
  const report = judged && assignment?.isExtended ? saysExtension(judged, assignment.due as string) : judged;
  const score = status === 'graded' ? (report?.score ?? null) : status === 'unreadable' ? 0 : null;
  return { student, submission, submittedAt, status, score, maxScore, problem, report };
}

/** Else nobody could tell why the same time is late for one and not for another. */
function saysExtension(report: Report, due: string): Report {
  const reason = `due date extended to ${due.replace('T', ' ')}`;
  return { ...report, adjustments: [{ reason, points: 0 }, ...(report.adjustments ?? [])] };
}

/** The one of several that counts. Where that cannot be told, the student has no grade rather than a wrong one. */
function kept(entries: GradebookEntry[], keep: 'best' | 'latest'): GradebookEntry {
  if (keep === 'best') {
    const unjudged = entries.find(({ status }) => status === 'not-judged');
    return unjudged ?? entries.reduce((best, entry) => ((entry.score ?? 0) > (best.score ?? 0) ? entry : best));
  }
  if (entries.every(({ submittedAt }) => submittedAt !== null)) {
    return entries.reduce((last, entry) =>
      compare(entry.submittedAt ?? '', last.submittedAt ?? '') >= 0 ? entry : last,
    );
  }
  const names = entries.map(({ submission }) => submission).join(', ');
  return {
    ...entries[0],
    status: 'not-judged',
    score: null,
    problem: `the latest of ${names} counts, but the times are unknown; keep one of them and grade again`,
    report: null,
  };
}
