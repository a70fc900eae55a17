/**
 * A CSV file of another program, of which a few cells are changed. What is not changed stays as it is written, to the
 * letter: separator, quotes, line ends, blank lines. A parser that gives values only could not tell how to write them.
 */
import { InputError } from '../course/input-error.ts';

export interface Cell {
  value: string;
  /** As it stands in the file. */
  raw: string;
}

export interface Row {
  cells: Cell[];
  /** The line's end; nothing at the end of a file without one. */
  end: string;
}

export interface Table {
  separator: string;
  /** Before the head: a byte order mark, a line `sep=;`, blank lines. */
  before: string;
  head: string[];
  /** The head, then what is below it. */
  rows: Row[];
}

const SEPARATORS = [',', ';', '\t', '|'];
/** A line in which Excel is told the separator, and blank ones, may stand before the head. */
const MOST_BEFORE = 3;

/**
 * The separator is the one with which there is a head.
 * @returns null where there is none
 * @throws InputError where the text is not CSV
 */
export function readTable(text: string, isHead: (names: string[]) => boolean, what: string): Table | null {
  const whole = text.replace(/^\u{feff}/u, '');
  for (const separator of SEPARATORS) {
    const { rows, problem } = split(whole, separator);
    const at = rows.slice(0, MOST_BEFORE).findIndex((row) => isHead(valuesOf(row)));
    if (at < 0) continue;
    if (problem) throw new InputError(`${what} is not valid CSV: ${problem}`);
    const before = (text.startsWith('\u{feff}') ? '\u{feff}' : '') + rows.slice(0, at).map(rawOf(separator)).join('');
    return { separator, before, head: valuesOf(rows[at]), rows: rows.slice(at) };
  }
  return null;
}

export const valuesOf = ({ cells }: Row): string[] => cells.map(({ value }) => value);
export const valueAt = ({ cells }: Row, column: number): string => cells[column]?.value ?? '';

/** Without a letter in it. */
export const isBlankRow = ({ cells }: Row): boolean => cells.every(({ value }) => value.trim() === '');

export function setCell({ separator }: Table, row: Row, column: number, value: string): void {
  while (row.cells.length <= column) row.cells.push({ value: '', raw: '' });
  row.cells[column] = { value, raw: quoted(value, separator) };
}

/** The table with these rows and columns, in their order. */
export function tableText(
  table: Table,
  { rows = table.rows, columns }: { rows?: Row[]; columns?: number[] } = {},
): string {
  const chosen = rows.map(({ cells, end }): Row => {
    // What is shorter, a blank line for one, is not filled up.
    return { cells: columns ? columns.flatMap((column) => cells[column] ?? []) : cells, end };
  });
  return table.before + chosen.map(rawOf(table.separator)).join('');
}

const rawOf =
  (separator: string) =>
  ({ cells, end }: Row): string =>
    cells.map(({ raw }) => raw).join(separator) + end;

function quoted(value: string, separator: string): string {
  const isPlain = !value.includes(separator) && !/["\r\n]|^\s|\s$/.test(value);
  return isPlain ? value : `"${value.replaceAll('"', '""')}"`;
}

/** As far as it is CSV; what is wrong then names the line. */
function split(text: string, separator: string): { rows: Row[]; problem: string | null } {
  const rows: Row[] = [];
  let cells: Cell[] = [];
  // Excel on a Mac can end lines with a carriage return alone; where there is another end, that one is text.
  const ends = text.replace(/"[^"]*"/g, '').includes('\n') ? ['\r\n', '\n'] : ['\r'];
  for (let at = 0, line = 1; at < text.length || cells.length > 0; ) {
    const cell = text[at] === '"' ? quotedCell(text, at) : plainCell(text, at, [separator, ...ends]);
    if (!cell) return { rows, problem: `line ${line} has a quoted cell without an end` };
    cells.push(cell);
    at += cell.raw.length;
    line += cell.raw.match(/\r\n|\r|\n/g)?.length ?? 0;
    if (text[at] === separator) {
      at++;
      continue;
    }
    const end = ends.find((known) => text.startsWith(known, at)) ?? '';
    if (end === '' && at < text.length) return { rows, problem: `line ${line} goes on after a closing quote` };
    rows.push({ cells, end });
    cells = [];
    at += end.length;
    line++;
    if (end === '') break;
  }
  return { rows, problem: null };
}

function quotedCell(text: string, at: number): Cell | null {
  for (let end = at + 1; end < text.length; end++) {
    if (text[end] !== '"') continue;
    if (text[end + 1] === '"') end++;
    else {
      const raw = text.slice(at, end + 1);
      return { value: raw.slice(1, -1).replaceAll('""', '"'), raw };
    }
  }
  return null;
}

function plainCell(text: string, at: number, ends: string[]): Cell {
  let end = at;
  while (end < text.length && !ends.some((known) => text.startsWith(known, end))) end++;
  const raw = text.slice(at, end);
  return { value: raw, raw };
}
