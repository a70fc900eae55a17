/** Fills the grades into a gradebook that was exported from Canvas, and leaves everything else in it as it was. */
import { parse } from 'csv-parse/sync';
import { InputError } from '../../course/input-error.ts';
import type { Gradebook, GradebookEntry } from '../gradebook.ts';
import { table } from './csv.ts';
import { type Filled, gradeOf, ungraded } from './grades.ts';

/**
 * Whom a row is, in this order, without regard to case: the login, the login before its @, the student number, Canvas's
 * own number, the name. The first of these that exactly one row has decides.
 */
const IDENTITIES: { column: string; of: (text: string) => string }[] = [
  { column: 'SIS Login ID', of: (login) => login },
  { column: 'SIS Login ID', of: (login) => login.replace(/@.*/, '') },
  { column: 'SIS User ID', of: (id) => id },
  { column: 'ID', of: (id) => id },
  { column: 'Student', of: (name) => name },
];

/** @throws InputError if the text is not an export of Canvas, or has not this assignment with these points */
export function canvas(gradebook: Gradebook, exported: string): Filled {
  const rows = readRows(exported);
  const [head] = rows;
  const students = rows.slice(1).filter((row) => !isPointsRow(row));
  const column = assignmentColumn(head, gradebook);
  const possible = rows.find(isPointsRow)?.[column]?.trim();
  if (possible && Number(possible) !== gradebook.maxScore) {
    throw new InputError(
      `${head[column]} is worth ${possible} points in Canvas, but ${gradebook.maxScore} here; set its points in Canvas to ${gradebook.maxScore} and export again`,
    );
  }

  const taken = new Map<string[], string>();
  const unmatched: string[] = [];
  const excused: string[] = [];
  const twice: string[] = [];
  for (const entry of gradebook.entries) {
    const row = rowOf(entry, head, students);
    const grade = gradeOf(entry);
    if (!row) unmatched.push(entry.student);
    else if (taken.has(row)) twice.push(`${entry.student} and ${taken.get(row)}`);
    else {
      taken.set(row, entry.student);
      if (/^ex$/i.test(row[column]?.trim() ?? '')) excused.push(entry.student);
      else if (grade !== null) row[column] = String(grade);
    }
  }
  const missing = students.filter((row) => !taken.has(row)).length;
  const notes = [
    ...ungraded(gradebook),
    ...note('not in the export, so not filled in', unmatched),
    ...note('two students share one row of the export; the first was filled in', twice),
    ...note('excused in Canvas, so not changed', excused),
    ...(missing > 0
      ? [`${missing} of ${students.length} rows of the export have no submission and stay as they were`]
      : []),
  ];
  return { text: table(rows), notes };
}

function readRows(exported: string): string[][] {
  let rows: string[][];
  try {
    rows = parse(exported, { bom: true, relax_column_count: true, skip_empty_lines: true });
  } catch (error) {
    throw new InputError(`the export from Canvas is not valid CSV: ${(error as Error).message}`);
  }
  if (!rows[0]?.includes('Student') || !rows[0].includes('ID')) {
    throw new InputError(
      'the export from Canvas has no columns "Student" and "ID"; export it by Grades > Export > Export Entire Gradebook',
    );
  }
  return rows;
}

/** "    Points Possible" stands where a name would. */
function isPointsRow(row: string[]): boolean {
  return /^\s*points possible\s*$/i.test(row[0] ?? '');
}

/** Canvas puts its number behind the title. */
function assignmentColumn(head: string[], { title }: Gradebook): number {
  const assignments = head.flatMap((name, column) => {
    const [, found] = name.match(/^(.*) \(\d+\)$/s) ?? [];
    return found === undefined ? [] : [{ column, name, title: found }];
  });
  const named = assignments.filter((assignment) => same(assignment.title, title));
  if (named.length === 1) return named[0].column;
  const there = assignments.map(({ name }) => `"${name}"`).join(', ') || 'none';
  throw new InputError(
    named.length === 0
      ? `the export from Canvas has no assignment "${title}"; it has ${there}. Make one with this title and export again`
      : `the export from Canvas has ${named.length} assignments "${title}"; rename all but one and export again`,
  );
}

function rowOf({ student }: GradebookEntry, head: string[], rows: string[][]): string[] | null {
  for (const { column, of } of IDENTITIES) {
    const index = head.indexOf(column);
    const found = index < 0 ? [] : rows.filter((row) => same(of(row[index] ?? ''), student));
    if (found.length === 1) return found[0];
  }
  return null;
}

function same(a: string, b: string): boolean {
  return a.trim() !== '' && a.trim().toLowerCase() === b.trim().toLowerCase();
}

function note(text: string, names: string[]): string[] {
  return names.length > 0 ? [`${text}: ${names.join(', ')}`] : [];
}
