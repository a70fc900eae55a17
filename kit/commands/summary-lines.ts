/** What an instructor reads when a class is graded. */
import pc from 'picocolors';
import { summarise } from '../report/class-summary.ts';
import type { Gradebook } from '../report/gradebook.ts';
import { plain } from '../text/plain.ts';

export interface RunFacts {
  /** How these grades came about, in a few words. */
  facts: string;
  file: string;
}

export function classSummary(gradebook: Gradebook, { facts, file }: RunFacts): string {
  const { entries, maxScore, title } = gradebook;
  const scores = entries.flatMap(({ score }) => (score === null ? [] : [score])).sort((a, b) => a - b);
  const { mean, median } = summarise(gradebook);
  const lines = [
    '',
    pc.bold(plain(title)),
    `${entries.length} ${entries.length === 1 ? 'student' : 'students'}, ${facts}`,
  ];
  if (mean !== null) {
    lines.push(
      `mean ${mean.toFixed(1)}, median ${median}, from ${scores[0]} to ${scores[scores.length - 1]} of ${maxScore}`,
    );
  }
  lines.push(...listed(gradebook, 'unreadable', 'These could not be graded and count 0:'));
  if (entries.every(({ status }) => status === 'unreadable'))
    lines.push('That is everyone: was this the folder of the class?');
  const unjudged = listed(gradebook, 'not-judged', 'These have no grade yet because of an infrastructure error:');
  if (unjudged.length > 0) {
    lines.push(...unjudged, 'Run the same command to judge them again (see `kit doctor`).');
  }
  lines.push(...handedInNothing(gradebook), ...corrections(gradebook));
  lines.push('', `The gradebook is in ${file}`);
  return `${lines.join('\n')}\n`;
}

function handedInNothing({ missing = [] }: Gradebook): string[] {
  if (missing.length === 0) return [];
  return ['', 'These are in the roster and handed in nothing:', ...missing.map((name) => `  ${plain(name)}`)];
}

function corrections({ entries }: Gradebook): string[] {
  const found = entries.flatMap(({ student, corrected }) =>
    (corrected?.because ?? []).map(
      ({ points, reason }) => `  ${plain(student)}: ${points > 0 ? '+' : ''}${points}, ${plain(reason)}`,
    ),
  );
  return found.length > 0 ? ['', 'These grades were changed by hand:', ...found] : [];
}

function listed({ entries }: Gradebook, status: Gradebook['entries'][number]['status'], title: string): string[] {
  const found = entries.filter((entry) => entry.status === status);
  if (found.length === 0) return [];
  return ['', title, ...found.map(({ student, problem }) => `  ${plain(student)}: ${plain(problem ?? '')}`)];
}
