/**
 * Moodle's own files, filled in: an assignment's grading worksheet, or an export of the gradebook. Their column names are
 * in the language of whoever exported them, so columns are told by what is in them where that can be. Only rows with a
 * grade are written: the import would take a blank for "no grade".
 */
import { InputError } from '../../course/input-error.ts';
import { means, readingsOf } from '../../roster/decimal.ts';
import { isBlankRow, type Row, readTable, type Table, tableText, valueAt } from '../../roster/foreign-table.ts';
import {
  EMAIL,
  FIRST_NAME,
  FULL_NAME,
  ID_NUMBER,
  LAST_NAME,
  PARTICIPANT,
  USERNAME,
} from '../../roster/moodle-columns.ts';
import { folded } from '../../roster/same-name.ts';
import type { Gradebook } from '../gradebook.ts';
import { type FillOptions, fillTable, type Identity } from './fill-table.ts';
import type { Filled } from './grades.ts';

const GRADE = /^(grade|bewertung|note|calificación|cijfer|voto|nota)$/i;
const MAXIMUM = /^(maximum grade|max\.? grade|bestwertung|beste bewertung|note maximale|calificación máxima)$/i;
/** What teachers wrote, which the import would write again. */
const FEEDBACK = /feedback|kommentar|commentaire|comentario|commento|retroalimentación/i;

const PLACE = "Moodle's file";

/** @throws InputError if it is no such file, or has no column for the grade */
export function fillMoodle(gradebook: Gradebook, exported: string, options: FillOptions): Filled {
  const table = readTable(exported, (names) => names.length > 1, PLACE);
  if (!table) throw new InputError(`${PLACE} is not a table; name a grading worksheet or an export of the gradebook`);
  const rows = table.rows.slice(1).filter((row) => !isBlankRow(row));
  const at = (pattern: RegExp) => table.head.findIndex((name) => pattern.test(name.trim()));
  const holds = (column: number, pattern: RegExp) =>
    rows.length > 0 && rows.every((row) => pattern.test(valueAt(row, column).trim()));
  const number = holds(0, PARTICIPANT) && !FIRST_NAME.test(table.head[0]) ? 0 : -1;
  const isEmail = (text: string) => text === '' || EMAIL.test(text);
  const email = table.head.findIndex(
    (_, i) => rows.some((row) => valueAt(row, i).trim() !== '') && rows.every((row) => isEmail(valueAt(row, i).trim())),
  );
  const [username, idNumber, fullName, first, last] = [USERNAME, ID_NUMBER, FULL_NAME, FIRST_NAME, LAST_NAME].map(at);
  const nameOf = (row: Row) =>
    fullName >= 0 ? valueAt(row, fullName) : `${valueAt(row, first)} ${valueAt(row, last)}`;
  const identities: (Identity | false)[] = [
    number >= 0 && { kind: 'moodleNumber', of: (row) => valueAt(row, number).match(PARTICIPANT)?.[1] ?? '' },
    email >= 0 && { kind: 'email', of: (row) => valueAt(row, email) },
    username >= 0 && { kind: 'login', of: (row) => valueAt(row, username) },
    idNumber >= 0 && { kind: 'sisId', of: (row) => valueAt(row, idNumber) },
    (fullName >= 0 || (first >= 0 && last >= 0)) && { kind: 'name', of: nameOf },
  ];
  const column = gradeColumn(table, gradebook, number >= 0, options);
  refuseOtherMaximum(table, rows, gradebook);
  const { graded, notes, joined } = fillTable({
    ...{ gradebook, table, rows, column, nameOf, options, place: PLACE, platform: 'Moodle' },
    identities: identities.filter((identity) => identity !== false),
  });
  const columns =
    number >= 0
      ? table.head.flatMap((name, i) => (FEEDBACK.test(name) && i !== column ? [] : [i]))
      : [...new Set([username, idNumber, email, first, last, fullName, column])]
          .filter((i) => i >= 0)
          .sort((a, b) => a - b);
  return {
    text: tableText(table, { rows: [table.rows[0], ...rows.filter((row) => graded.has(row))], columns }),
    notes,
    joined,
  };
}

/** Of a worksheet the grade; of the gradebook "Assignment: <title> (Real)". */
function gradeColumn({ head }: Table, { title }: Gradebook, isWorksheet: boolean, { column }: FillOptions): number {
  const wanted = folded(column ?? title);
  const named = head.flatMap((name, i) => {
    const own = folded(name);
    const isItem = own === wanted || own.replace(/ \([^()]*\)$/, '').replace(/^[^:]*: ?/, '') === wanted;
    return isItem || own.replace(/ \([^()]*\)$/, '') === wanted ? [i] : [];
  });
  const grades = head.flatMap((name, i) => (GRADE.test(name.trim()) ? [i] : []));
  const found = column === undefined && isWorksheet && grades.length === 1 ? grades : named;
  if (found.length === 1) return found[0];
  throw new InputError(
    `${PLACE} has ${found.length === 0 ? 'no column' : `${found.length} columns`} "${column ?? (isWorksheet ? 'Grade' : title)}"; it has ${head.map((name) => `"${name}"`).join(', ')}. Name one with --column`,
  );
}

function refuseOtherMaximum({ head }: Table, rows: Row[], { maxScore }: Gradebook): void {
  const column = head.findIndex((name) => MAXIMUM.test(name.trim()));
  const other =
    column < 0
      ? undefined
      : rows.find((row) => readingsOf(valueAt(row, column)).length > 0 && !means(valueAt(row, column), maxScore));
  if (other)
    throw new InputError(
      `${head[column]} is ${valueAt(other, column)} in Moodle, but ${maxScore} here; set it to ${maxScore} and export again`,
    );
}
