/** People as the platforms' own files list them, and the same people of several platforms as one. */
import { InputError } from '../course/input-error.ts';
import { isBlankRow, type Row, readTable, type Table, valueAt, valuesOf } from './foreign-table.ts';
import { EMAIL, FIRST_NAME, FULL_NAME, GROUPS, ID_NUMBER, LAST_NAME, USERNAME } from './moodle-columns.ts';
import { IDENTITIES, NOBODY, ordersOf, type Person, parseRoster } from './roster.ts';
import { composed, findName, folded } from './same-name.ts';

/** GitHub Classroom's identifier may be any of a person's names, whichever the teacher chose. */
export type Listed = Person & { identifier?: string };

interface Kind {
  name: string;
  /** Columns that only this kind has together; their letters are folded. */
  has: RegExp[];
  person: (cell: (column: RegExp) => string) => Partial<Listed>;
}

const nameOf = (cell: (column: RegExp) => string): string => {
  const [full, last, first] = [
    /^(student( name)?|name|full name)$/,
    /^(last ?name|last_name|surname)$/,
    /^first[ _]?name$/,
  ].map(cell);
  return full || [last, first].filter(Boolean).join(', ');
};

const KINDS: Kind[] = [
  {
    name: "Canvas's gradebook",
    has: [/^id$/, /^(student|lastname)$/],
    person: (cell) => {
      const login = cell(/^sis login id$/);
      const name = nameOf(cell);
      return {
        ...{ name, login, sisId: cell(/^sis user id$/), canvasId: cell(/^id$/), section: cell(/^section$/) },
        email: EMAIL.test(login) ? login : '',
      };
    },
  },
  {
    name: "GitHub Classroom's roster",
    has: [/^identifier$/, /^github_username$/],
    person: (cell) => ({ github: cell(/^github_username$/), name: cell(/^name$/), identifier: cell(/^identifier$/) }),
  },
  {
    name: "GitHub Classroom's grades",
    has: [/^github_username$/, /^roster_identifier$/],
    person: (cell) => ({ github: cell(/^github_username$/), identifier: cell(/^roster_identifier$/) }),
  },
  {
    name: "Classroom 50's roster",
    has: [/^username$/, /^first_name$/, /^last_name$/],
    person: (cell) => ({
      ...{ github: cell(/^username$/), name: nameOf(cell), email: cell(/^email$/), section: cell(/^section$/) },
    }),
  },
  {
    name: "Gradescope's roster or scores",
    has: [/^sid$/, /^email$/],
    person: (cell) => ({
      ...{ name: nameOf(cell), email: cell(/^email$/), sisId: cell(/^sid$/), section: cell(/^sections?$/) },
    }),
  },
];

/** @throws InputError where the file is none that is known, or has nobody in it */
export function peopleIn(text: string, file: string): Listed[] {
  const people = scoresJson(text) ?? tableOf(text, file);
  if (people.length === 0) throw new InputError(`${file} has nobody in it; export it again`);
  return people;
}

function tableOf(text: string, file: string): Listed[] {
  for (const { has, person } of KINDS) {
    const isHead = (names: string[]) => has.every((pattern) => names.some((name) => pattern.test(folded(name))));
    const table = readTable(text, isHead, file);
    if (!table) continue;
    const column = (pattern: RegExp) => table.head.findIndex((name) => pattern.test(folded(name)));
    return peopleRows(table).map((row) => listed(person((pattern) => valueAt(row, column(pattern)))));
  }
  const own = readTable(text, (names) => names.some((name) => /^(login|github)$/.test(folded(name))), file);
  if (own) return parseRoster(text, file).people;
  const moodle = moodleTable(text, file);
  if (moodle) return moodle;
  const known = KINDS.map(({ name }) => name).join(', ');
  throw new InputError(
    `${file} is no list of people that is known: ${known}, Moodle's participants, grades or grading worksheet, Classroom 50's scores.json, or a roster.csv`,
  );
}

const listed = (person: Partial<Listed>): Listed => {
  const known = Object.entries(person).map(([key, value]) => [
    key,
    typeof value === 'string' ? composed(value) : value,
  ]);
  return { ...NOBODY, extensions: [], ...Object.fromEntries(known) };
};

/** Rows that are no people: points, notes, Canvas's test student, blank lines. */
function peopleRows({ rows }: Table): Row[] {
  return rows.slice(1).filter((row) => {
    const first = folded(valueAt(row, 0));
    const isNote = valuesOf(row).every((value) => /^\s*((muted|manual posting).*)?$/i.test(value));
    return !isBlankRow(row) && !isNote && first !== 'points possible' && first !== 'student, test';
  });
}

/** By what is in the columns: their names are in any language. */
function moodleTable(text: string, file: string): Listed[] | null {
  const table = readTable(text, (names) => names.length > 1, file);
  if (!table) return null;
  const rows = peopleRows(table);
  const at = (pattern: RegExp) => table.head.findIndex((name) => pattern.test(name.trim()));
  const email = table.head.findIndex(
    (_, i) =>
      rows.some((row) => valueAt(row, i).trim() !== '') &&
      rows.every((row) => valueAt(row, i).trim() === '' || EMAIL.test(valueAt(row, i).trim())),
  );
  const [username, idNumber, full, first, last, groups] = [
    USERNAME,
    ID_NUMBER,
    FULL_NAME,
    FIRST_NAME,
    LAST_NAME,
    GROUPS,
  ].map(at);
  if (full < 0 && (first < 0 || last < 0)) return null;
  if (email < 0 && username < 0 && idNumber < 0) return null;
  return rows.map((row) => {
    const [fullName, lastName, firstName] = [full, last, first].map((column) => valueAt(row, column));
    return listed({
      name: full >= 0 ? fullName : `${lastName}, ${firstName}`,
      ...{ login: valueAt(row, username), email: valueAt(row, email), sisId: valueAt(row, idNumber) },
      section: valueAt(row, groups),
    });
  });
}

/** Null where it is not Classroom 50's. */
function scoresJson(text: string): Listed[] | null {
  if (!/^[\u{feff}\s]*\{/u.test(text)) return null;
  try {
    const scores = JSON.parse(text.replace(/^\u{feff}/u, '')) as {
      schema?: string;
      assignments?: Record<string, { entries: { owner: string; member_usernames?: string[] }[] }>;
    };
    if (scores.schema !== 'classroom50/scores/v1') return null;
    const logins = Object.values(scores.assignments ?? {}).flatMap(({ entries }) =>
      entries.flatMap(({ owner, member_usernames }) => member_usernames ?? [owner]),
    );
    return [...new Map(logins.map((login) => [folded(login), listed({ github: login })])).values()];
  } catch {
    return null;
  }
}

export interface JoinedLists {
  people: Person[];
  /** For each list those whom no other list has, by what they are called. */
  alone: Person[][];
}

/** In the order of the first list; who is in later ones only comes after. */
export function joinLists(lists: Listed[][]): JoinedLists {
  const people: { person: Listed; from: Set<number> }[] = [];
  for (const [from, list] of lists.entries()) {
    // Within one list nobody is joined: two rows are two people.
    const earlier = [...people];
    for (const one of list) {
      const match = matchOf(
        earlier.filter((known) => !known.from.has(from)),
        one,
      );
      if (match) {
        match.person = together(match.person, one);
        match.from.add(from);
      } else people.push({ person: one, from: new Set([from]) });
    }
  }
  const alone = lists.map((_, i) =>
    lists.length < 2
      ? []
      : people.filter(({ from }) => from.size === 1 && from.has(i)).map(({ person }) => settled(person)),
  );
  return { people: people.map(({ person }) => settled(person)), alone };
}

function matchOf<T extends { person: Listed }>(known: T[], one: Listed): T | null {
  const open = known.filter(({ person }) => !contradict(person, one));
  for (const key of IDENTITIES) {
    const found = findName(
      open.map(({ person }) => person[key]),
      one[key],
    );
    if (found) return open[found.index];
  }
  // An identifier of one list is any name of another.
  const isNamed = (name: string | undefined, person: Listed) =>
    Boolean(name) && allNames(person).some((own) => folded(own) === folded(name as string));
  const named = open.filter(({ person }) => isNamed(one.identifier, person) || isNamed(person.identifier, one));
  if (named.length === 1) return named[0];
  const wanted = new Set(ordersOf(one.name).map(folded).filter(Boolean));
  const alike = open.filter(({ person }) => ordersOf(person.name).some((name) => wanted.has(folded(name))));
  return alike.length === 1 ? alike[0] : null;
}

const allNames = (person: Person): string[] => [...IDENTITIES.map((key) => person[key]), ...ordersOf(person.name)];

/** Two with another address or number each are two, whatever they are called. */
function contradict(a: Person, b: Person): boolean {
  return IDENTITIES.some((key) => a[key] !== '' && b[key] !== '' && folded(a[key]) !== folded(b[key]));
}

function together(a: Listed, b: Listed): Listed {
  const keys = ['name', 'section', ...IDENTITIES] as const;
  return {
    ...{ ...b, ...a },
    ...Object.fromEntries(keys.map((key) => [key, a[key] || b[key]])),
    extensions: [...a.extensions, ...b.extensions],
  };
}

/** Where nothing else told what an identifier is, it is taken for what it looks like. */
function settled({ identifier = '', ...person }: Listed): Person {
  const known = allNames(person).map(folded);
  if (identifier === '' || known.includes(folded(identifier))) return person;
  if (EMAIL.test(identifier)) return person.email ? person : { ...person, email: identifier };
  if (/[\s,]/.test(identifier)) return person.name ? person : { ...person, name: identifier };
  return person.login ? person : { ...person, login: identifier };
}
