/** Fills the grades into the table of scores that Gradescope exports, of one assignment or of all. */
import { InputError } from '../../course/input-error.ts';
import { means, readingsOf } from '../../roster/decimal.ts';
import { isBlankRow, type Row, readTable, type Table, tableText, valueAt } from '../../roster/foreign-table.ts';
import { folded } from '../../roster/same-name.ts';
import type { Gradebook } from '../gradebook.ts';
import { type FillOptions, fillTable, type Identity } from './fill-table.ts';
import type { Filled } from './grades.ts';

const PLACE = "Gradescope's export";
const COLUMNS = ['Name', 'First Name', 'Last Name', 'SID', 'Email', 'Section', 'Sections', 'Submission ID'];

/** @throws InputError if it is no such table, or has not this assignment with these points */
export function gradescopeCsv(gradebook: Gradebook, exported: string, options: FillOptions = {}): Filled {
  const table = readTable(exported, (names) => names.includes('Email') || names.includes('SID'), PLACE);
  if (!table)
    throw new InputError(`${PLACE} has no column "Email" or "SID"; download it by Review Grades > Download Grades`);
  const rows = table.rows.slice(1).filter((row) => !isBlankRow(row));
  const column = scoreColumn(table, gradebook, options);
  const most = table.head.findIndex((name) => name === 'Max Points' || name === `${table.head[column]} - Max Points`);
  const other =
    most < 0
      ? undefined
      : rows.find((row) => readingsOf(valueAt(row, most)).length > 0 && !means(valueAt(row, most), gradebook.maxScore));
  if (other)
    throw new InputError(
      `${table.head[column]} is out of ${valueAt(other, most)} in Gradescope, but of ${gradebook.maxScore} here; set its points to ${gradebook.maxScore} and download again`,
    );
  const at = (name: string) => table.head.indexOf(name);
  const nameOf = (row: Row) =>
    at('Name') >= 0 ? valueAt(row, at('Name')) : `${valueAt(row, at('First Name'))} ${valueAt(row, at('Last Name'))}`;
  const of = (kind: Identity['kind'], name: string): Identity[] =>
    at(name) < 0 ? [] : [{ kind, of: (row) => valueAt(row, at(name)) }];
  const { notes, joined } = fillTable({
    ...{ gradebook, table, rows, column, nameOf, options, place: PLACE, platform: 'Gradescope' },
    identities: [
      ...of('gradescopeNumber', 'Submission ID'),
      ...of('email', 'Email'),
      ...of('sisId', 'SID'),
      { kind: 'name', of: nameOf },
    ],
  });
  const columns = table.head.flatMap((name, i) => (COLUMNS.includes(name) || i === column || i === most ? [i] : []));
  return { text: tableText(table, { columns }), notes, joined };
}

function scoreColumn({ head }: Table, { title }: Gradebook, { column }: FillOptions): number {
  const wanted = folded(column ?? title);
  const named = head.flatMap((name, i) => (folded(name) === wanted ? [i] : []));
  const total = head.indexOf('Total Score');
  if (column === undefined && named.length === 0 && total >= 0) return total;
  if (named.length === 1) return named[0];
  throw new InputError(
    `${PLACE} has ${named.length === 0 ? 'no column' : `${named.length} columns`} "${column ?? title}"; it has ${head.map((name) => `"${name}"`).join(', ')}. Name one with --column`,
  );
}
