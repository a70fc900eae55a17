/** What the screen shows: a function of the state and the terminal's size, and of nothing else. */
import pc from 'picocolors';
import { lectureOf, nameOf } from '../course/course.ts';
import { costTable } from '../report/cost-table.ts';
import { type ExerciseReport, isPassed } from '../report/report.ts';
import { exerciseVerdict, MARK, printedText } from '../report/terminal.ts';
import { cut, padded, shortened, shortPath, wrapped } from '../text/columns.ts';
import type { State } from './progress.ts';
import type { TypeFault } from './type-check.ts';

export interface MapEntry {
  id: string;
  title: string;
  points: number;
  score: number;
  state: State;
}

export interface WatchState {
  /** The exercise being worked on. */
  id: string;
  map: MapEntry[];
  view: 'exercise' | 'list' | 'help';
  /** In the list: the entry that Enter opens. */
  cursor: number;
  /** First line of the body that is in sight. */
  scroll: number;
  /** The verdict; while a judgement takes long, as much of it as there is. */
  report: ExerciseReport | null;
  judging: boolean;
  /** Checks of the exercise. */
  checks: number;
  /** From the save to the verdict. */
  tookMs: number | null;
  typeFaults: TypeFault[];
  hints: string[];
  hintsShown: number;
  /** What the last key did, or a question. */
  note: string | null;
  /** The kit or the machine failed. */
  fault: string | null;
}

export interface Size {
  columns: number;
  rows: number;
}

const MOST_COLUMNS = 100;
const KEYS: [key: string, does: string][] = [
  ['h', 'hint'],
  ['n', 'next'],
  ['p', 'previous'],
  ['l', 'list'],
  ['r', 'reset'],
  ['o', 'handout'],
  ['?', 'help'],
  ['q', 'quit'],
];

/** At most `rows` lines of at most `columns` cells. */
export function screen(state: WatchState, { columns, rows }: Size): string[] {
  const width = Math.max(20, Math.min(columns - 1, MOST_COLUMNS));
  const head = [headline(state, width), ''];
  const foot = ['', ...footer(state, width)];
  const body = { exercise: exerciseBody, list: listBody, help: helpBody }[state.view](state, width);
  const room = Math.max(1, rows - head.length - foot.length);
  const scroll = scrolled(state, body.length, room);
  const shown = body.slice(scroll, scroll + room);
  // The line that would be cut off says that there is more.
  if (scroll > 0) shown[0] = pc.dim('  ↑ more above');
  if (scroll + room < body.length) shown[shown.length - 1] = pc.dim('  ↓ more below (arrow keys)');
  // The keys keep their place at the bottom.
  while (shown.length < room) shown.push('');
  return [...head, ...shown, ...foot].slice(0, rows).map((line) => cut(line, columns));
}

/** How far the body can be scrolled at this size. */
export function mostScroll(state: WatchState, size: Size): number {
  const width = Math.max(20, Math.min(size.columns - 1, MOST_COLUMNS));
  const room = Math.max(1, size.rows - 3 - footer(state, width).length);
  return Math.max(0, exerciseBody(state, width).length - room);
}

function scrolled({ view, scroll, cursor, map }: WatchState, length: number, room: number): number {
  const most = Math.max(0, length - room);
  if (view !== 'list') return Math.min(scroll, most);
  // Lectures' names and blank lines lie between the entries.
  const line = lineOfEntry(map, cursor);
  return Math.max(0, Math.min(most, line - Math.floor(room / 2)));
}

function headline({ id, map }: WatchState, width: number): string {
  const lecture = lectureOf(id);
  const siblings = map.filter((entry) => lectureOf(entry.id) === lecture);
  const done = map.filter(({ state }) => state === 'done').length;
  const count = `${done}/${map.length} done`;
  const number = ` ${siblings.findIndex((entry) => entry.id === id) + 1} of ${siblings.length}`;
  const fits = lecture.length + number.length + count.length < width;
  const which = siblings.length > 1 && fits ? number : '';
  const room = Math.min(2 * map.length, width - lecture.length - which.length - count.length - 4);
  const bar = room >= 5 ? progressBar(done / map.length, room) : '';
  const gap = width - lecture.length - which.length - count.length - (bar ? room + 1 : 0);
  return `${pc.bold(lecture)}${pc.dim(which)}${' '.repeat(Math.max(1, gap))}${bar ? `${bar} ` : ''}${count}`;
}

function progressBar(part: number, cells: number): string {
  // A first step shows, and what is not all is not shown as all.
  const full = part === 0 ? 0 : Math.min(Math.max(1, Math.round(part * cells)), part < 1 ? cells - 1 : cells);
  return pc.green('█'.repeat(full)) + pc.dim('░'.repeat(cells - full));
}

function exerciseBody(state: WatchState, width: number): string[] {
  const { report, id, map, judging, checks, fault } = state;
  const sections: string[] = [];
  if (fault !== null) sections.push(`  ${MARK['not-judged']} ${wrapped(fault, 4, width)}`);
  const title = map.find((entry) => entry.id === id)?.title ?? '';
  if (report === null) sections.push(`${pc.bold(title)}\n${pc.dim(id)}`);
  else sections.push(exerciseVerdict(report, { explain: 'first', width, failureFirst: true }).trimEnd());
  const missing = judging && !report?.problem ? checks - (report?.checks.length ?? 0) : 0;
  const more = report === null ? '' : 'more ';
  if (missing > 0) sections.push(pc.dim(`  … ${missing} ${more}${missing === 1 ? 'check' : 'checks'} to come`));
  if (report !== null && !judging && isPassed(report))
    // One section, so that it fits a terminal of 24 rows.
    sections.push([passedText(state, width), costTable(report, width)].filter(Boolean).join('\n'));
  if (state.typeFaults.length > 0) sections.push(typesText(state.typeFaults, width));
  const printed = printedText(report?.printed, width).replace(/^\n|\n$/g, '');
  if (printed) sections.push(printed);
  if (state.hintsShown > 0) sections.push(hintsText(state, width));
  return sections.join('\n\n').split('\n');
}

function passedText({ id, map }: WatchState, width: number): string {
  const at = map.findIndex((entry) => entry.id === id);
  const next = [...map.slice(at + 1), ...map.slice(0, at)].find(({ state }) => state !== 'done');
  const show = `  ${pc.dim(wrapped(`npx kit show ${nameOf(id)} draws what your code computes.`, 2, width))}`;
  if (!next) return `  ${pc.green(wrapped('All checks pass, and so does the whole course.', 2, width))}\n${show}`;
  return `  ${pc.green(pc.bold('All checks pass.'))} Press ${pc.bold('n')} for the next: ${wrapped(next.title, 2, width, 40)}\n${show}`;
}

const MOST_TYPE_FAULTS = 3;

function typesText(faults: TypeFault[], width: number): string {
  const lines = faults
    .slice(0, MOST_TYPE_FAULTS)
    .map(
      ({ file, line, message }) =>
        `    ${pc.cyan(shortPath(`${file}:${line}`, width - 4))}\n    ${wrapped(message, 4, width)}`,
    );
  const rest = faults.length - lines.length;
  if (rest > 0) lines.push(pc.dim(`    and ${rest} more`));
  return `  ${pc.yellow('Types do not fit:')}\n${lines.join('\n')}`;
}

function hintsText({ hints, hintsShown }: WatchState, width: number): string {
  return hints
    .slice(0, hintsShown)
    .map((hint, i) => `  ${pc.magenta(`Hint ${i + 1} of ${hints.length}:`)} ${wrapped(hint, 4, width, 11)}`)
    .join('\n\n');
}

function listBody({ map, cursor, id }: WatchState, width: number): string[] {
  const mark: Record<State, string> = { done: MARK.pass, begun: pc.yellow('▸'), untouched: ' ' };
  return map.flatMap((entry, i) => {
    const lecture = lectureOf(entry.id);
    const first = lecture !== (map[i - 1] && lectureOf(map[i - 1].id));
    const score = entry.state === 'untouched' ? `–/${entry.points}` : `${entry.score}/${entry.points}`;
    const here = entry.id === id ? ' (here)' : '';
    const room = width - score.length - 8;
    const title = padded(shortened(`${entry.title}${here}`, room), room);
    const text = `${i === cursor ? '›' : ' '} ${mark[entry.state]} ${i === cursor ? pc.inverse(title) : title} ${score}`;
    return first ? [...(i > 0 ? [''] : []), pc.dim(lecture), text] : [text];
  });
}

function lineOfEntry(map: MapEntry[], cursor: number): number {
  let line = -1;
  for (const [i, { id }] of map.slice(0, cursor + 1).entries()) {
    if (i === 0) line += 2;
    else line += lectureOf(map[i - 1].id) === lectureOf(id) ? 1 : 3;
  }
  return line;
}

function helpBody(_: WatchState, width: number): string[] {
  const rows: [string, string][] = [
    ['h', 'one hint more'],
    ['n, p', 'the next or the previous exercise'],
    ['l', 'the list; arrow keys choose, Enter opens'],
    ['r', 'reset to the stub; asks first and keeps a copy'],
    ['o', "open the lecture's handout"],
    ['↑ ↓', 'scroll, if not everything fits'],
    ['q', 'quit; so does Ctrl-C'],
  ];
  const text = 'Each save is judged on the public cases. Saving another exercise switches to it.';
  return [
    `  ${wrapped(text, 2, width)}`,
    '',
    ...rows.map(([key, does]) => `  ${pc.bold(key.padEnd(6))}${wrapped(does, 8, width)}`),
  ]
    .join('\n')
    .split('\n');
}

function footer({ note, judging, tookMs, view }: WatchState, width: number): string[] {
  const status = judging ? 'judging …' : tookMs === null ? '' : `judged in ${Math.round(tookMs)} ms`;
  const lines = note === null ? [] : wrapped(note, 0, width).split('\n').map(pc.yellow);
  if (view === 'list') return [...lines, keyLine([...LIST_KEYS], '', width)];
  if (view === 'help') return [...lines, keyLine([['any key', 'back']], '', width)];
  return [...lines, keyLine(KEYS, status, width)];
}

const LIST_KEYS: [string, string][] = [
  ['↑ ↓', 'choose'],
  ['Enter', 'open'],
  ['l', 'back'],
];

/** As many keys as there is room for; help names the others. */
function keyLine(keys: [string, string][], status: string, width: number): string {
  const lengthOf = (some: [string, string][]) => some.map(([key, does]) => key.length + does.length + 3).reduce(add, 0);
  let shown = keys;
  for (const dispensable of ['previous', 'reset', 'handout', 'next']) {
    if (lengthOf(shown) + status.length <= width) break;
    shown = shown.filter(([, does]) => does !== dispensable);
  }
  const text = shown.map(([key, does]) => `${pc.bold(key)} ${pc.dim(does)}`).join('  ');
  const gap = width - lengthOf(shown) + 2 - status.length;
  return status && gap > 0 ? `${text}${' '.repeat(gap)}${pc.dim(status)}` : text;
}

const add = (a: number, b: number) => a + b;
