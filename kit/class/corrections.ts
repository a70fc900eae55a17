/**
 * What the teacher changed by hand, kept beside the grades as it was said, and applied anew to whatever a regrade makes of
 * them. A grade never leaves 0 to the points possible.
 */
import { existsSync, readFileSync } from 'node:fs';
import { InputError } from '../course/input-error.ts';
import { writeWhole } from '../files/write-whole.ts';
import type { Gradebook, GradebookEntry } from '../report/gradebook.ts';
import { findName } from '../roster/same-name.ts';
import { runPaths } from './run-folder.ts';

export interface Correction {
  student: string;
  /** Added to the score. */
  points: number;
  because: string;
  /** When it was made, as ISO 8601. It is in no gradebook: the same grades give the same bytes. */
  at: string;
}

interface CorrectionsFile {
  schema: 'attention-kit/corrections/v1';
  corrections: Correction[];
}

/** @throws InputError where the file is not the kit's, so that no correction is lost in silence */
export function readCorrections(out: string): Correction[] {
  const file = runPaths(out).corrections;
  if (!existsSync(file)) return [];
  let parsed: Partial<CorrectionsFile> | null = null;
  try {
    parsed = JSON.parse(readFileSync(file, 'utf8')) as Partial<CorrectionsFile> | null;
  } catch {
    // Said below.
  }
  if (parsed?.schema !== 'attention-kit/corrections/v1' || !parsed.corrections?.every(isCorrection))
    throw new InputError(`${file} is not as kit adjust writes it; correct it, or move it away and adjust again`);
  return parsed.corrections;
}

function isCorrection(value: Partial<Correction> | null): boolean {
  return typeof value?.student === 'string' && Number.isInteger(value.points) && typeof value.because === 'string';
}

export function writeCorrections(out: string, corrections: Correction[]): void {
  const file: CorrectionsFile = { schema: 'attention-kit/corrections/v1', corrections };
  writeWhole(runPaths(out).corrections, `${JSON.stringify(file, null, 2)}\n`, { isPrivate: true });
}

/** Those of several folders, each once. */
export function uniteCorrections(lists: Correction[][]): Correction[] {
  const all = lists.flat().map((correction): [string, Correction] => [JSON.stringify(correction), correction]);
  return [...new Map(all).values()];
}

/** Applied to a gradebook, whether or not it was before. */
export function correctGradebook(gradebook: Gradebook, corrections: Correction[]): Gradebook {
  const students = gradebook.entries.map(({ student }) => student);
  const own = new Map<number, Correction[]>();
  for (const correction of corrections) {
    const index = findName(students, correction.student)?.index;
    if (index !== undefined) own.set(index, [...(own.get(index) ?? []), correction]);
  }
  return { ...gradebook, entries: gradebook.entries.map((entry, i) => correctEntry(entry, own.get(i) ?? [])) };
}

/** Corrections of students who are not in the gradebook. They are kept. */
export function withoutStudent({ entries }: Gradebook, corrections: Correction[]): Correction[] {
  const students = entries.map(({ student }) => student);
  return corrections.filter(({ student }) => findName(students, student) === null);
}

/** Where there is no grade yet there is nothing to add to, and the correction waits for one. */
function correctEntry(entry: GradebookEntry, corrections: Correction[]): GradebookEntry {
  const { corrected: _, ...before } = uncorrected(entry);
  if (corrections.length === 0) return before;
  const from = before.score;
  let score = from ?? 0;
  const because = corrections.map(({ points, because }) => {
    const reached = Math.min(before.maxScore, Math.max(0, score + points));
    const added = from === null ? points : reached - score;
    score = reached;
    return { reason: `corrected by hand: ${because}`, points: added };
  });
  if (from === null) return { ...before, corrected: { from, because } };
  const report = before.report && {
    ...before.report,
    score,
    adjustments: [...(before.report.adjustments ?? []), ...because],
  };
  return { ...before, score, report, corrected: { from, because } };
}

function uncorrected(entry: GradebookEntry): GradebookEntry {
  const { corrected, report } = entry;
  if (!corrected || corrected.from === null) return entry;
  if (!report) return { ...entry, score: corrected.from };
  const { adjustments = [], ...rest } = report;
  const earlier = adjustments.slice(0, adjustments.length - corrected.because.length);
  return {
    ...entry,
    score: corrected.from,
    report: { ...rest, score: corrected.from, ...(earlier.length > 0 && { adjustments: earlier }) },
  };
}
