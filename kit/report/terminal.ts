/** A report for a person at a terminal: points first, then what is wrong, where and why. */
import pc from 'picocolors';
import { dotted, shortened, shortPath, wrapped } from '../text/columns.ts';
import { plural } from '../text/number.ts';
import { plain, plainLine } from '../text/plain.ts';
import { MORE_PRINTED } from '../wire/printed.ts';
import { costTable } from './cost-table.ts';
import { heatMap } from './heat-map.ts';
import { fallbacksInWords, machineInWords, timingInWords } from './numbers.ts';
import { type CheckReport, counted, type ExerciseReport, HOLDS, type Report } from './report.ts';

export interface TerminalOptions {
  /** Explain the first failed check of an exercise, or all. */
  explain: 'first' | 'all';
  /** Columns to fill. */
  width?: number;
  /** Lines that can be seen at once: a picture that would push what is wrong out of sight is left out. */
  rows?: number;
}

interface ExerciseOptions {
  explain: TerminalOptions['explain'];
  width: number;
  /** What is wrong comes before the list of checks, and pictures come last: for a screen whose top is seen first. */
  failureFirst?: boolean;
  withoutPicture?: boolean;
}

/** Lines of what the code printed that are shown. */
const PRINTED_LINES = 8;

export const MARK = { pass: pc.green('✓'), fail: pc.red('✗'), 'not-judged': pc.yellow('?') };
const MARK_ASIDE = pc.dim('–');
const MARK_HOLDS = pc.cyan('○');

export function terminalReport(report: Report, options: TerminalOptions): string {
  const width = Math.min(options.width ?? process.stdout.columns ?? 100, 100);
  const { explain, rows = process.stdout.rows ?? Infinity } = options;
  const whole = (withoutPicture: boolean) => {
    const parts = report.exercises.map((exercise) => exerciseText(exercise, { explain, width, withoutPicture }));
    return `${parts.join('\n')}\n${footer(report, width)}${secondOpinions(report, width)}`;
  };
  const text = whole(false);
  return explain === 'first' && text.split('\n').length > rows ? whole(true) : text;
}

export function exerciseText(exercise: ExerciseReport, options: ExerciseOptions): string {
  const costs = costTable(exercise, options.width);
  return `${exerciseVerdict(exercise, options)}${costs && `\n${costs}\n`}${printedText(exercise.printed, options.width)}`;
}

export function exerciseVerdict(exercise: ExerciseReport, options: ExerciseOptions): string {
  const { id, title, score, maxScore, problem, checks } = exercise;
  const head = `${dotted(pc.bold(title), `${score}/${maxScore}`, options.width)}\n${pc.dim(id)}\n`;
  if (problem !== null) return `${head}\n  ${MARK.fail} ${wrapped(plain(problem), 4, options.width)}\n`;
  const judgedHere = counted(checks);
  const [first] = judgedHere;
  if (first && judgedHere.every(({ status, message }) => status === 'fail' && message === first.message)) {
    const at = first.at ? ` (${shortPath(plain(first.at), options.width - 6)})` : '';
    return `${head}\n  ${MARK.fail} ${wrapped(`${plain(first.message ?? '')}${at}`, 4, options.width)}\n`;
  }
  // What is set aside or waits is said in its row, unless there is more to say.
  const unhappy = checks.filter(
    ({ status, holds, setAside, message }) => status !== 'pass' && !holds && message !== setAside,
  );
  const explained = options.explain === 'all' ? unhappy : unhappy.slice(0, 1);
  const rest = unhappy.length - explained.length;
  const more =
    rest > 0
      ? `\n  ${pc.dim(`${rest} more ${rest === 1 ? 'check fails' : 'checks fail'}; often for the same reason.`)}\n`
      : '';
  const list = `\n${checkList(checks, options.width)}\n`;
  if (!options.failureFirst) return `${head}${list}${explanations(explained, options)}${more}`;
  const sentences = explanations(explained, { ...options, withoutPicture: true });
  return `${head}${sentences}${list}${more}${explained.map((check) => pictureText(check)).join('')}`;
}

function checkList(checks: CheckReport[], width: number): string {
  const rows = checks.map((check) => {
    const points = check.setAside ?? `${check.points}/${check.maxPoints}`;
    const lines = wrapped(check.title, 4, width - points.length - 4).split('\n');
    lines[0] = `  ${markOf(check)} ${lines[0]}`;
    const row = [...lines.slice(0, -1), dotted(lines[lines.length - 1], points, width)].join('\n');
    return check.timing ? `${row}\n    ${pc.dim(wrapped(timingInWords(check.timing), 4, width))}` : row;
  });
  if (checks.some(({ holds }) => holds)) rows.push(`    ${pc.dim(`○ ${HOLDS}`)}`);
  return rows.join('\n');
}

function markOf({ status, holds, setAside }: CheckReport): string {
  if (setAside) return MARK_ASIDE;
  return holds ? MARK_HOLDS : MARK[status];
}

export function printedText(printed: string | undefined, width: number): string {
  if (!printed) return '';
  const lines = printed.split('\n').map((line) => plainLine(line.replaceAll('\t', '  ')));
  // How many were left out before is not known.
  const isCut = lines.at(-1) === MORE_PRINTED;
  if (isCut) lines.pop();
  const shown = lines.slice(0, PRINTED_LINES).map((line) => `    ${shortened(line, width - 4)}`);
  const rest = lines.length - shown.length;
  if (isCut) shown.push(`    ${pc.dim('and many more lines')}`);
  else if (rest > 0) shown.push(`    ${pc.dim(`and ${plural(rest, 'more line')}`)}`);
  return `\n  ${pc.dim('Your code printed:')}\n${shown.join('\n')}\n`;
}

/** Failures with one and the same message or cause are told once. */
function explanations(checks: CheckReport[], { width, withoutPicture = false }: ExerciseOptions): string {
  const said = new Set<string | null>();
  return checks
    .filter(({ message }, i) => checks.findIndex((earlier) => earlier.message === message) === i)
    .map((check) => {
      const mistake = check.misconception?.id ?? null;
      const repeated = said.has(mistake);
      said.add(mistake);
      return explanation(check, width, repeated) + (withoutPicture ? '' : pictureText(check));
    })
    .join('');
}

/** What is wrong in one check, below its title: first what helps most. */
export function explanation(check: CheckReport, width: number, repeated = false): string {
  const { title, status, message, at, misconception, smallest, setAside } = check;
  const lines = [`  ${markOf(check)} ${pc.bold(wrapped(title, 4, width))}`];
  const reason =
    status === 'not-judged' && !setAside
      ? `could not be judged; your code is not the cause: ${message}`
      : (message ?? '');
  lines.push(`    ${wrapped(plain(reason), 4, width)}`);
  if (at) lines.push(`    ${pc.cyan(`at ${shortPath(plain(at), width - 7)}`)}`);
  if (smallest) lines.push(`    ${pc.dim(`smallest failing case: ${smallest}`)}`);
  if (misconception && !repeated) {
    lines.push(`    ${pc.yellow('Likely mistake:')} ${wrapped(misconception.feedback, 4, width, 20)}`);
  }
  return `\n${lines.join('\n')}\n`;
}

export function pictureText({ picture }: CheckReport): string {
  if (!picture) return '';
  const { of, rows } = heatMap(picture);
  return `\n    ${pc.dim(`${of} of ${plain(picture.caption)}`)}\n${rows.map((row) => `      ${row}`).join('\n')}\n`;
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
