/** A report for a person at a terminal: points first, then what is wrong, where and why. */
import pc from 'picocolors';
import { dotted, shortened, shortPath, wrapped } from '../text/columns.ts';
import { plural } from '../text/number.ts';
import { plain, plainLine } from '../text/plain.ts';
import { heatMap } from './heat-map.ts';
import { fallbacksInWords, machineInWords, timingInWords } from './numbers.ts';
import { type CheckReport, counted, type ExerciseReport, type Report } from './report.ts';

export interface TerminalOptions {
  /** Explain the first failed check of an exercise, or all. */
  explain: 'first' | 'all';
  /** Columns to fill. */
  width?: number;
}

/** Lines of what the code printed that are shown. */
const PRINTED_LINES = 8;

export const MARK = { pass: pc.green('✓'), fail: pc.red('✗'), 'not-judged': pc.yellow('?') };
const MARK_ASIDE = pc.dim('–');

export function terminalReport(report: Report, options: TerminalOptions): string {
  const width = Math.min(options.width ?? process.stdout.columns ?? 100, 100);
  const parts = report.exercises.map((exercise) => exerciseText(exercise, { ...options, width }));
  return `${parts.join('\n')}\n${footer(report, width)}${secondOpinions(report, width)}`;
}

export function exerciseText(exercise: ExerciseReport, options: Required<TerminalOptions>): string {
  return exerciseVerdict(exercise, options) + printedText(exercise.printed, options.width);
}

function exerciseVerdict(exercise: ExerciseReport, options: Required<TerminalOptions>): string {
  const { id, title, score, maxScore, problem, checks } = exercise;
  const head = `${dotted(pc.bold(title), `${score}/${maxScore}`, options.width)}\n${pc.dim(id)}\n`;
  if (problem !== null) return `${head}\n  ${MARK.fail} ${wrapped(plain(problem), 4, options.width)}\n`;
  const judgedHere = counted(checks);
  const [first] = judgedHere;
  if (first && judgedHere.every(({ status, message }) => status === 'fail' && message === first.message)) {
    const at = first.at ? ` (${shortPath(plain(first.at), options.width - 6)})` : '';
    return `${head}\n  ${MARK.fail} ${wrapped(`${plain(first.message ?? '')}${at}`, 4, options.width)}\n`;
  }
  const list = checks.map((check) => {
    const points = check.setAside ?? `${check.points}/${check.maxPoints}`;
    // The whole title is there again where the failure is explained.
    const title = shortened(check.title, options.width - points.length - 8);
    const mark = check.setAside ? MARK_ASIDE : MARK[check.status];
    const row = dotted(`  ${mark} ${title}`, points, options.width);
    return check.timing ? `${row}\n    ${pc.dim(wrapped(timingInWords(check.timing), 4, options.width))}` : row;
  });
  // What is set aside is said in its row, unless there is more to say.
  const unhappy = checks.filter(({ status, setAside, message }) => status !== 'pass' && message !== setAside);
  const explained = options.explain === 'all' ? unhappy : unhappy.slice(0, 1);
  const rest = unhappy.length - explained.length;
  const more =
    rest > 0
      ? `\n  ${pc.dim(`${rest} more ${rest === 1 ? 'check fails' : 'checks fail'}; often for the same reason.`)}\n`
      : '';
  return `${head}\n${list.join('\n')}\n${explanations(explained, options.width)}${more}`;
}

export function printedText(printed: string | undefined, width: number): string {
  if (!printed) return '';
  const lines = printed.split('\n').map((line) => plainLine(line.replaceAll('\t', '  ')));
  const shown = lines.slice(0, PRINTED_LINES).map((line) => `    ${shortened(line, width - 4)}`);
  const rest = lines.length - shown.length;
  if (rest > 0) shown.push(`    ${pc.dim(`and ${plural(rest, 'more line')}`)}`);
  return `\n  ${pc.dim('Your code printed:')}\n${shown.join('\n')}\n`;
}

/** Failures with one and the same message or cause are told once. */
function explanations(checks: CheckReport[], width: number): string {
  const said = new Set<string | null>();
  return checks
    .filter(({ message }, i) => checks.findIndex((earlier) => earlier.message === message) === i)
    .map((check) => {
      const mistake = check.misconception?.id ?? null;
      const repeated = said.has(mistake);
      said.add(mistake);
      return explanation(check, width, repeated);
    })
    .join('');
}

/** What is wrong in one check, below its title. */
export function explanation(check: CheckReport, width: number, repeated = false): string {
  const { title, status, message, at, misconception, smallest, picture, setAside } = check;
  const lines = [`  ${setAside ? MARK_ASIDE : MARK[status]} ${pc.bold(wrapped(title, 4, width))}`];
  const reason =
    status === 'not-judged' && !setAside
      ? `could not be judged; your code is not the cause: ${message}`
      : (message ?? '');
  lines.push(`    ${wrapped(plain(reason), 4, width)}`);
  if (at) lines.push(`    ${pc.cyan(`at ${shortPath(plain(at), width - 7)}`)}`);
  if (smallest) lines.push(`    ${pc.dim(`smallest failing case: ${smallest}`)}`);
  if (picture) {
    lines.push(
      '',
      `    ${pc.dim(`|values| of ${plain(picture.caption)}`)}`,
      ...heatMap(picture).map((row) => `      ${row}`),
    );
  }
  if (misconception && !repeated) {
    lines.push('', `    ${pc.yellow('Likely mistake:')} ${wrapped(misconception.feedback, 4, width, 20)}`);
  }
  return `\n${lines.join('\n')}\n`;
}

function footer(report: Report, width: number): string {
  const { score, maxScore, backend, isolation, seed, exercises, machine, fallbacks } = report;
  const unjudged = counted(exercises.flatMap(({ checks }) => checks)).filter(
    ({ status }) => status === 'not-judged',
  ).length;
  const total = dotted(pc.bold('Total'), pc.bold(`${score}/${maxScore}`), width);
  const note =
    unjudged > 0 ? `\n${pc.yellow(`${plural(unjudged, 'check')} could not be judged: this grade is not final.`)}` : '';
  const cases = seed === 'public' ? 'public cases' : `hidden cases, --seed submission:${seed}`;
  const level =
    isolation === 'bubblewrap'
      ? 'isolated by bubblewrap'
      : "isolated by Node's permissions only (bubblewrap is not here; see kit doctor)";
  const lines = [
    `${backend.name} (${backend.device}); ${level}`,
    machine && machineInWords(machine),
    fallbacks && fallbacksInWords(fallbacks),
    cases,
  ];
  return `${total}${note}\n${pc.dim(lines.filter(Boolean).join('\n'))}\n`;
}

/** Passed checks have something to say only where another backend had to say it. */
function secondOpinions({ exercises, backend }: Report, width: number): string {
  const twice = exercises.flatMap(({ checks }) => checks.filter(({ status, message }) => status === 'pass' && message));
  if (twice.length === 0) return '';
  const some = twice.length === 1 ? '1 check passes' : `${twice.length} checks pass`;
  const words = `${some} on wasm only, where wrong values on ${backend.name} are judged again.`;
  return `${pc.dim(wrapped(words, 0, width))}\n`;
}
