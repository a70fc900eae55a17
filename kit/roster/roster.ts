/** `roster.csv`: who is in the class, and by what names every platform knows them. */
import { InputError } from '../course/input-error.ts';
import { isBlankRow, readTable, valuesOf } from './foreign-table.ts';
import { composed, findName, folded, lettersOf } from './same-name.ts';
import { cluesOf } from './submission-clues.ts';

/** What is not known is blank. */
export interface Person {
  /** At the institution: Canvas's SIS Login ID, Moodle's user name. */
  login: string;
  name: string;
  email: string;
  /** The student number: Canvas's SIS User ID, Moodle's ID number, Gradescope's SID. */
  sisId: string;
  section: string;
  github: string;
  /** Canvas's own number. */
  canvasId: string;
  extensions: Extension[];
}

export interface Extension {
  /** Null: of whichever assignment is graded. */
  assignment: string | null;
  /** ISO 8601 with a zone. */
  due: string;
}

export interface Roster {
  people: Person[];
  /** Columns that say nothing here. */
  unread: string[];
}

type Column = keyof Person;

/** In the order in which they are written, with the other names that they may have, folded, letters and digits only. */
export const ROSTER_COLUMNS: [column: Column, name: string, others: string[]][] = [
  ['login', 'login', ['username', 'sisloginid']],
  ['name', 'name', ['student', 'fullname']],
  ['email', 'email', ['emailaddress', 'mail']],
  ['sisId', 'sis_id', ['sisuserid', 'idnumber', 'studentid', 'sid']],
  ['section', 'section', ['sections']],
  ['github', 'github', ['githubusername', 'githublogin']],
  ['canvasId', 'canvas_id', []],
  ['extensions', 'extensions', ['extension', 'due']],
];

/** What tells one person from another, best first. */
export const IDENTITIES = ['login', 'github', 'email', 'sisId', 'canvasId'] as const satisfies Column[];

/** Who this is, in few words. */
export const labelOf = ({ login, github, email, name, sisId, canvasId }: Person): string =>
  [name, login || github || email || sisId || canvasId].filter(Boolean).join(' ') || '?';

/** @throws InputError naming the line */
export function parseRoster(text: string, file: string): Roster {
  const columnOf = (name: string): Column | undefined => {
    const letters = lettersOf(name);
    return ROSTER_COLUMNS.find(([, own, others]) => letters === lettersOf(own) || others.includes(letters))?.[0];
  };
  const table = readTable(text, (names) => names.some((name) => columnOf(name) !== undefined), file);
  if (!table)
    throw new InputError(
      `${file} has no line of column names, such as ${ROSTER_COLUMNS.map(([, name]) => name).join(',')}`,
    );
  const columns = table.head.map(columnOf);
  const again = columns.find((column, i) => column && columns.indexOf(column) !== i);
  if (again) throw new InputError(`${file} has two columns for ${again}; remove one`);
  const people: Person[] = [];
  for (const [i, row] of table.rows.entries()) {
    if (i === 0 || isBlankRow(row)) continue;
    const place = `${file}: row ${i + 1}`;
    const person: Person = { ...NOBODY, extensions: [] };
    for (const [column, value] of valuesOf(row).entries()) {
      const key = columns[column];
      if (key === 'extensions') person.extensions = parseExtensions(value, place);
      else if (key) person[key] = composed(value.replace(/^'(?=[=+\-@])/, ''));
    }
    if (![...IDENTITIES, 'name' as const].some((key) => person[key] !== ''))
      throw new InputError(`${place} has neither a login nor a name nor an e-mail address`);
    people.push(person);
  }
  refuseTwice(people, file);
  return { people, unread: table.head.filter((name, i) => columns[i] === undefined && name.trim() !== '') };
}

export const NOBODY: Person = {
  ...{ login: '', name: '', email: '', sisId: '', section: '', github: '', canvasId: '' },
  extensions: [],
};

function refuseTwice(people: Person[], file: string): void {
  for (const key of IDENTITIES) {
    const seen = new Map<string, Person>();
    for (const person of people) {
      const own = folded(person[key]);
      const other = own && seen.get(own);
      if (other)
        throw new InputError(`${file} has ${key} "${person[key]}" twice, for ${labelOf(other)} and ${labelOf(person)}`);
      seen.set(own, person);
    }
  }
}

/** `2027-02-20T23:59:00+01:00`, or `<assignment>=<that>`, several parted by blanks or semicolons. */
function parseExtensions(text: string, place: string): Extension[] {
  return text
    .split(/[\s;]+/)
    .filter((part) => part !== '')
    .map((part) => {
      const [, name, due] = part.match(/^(?:([^=]+)=)?(.*)$/) ?? [];
      if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d.*(Z|[+-]\d\d:\d\d)$/.test(due) || Number.isNaN(Date.parse(due)))
        throw new InputError(
          `${place}: "${part}" is no extension; write 2027-02-20T23:59:00+01:00, or <assignment>=2027-02-20T23:59:00+01:00`,
        );
      return { assignment: name ?? null, due };
    });
}

/** Until when this person may hand the assignment in, where that is not when all must. */
export function extensionOf({ extensions }: Person, assignment: string): string | null {
  const own = extensions.find((extension) => extension.assignment === assignment);
  return (own ?? extensions.find((extension) => extension.assignment === null))?.due ?? null;
}

/** "Lovelace, Ada" is "Ada Lovelace" too. */
export function ordersOf(name: string): string[] {
  const [last, first = '', ...more] = name.split(',').map((part) => part.trim());
  return last && first && more.length === 0 ? [name, `${first} ${last}`] : [name];
}

/** Whose a student of a gradebook is; null where that cannot be told. */
export function personOf(
  { people }: Roster,
  { student, submission }: { student: string; submission: string },
): Person | null {
  const { canvas, moodle } = cluesOf(submission);
  const hasLetters = (person: Person) =>
    ordersOf(person.name).some((name) => lettersOf(name) === lettersOf(canvas?.letters ?? ''));
  const byNumber = canvas && people.find((person) => person.canvasId === canvas.id);
  if (byNumber && (byNumber.name === '' || hasLetters(byNumber))) return byNumber;
  for (const key of ['github', ...IDENTITIES] as const) {
    const found = findName(
      people.map((person) => person[key]),
      student,
    );
    if (found) return people[found.index];
  }
  const names = people.flatMap((person) => ordersOf(person.name).map((name) => ({ name, person })));
  for (const wanted of [student, moodle?.name ?? '']) {
    const found = findName(
      names.map(({ name }) => name),
      wanted,
    );
    if (found) return names[found.index].person;
  }
  const spelt = canvas ? people.filter(hasLetters) : [];
  if (spelt.length === 1) return spelt[0];
  const short = findName(
    people.map(({ login }) => login.replace(/@.*/, '')),
    student,
  );
  return short ? people[short.index] : null;
}

export interface Joined {
  /** By student; only those who are in the roster. */
  people: Map<string, Person>;
  /** Students who are not in the roster. */
  strangers: string[];
  /** Those of the roster who are none of the students. */
  missing: Person[];
  /** Students that are one person. */
  shared: string[][];
}

export function joinClass(roster: Roster, submissions: { student: string; submission: string }[]): Joined {
  const people = new Map<string, Person>();
  const strangers = new Set<string>();
  for (const submission of submissions) {
    const person = personOf(roster, submission);
    if (person) people.set(submission.student, person);
    else strangers.add(submission.student);
  }
  const here = new Map<Person, string[]>();
  for (const [student, person] of people) here.set(person, [...(here.get(person) ?? []), student]);
  return {
    people,
    strangers: [...strangers].filter((student) => !people.has(student)),
    missing: roster.people.filter((person) => !here.has(person)),
    shared: [...here.values()].filter((students) => students.length > 1),
  };
}
