/**
 * Holds a gradebook against what the making of its class predicts, exercise by exercise; exits 1 where they differ.
 *
 *   npx tsx scripts/check-class.ts <folder>/predicted.json <gradebook.json>
 */
import { readFileSync } from 'node:fs';
import type { Gradebook, GradebookEntry } from '../kit/report/gradebook.ts';
import { counted, type ExerciseReport } from '../kit/report/report.ts';
import type { Predicted, Prediction } from './synthetic-class.ts';

const [predictedFile, gradebookFile] = process.argv.slice(2);
if (!gradebookFile) {
  console.error('usage: tsx scripts/check-class.ts <predicted.json> <gradebook.json>');
  process.exit(2);
}
const predicted = JSON.parse(readFileSync(predictedFile, 'utf8')) as Predicted;
const { entries } = JSON.parse(readFileSync(gradebookFile, 'utf8')) as Gradebook;
const byStudent = new Map(entries.map((entry) => [entry.student, entry]));

const problems = Object.entries(predicted).flatMap(([student, own]) =>
  differencesOf(student, own, byStudent.get(student)),
);
for (const student of byStudent.keys()) if (!predicted[student]) problems.push(`${student} was not handed out`);
for (const problem of problems) console.log(problem);
const all = Object.values(predicted);
const unreadable = all.filter((own) => own === 'unreadable').length;
const count = all.reduce((sum, own) => sum + (own === 'unreadable' ? 0 : Object.keys(own).length), 0);
console.log(
  `${entries.length} students, ${unreadable} of them unreadable, ${count} exercises: ${problems.length === 0 ? 'every' : `all but ${problems.length}`} as predicted`,
);
process.exitCode = problems.length === 0 ? 0 : 1;

function differencesOf(student: string, own: Predicted[string], entry: GradebookEntry | undefined): string[] {
  if (!entry) return [`${student} is missing`];
  if (own === 'unreadable') {
    const isZero = entry.status === 'unreadable' && entry.score === 0;
    return isZero ? [] : [`${student}: ${entry.status}, ${entry.score}; expected 0, as it cannot be read`];
  }
  // With nothing handed in there is nothing to read.
  const report = entry.report;
  if (!report) return [`${student}: ${entry.status}: ${entry.problem}`];
  const sum = report.exercises.reduce((total, { score }) => total + score, 0);
  const wrongSum = entry.score === sum ? [] : [`${student}: ${entry.score} is not the sum of its exercises, ${sum}`];
  return wrongSum.concat(
    Object.entries(own).flatMap(([id, prediction]) => {
      const exercise = report.exercises.find((each) => each.id === id);
      const problem = exercise ? against(exercise, prediction) : 'it is missing';
      return problem ? [`${student}, ${id}, made from ${prediction.made}: ${problem}`] : [];
    }),
  );
}

function against({ score, maxScore, checks }: ExerciseReport, { expect, misconception }: Prediction): string | null {
  if (counted(checks).some(({ status }) => status === 'not-judged')) return 'something in it was not judged';
  if (expect === 'full' && score !== maxScore) return `${score} of ${maxScore}; expected full marks`;
  if (expect === 'zero' && score !== 0) return `${score} points; expected none`;
  if (expect === 'less' && score >= maxScore) return 'full marks; expected fewer';
  const named = [...new Set(checks.flatMap((check) => check.misconception?.id ?? []))];
  const due = misconception === undefined ? [] : [misconception];
  if (named.join() !== due.join())
    return `taken for ${named.join() || 'no known mistake'}, not ${due.join() || 'none'}`;
  return null;
}
