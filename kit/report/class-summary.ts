/** What a gradebook says about a class: numbers, before anything is drawn. */
import type { Gradebook, GradebookEntry } from './gradebook.ts';
import { type CheckReport, counted, type ExerciseReport } from './report.ts';

export interface ClassSummary {
  /** Those with a score. What is unreadable has one: 0. */
  graded: number;
  allPassed: number;
  /** Of the scores; null where there is none. */
  median: number | null;
  mean: number | null;
  /** Ten equal parts of the maximum, and those with all of it. */
  distribution: { label: string; count: number }[];
  exercises: ExerciseSummary[];
  /** Checks that someone missed, the most missed first. */
  missed: { exercise: string; title: string; missed: number; judged: number }[];
  misconceptions: { id: string; exercise: string; feedback: string; students: string[] }[];
  unusual: { student: string; what: string }[];
  /** No grade yet, or 0 since nothing in it can be graded. */
  problems: GradebookEntry[];
}

export interface ExerciseSummary {
  id: string;
  title: string;
  /** Mean share of the points. */
  share: number;
  allPassed: number;
  judged: number;
}

export function summarise({ entries, maxScore }: Gradebook): ClassSummary {
  const scores = entries.flatMap(({ score }) => (score === null ? [] : [score]));
  return {
    graded: scores.length,
    allPassed: scores.filter((score) => score >= maxScore).length,
    median: medianOf(scores),
    mean: scores.length ? scores.reduce((a, b) => a + b, 0) / scores.length : null,
    distribution: distribution(scores, maxScore),
    exercises: exerciseSummaries(entries),
    missed: missedChecks(entries),
    misconceptions: misconceptions(entries),
    unusual: [...endings(entries), ...costly(entries)],
    problems: entries.filter(({ status }) => status !== 'graded'),
  };
}

export function medianOf(values: number[]): number | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function distribution(scores: number[], maxScore: number): ClassSummary['distribution'] {
  const bins = Array.from({ length: 11 }, (_, i) => ({ label: i === 10 ? 'all' : `${i * 10}%`, count: 0 }));
  for (const score of scores) {
    const share = maxScore > 0 ? score / maxScore : 1;
    bins[share >= 1 ? 10 : Math.min(9, Math.floor(share * 10))].count++;
  }
  return bins;
}

/** Every exercise that was judged, with whose it was. */
function judgedExercises(entries: GradebookEntry[]): { student: string; exercise: ExerciseReport }[] {
  return entries.flatMap(({ student, report }) => (report?.exercises ?? []).map((exercise) => ({ student, exercise })));
}

function exerciseSummaries(entries: GradebookEntry[]): ExerciseSummary[] {
  const summaries = new Map<string, ExerciseSummary>();
  for (const { exercise } of judgedExercises(entries)) {
    const checks = counted(exercise.checks);
    if (checks.some(({ status }) => status === 'not-judged')) continue;
    const { id, title, score, maxScore } = exercise;
    const summary = summaries.get(id) ?? { id, title, share: 0, allPassed: 0, judged: 0 };
    summary.share += maxScore > 0 ? score / maxScore : 1;
    summary.allPassed += checks.every(({ status }) => status === 'pass') ? 1 : 0;
    summary.judged++;
    summaries.set(id, summary);
  }
  return [...summaries.values()]
    .map((summary) => ({ ...summary, share: summary.share / summary.judged }))
    .sort((a, b) => a.share - b.share || (a.id < b.id ? -1 : 1));
}

function missedChecks(entries: GradebookEntry[]): ClassSummary['missed'] {
  const found = new Map<string, ClassSummary['missed'][number]>();
  for (const { exercise } of judgedExercises(entries)) {
    for (const { id, title, status, holds } of exercise.checks) {
      if (status === 'not-judged') continue;
      const key = `${exercise.id} ${id}`;
      const check = found.get(key) ?? { exercise: exercise.title, title, missed: 0, judged: 0 };
      check.judged++;
      if (status === 'fail' && !holds) check.missed++;
      found.set(key, check);
    }
  }
  return [...found.values()]
    .filter(({ missed }) => missed > 0)
    .sort((a, b) => b.missed / b.judged - a.missed / a.judged || b.missed - a.missed);
}

function misconceptions(entries: GradebookEntry[]): ClassSummary['misconceptions'] {
  const found = new Map<string, ClassSummary['misconceptions'][number]>();
  for (const { student, exercise } of judgedExercises(entries)) {
    for (const { misconception } of exercise.checks) {
      if (!misconception) continue;
      const { id, feedback } = misconception;
      const key = `${exercise.id} ${id}`;
      const one = found.get(key) ?? { id, exercise: exercise.title, feedback, students: [] };
      if (one.students.at(-1) !== student) one.students.push(student);
      found.set(key, one);
    }
  }
  return [...found.values()].sort((a, b) => b.students.length - a.students.length);
}

const ENDINGS: Record<NonNullable<CheckReport['fault']>, string> = {
  timeout: 'did not finish in time',
  limit: 'was stopped at a limit of memory, output or time',
  exited: 'ended its own process',
  protocol: 'was stopped for interfering with the judge',
};

/** Submissions that did not end as a function does, by returning or throwing. */
function endings(entries: GradebookEntry[]): ClassSummary['unusual'] {
  return judgedExercises(entries).flatMap(({ student, exercise }) => {
    const faults = new Set(exercise.checks.flatMap(({ fault }) => (fault ? [fault] : [])));
    return [...faults].map((fault) => ({ student, what: `${exercise.title}: ${ENDINGS[fault]}` }));
  });
}

const METRICS: Record<string, string> = { flops: 'floating-point operations', kernels: 'kernels', peakBytes: 'memory' };
/** So many times the class's median is worth a look … */
const FAR = 4;
/** … where there are enough to have one. */
const ENOUGH = 5;

/** Counted costs far above what the class needs for the same case. */
function costly(entries: GradebookEntry[]): ClassSummary['unusual'] {
  const costs = new Map<string, { student: string; exercise: string; cost: Record<string, number> }[]>();
  for (const { student, exercise } of judgedExercises(entries)) {
    for (const { id, kind, cost } of exercise.checks) {
      if (kind !== 'cost' || !cost) continue;
      const key = `${exercise.id} ${id}`;
      costs.set(key, [...(costs.get(key) ?? []), { student, exercise: exercise.title, cost }]);
    }
  }
  return [...costs.values()].flatMap((all) => {
    if (all.length < ENOUGH) return [];
    const medians = Object.keys(METRICS).map((metric) => ({
      metric,
      median: medianOf(all.map(({ cost }) => cost[metric] ?? 0)) ?? 0,
    }));
    return all.flatMap(({ student, exercise, cost }) => {
      const far = medians
        .filter(({ metric, median }) => median > 0 && (cost[metric] ?? 0) >= FAR * median)
        .map(
          ({ metric, median }) => `${Math.round(cost[metric] / median)} times the class's median of ${METRICS[metric]}`,
        );
      return far.length ? [{ student, what: `${exercise}: ${far.join(', ')}` }] : [];
    });
  });
}
