/**
 * Fills the grades into a gradebook that was exported from Canvas. Of that, only what the import needs is written: the
 * columns that say whose a row is, and the one that is filled in. Others might have changed in Canvas since, and the
 * import would set them back.
 */
import { InputError } from '../../course/input-error.ts';
import { means } from '../../roster/decimal.ts';
import {
  isBlankRow,
  type Row,
  readTable,
  type Table,
  tableText,
  valueAt,
  valuesOf,
} from '../../roster/foreign-table.ts';
import { folded } from '../../roster/same-name.ts';
import type { Gradebook } from '../gradebook.ts';
import { type FillOptions, fillTable, type Identity } from './fill-table.ts';
import type { Filled } from './grades.ts';

/** What Canvas knows a student by. The name is one column, or two where the account says so. */
const STUDENT = [
  'Student',
  'LastName',
  'FirstName',
  'ID',
  'SIS User ID',
  'SIS Login ID',
  'Integration ID',
  'Root Account',
  'Section',
];

const PLACE = 'the export';

/** @throws InputError if the text is not an export of Canvas, or has not this assignment with these points */
export function canvas(gradebook: Gradebook, exported: string, options: FillOptions = {}): Filled {
  const table = readExport(exported);
  const [, ...below] = table.rows;
  const column = assignmentColumn(table.head, gradebook, options.column);
  const points = below.find(isPointsRow);
  const possible = points && valueAt(points, column).trim();
  if (possible && !means(possible, gradebook.maxScore)) {
    throw new InputError(
      `${table.head[column]} is worth ${possible} points in Canvas, but ${gradebook.maxScore} here; set its points in Canvas to ${gradebook.maxScore} and export again`,
    );
  }
  const rows = below.filter((row) => !isPointsRow(row) && !isNote(row) && !isBlankRow(row));
  const nameOf = nameIn(table);
  const { notes, taken, joined } = fillTable({
    ...{ gradebook, table, rows, column, nameOf, options },
    identities: identitiesIn(table, nameOf),
    leftAlone: (value) => LEFT_ALONE[value.toUpperCase()] ?? null,
    place: PLACE,
    platform: 'Canvas',
  });
  const students = rows.filter((row) => taken.has(row) || !isTestStudent(row, table, nameOf));
  const missing = students.filter((row) => !taken.has(row)).length;
  if (missing > 0)
    notes.push(`${missing} of ${students.length} rows of the export have no submission and stay as they were`);
  const columns = table.head.flatMap((name, i) => (STUDENT.includes(name.trim()) || i === column ? [i] : []));
  return { text: tableText(table, { columns }), notes, joined };
}

/** What a teacher or Canvas itself wrote in place of a grade. */
const LEFT_ALONE: Record<string, string | undefined> = {
  EX: 'excused in Canvas, so not changed',
  'N/A': 'not assigned to them in Canvas, so not changed',
};

function readExport(exported: string): Table {
  const has = (names: string[], ...wanted: string[]) =>
    wanted.every((name) => names.some((own) => own.trim() === name));
  const isHead = (names: string[]) =>
    has(names, 'ID') && (has(names, 'Student') || has(names, 'LastName', 'FirstName'));
  const table = readTable(exported, isHead, 'the export from Canvas');
  if (table) return table;
  throw new InputError(
    'the export from Canvas has no columns "Student" and "ID"; export it by Grades > Export > Export Entire Gradebook',
  );
}

function nameIn({ head }: Table): (row: Row) => string {
  const at = (name: string) => head.findIndex((own) => own.trim() === name);
  const [student, last, first] = ['Student', 'LastName', 'FirstName'].map(at);
  return (row) => (student >= 0 ? valueAt(row, student) : `${valueAt(row, last)}, ${valueAt(row, first)}`);
}

/** The first of these that exactly one row has decides. */
function identitiesIn({ head }: Table, nameOf: (row: Row) => string): Identity[] {
  const of = (kind: Identity['kind'], name: string, change = (text: string) => text): Identity[] => {
    const column = head.findIndex((own) => own.trim() === name);
    return column < 0 ? [] : [{ kind, of: (row) => change(valueAt(row, column)) }];
  };
  return [
    ...of('login', 'SIS Login ID'),
    ...of('login', 'SIS Login ID', (login) => login.replace(/@.*/, '')),
    ...of('sisId', 'SIS User ID'),
    ...of('canvasId', 'ID'),
    { kind: 'name', of: nameOf },
  ];
}

/** "    Points Possible" stands where a name would. */
const isPointsRow = (row: Row): boolean => /^\s*points possible\s*$/i.test(valueAt(row, 0));

/** Which assignments are posted by hand: a row of nothing else. */
const isNote = (row: Row): boolean => valuesOf(row).every((value) => /^\s*((muted|manual posting).*)?$/i.test(value));

/** Canvas's own, for looking at a course as a student. */
function isTestStudent(row: Row, { head }: Table, nameOf: (row: Row) => string): boolean {
  const sisId = head.findIndex((name) => name.trim() === 'SIS User ID');
  return folded(nameOf(row)) === folded('Student, Test') && (sisId < 0 || valueAt(row, sisId).trim() === '');
}

/** Canvas puts its number behind the title. */
function assignmentColumn(head: string[], { title }: Gradebook, wanted = title): number {
  const assignments = head.flatMap((name, column) => {
    const [, found] = name.match(/^(.*) \(\d+\)\s*$/s) ?? [];
    return found === undefined ? [] : [{ column, name, title: found }];
  });
  const named = assignments.filter(({ name, title }) => [name, title].some((own) => folded(own) === folded(wanted)));
  if (named.length === 1) return named[0].column;
  const there = assignments.map(({ name }) => `"${name}"`).join(', ') || 'none';
  throw new InputError(
    named.length === 0
      ? `the export from Canvas has no assignment "${wanted}"; it has ${there}. Make one with this title and export again, or name one with --column`
      : `the export from Canvas has ${named.length} assignments "${wanted}": ${there}. Name one with its number by --column`,
  );
}
