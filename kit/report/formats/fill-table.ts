/** Grades into the table of a platform: whose row it is, and what of it may be changed. */
import { means } from '../../roster/decimal.ts';
import { type Row, setCell, type Table, valueAt } from '../../roster/foreign-table.ts';
import { ordersOf, type Person, personOf, type Roster } from '../../roster/roster.ts';
import { findName, lettersOf } from '../../roster/same-name.ts';
import { cluesOf } from '../../roster/submission-clues.ts';
import type { Gradebook, GradebookEntry } from '../gradebook.ts';
import { type Filled, gradeOf, ungraded } from './grades.ts';

export interface FillOptions {
  /** Who is who on the platforms. */
  roster?: Roster;
  /** Replaces a grade that is there and is another one. */
  overwrite?: boolean;
  /** The column to fill in, where its name is not the gradebook's title. */
  column?: string;
}

export type IdentityKind = 'login' | 'email' | 'sisId' | 'canvasId' | 'name' | 'moodleNumber' | 'gradescopeNumber';

/** What one column, or some of them together, say of whose a row is. */
export interface Identity {
  kind: IdentityKind;
  of: (row: Row) => string;
}

export interface FillRequest {
  gradebook: Gradebook;
  table: Table;
  /** Those of students. */
  rows: Row[];
  /** In the order in which they are trusted. */
  identities: Identity[];
  column: number;
  /** Whose it is, for people. */
  nameOf: (row: Row) => string;
  /** Why a cell with this in it is left alone whatever the grade, as the beginning of a note; else null. */
  leftAlone?: (value: string) => string | null;
  /** What the file is called: "the export". */
  place: string;
  platform: string;
  options: FillOptions;
}

export interface FillResult {
  /** Rows that have a student's grade now, whether or not it was there before. */
  graded: Set<Row>;
  taken: Set<Row>;
  notes: string[];
  joined: Filled['joined'];
}

interface Match {
  entry: GradebookEntry;
  row: Row;
  isExact: boolean;
}

export function fillTable(request: FillRequest): FillResult {
  const { gradebook, table, column, leftAlone, place, platform, options } = request;
  const unmatched: string[] = [];
  const matches = gradebook.entries.flatMap((entry): Match[] => {
    const found = rowOf(entry, request);
    if (!found) unmatched.push(entry.student);
    return found ? [{ entry, ...found }] : [];
  });
  const owners = new Map<Row, GradebookEntry>();
  const twice: string[] = [];
  // Who is named just so comes before who is not.
  for (const { entry, row } of [...matches].sort((a, b) => Number(b.isExact) - Number(a.isExact))) {
    const owner = owners.get(row);
    if (owner) twice.push(`${entry.student} and ${owner.student}`);
    else owners.set(row, entry);
  }
  const graded = new Set<Row>();
  const kept: string[] = [];
  const left = new Map<string, string[]>();
  for (const { entry, row } of matches) {
    const grade = gradeOf(entry);
    if (owners.get(row) !== entry) continue;
    const value = valueAt(row, column).trim();
    const reason = leftAlone?.(value) ?? null;
    if (reason !== null) left.set(reason, [...(left.get(reason) ?? []), entry.student]);
    else if (grade === null) continue;
    else if (means(value, grade)) graded.add(row);
    else if (/^[-–—]?$/.test(value) || options.overwrite) {
      setCell(table, row, column, String(grade));
      graded.add(row);
    } else kept.push(`${entry.student} (${value} there, ${grade} here)`);
  }
  const notes = [
    ...ungraded(gradebook),
    ...note(`not in ${place}, so not filled in`, unmatched),
    ...note(`two students share one row of ${place}; the first was filled in`, twice),
    ...[...left].flatMap(([reason, students]) => note(reason, students)),
    ...note(`another grade is in ${platform} and was kept; --overwrite replaces it`, kept),
  ];
  const wanted = gradebook.entries.filter((entry) => gradeOf(entry) !== null).length;
  return { graded, taken: new Set(owners.keys()), notes, joined: { wanted, found: matches.length, place } };
}

/**
 * What the platform's own file names and the roster say goes before what a student happens to be called; and that says
 * nothing of whoever is in the roster: one platform's login may be somebody else's on another.
 */
function rowOf(entry: GradebookEntry, { rows, identities, nameOf, options }: FillRequest): Omit<Match, 'entry'> | null {
  const person = options.roster ? personOf(options.roster, entry) : null;
  const known = namesOf(entry, person);
  const { canvas } = cluesOf(entry.submission);
  for (const { kind, of } of identities) {
    if (kind !== 'canvasId' || !canvas) continue;
    const row = rows.find((candidate) => of(candidate).trim() === canvas.id);
    if (row && ordersOf(nameOf(row)).some((name) => lettersOf(name) === lettersOf(canvas.letters)))
      return { row, isExact: true };
  }
  for (const names of person ? [known] : [known, null]) {
    for (const { kind, of } of identities) {
      // Numbers that a platform gives are no names: a student may be called like one.
      if (!names && (kind === 'moodleNumber' || kind === 'gradescopeNumber')) continue;
      const wanted = (names ? names[kind] : [entry.student]) ?? [];
      // A name may have its family name first in one place and last in the other.
      const isName = kind === 'name';
      for (const values of isName
        ? [rows.map(of), rows.map((row) => ordersOf(of(row)).at(-1) ?? '')]
        : [rows.map(of)]) {
        for (const name of isName ? wanted.flatMap(ordersOf) : wanted) {
          const found = findName(values, name);
          if (found) return { row: rows[found.index], isExact: found.isExact };
        }
      }
    }
  }
  return null;
}

type Names = Partial<Record<IdentityKind, string[]>>;

function namesOf(entry: GradebookEntry, person: Person | null): Names {
  const { moodle, gradescope } = cluesOf(entry.submission);
  return {
    moodleNumber: moodle ? [moodle.number] : [],
    gradescopeNumber: gradescope ? [gradescope] : [],
    ...(person && {
      canvasId: [person.canvasId],
      sisId: [person.sisId],
      // Many institutions log in with the e-mail address.
      login: [person.login, person.email],
      email: [person.email],
    }),
    name: [...(person ? ordersOf(person.name) : []), ...(moodle ? [moodle.name] : [])],
  };
}

export function note(text: string, names: string[]): string[] {
  return names.length > 0 ? [`${text}: ${names.join(', ')}`] : [];
}
