/** Grades for Moodle: a table that its gradebook imports, or its own file filled in. */
import { InputError } from '../../course/input-error.ts';
import { type Person, personOf } from '../../roster/roster.ts';
import { folded } from '../../roster/same-name.ts';
import { cell } from '../../text/cell.ts';
import type { Gradebook, GradebookEntry } from '../gradebook.ts';
import { table } from './csv.ts';
import { type FillOptions, note } from './fill-table.ts';
import { type Filled, gradeOf, ungraded } from './grades.ts';
import { fillMoodle } from './moodle-fill.ts';

/** What Moodle lets a user be called. */
const USERNAME = /^[a-z0-9_][a-z0-9_.@-]*$/;
const EMAIL = /^[^\s@=+,;"'-][^\s@,;"]*@[^\s@,;"]+$/;

/** By what the import finds its users, best first: what of the roster, the column's name, and what can be in it. */
const IDENTITIES: [of: 'email' | 'sisId' | 'login', name: string, fits: (value: string) => boolean][] = [
  ['email', 'email', (value) => EMAIL.test(value)],
  ['sisId', 'idnumber', (value) => value !== '' && cell(value) === value],
  ['login', 'username', (value) => USERNAME.test(value.toLowerCase())],
];

/**
 * One unknown user stops Moodle's whole import, so whoever cannot be one is left out and named. A blank would empty the
 * grade that is there, so whoever has none is left out too.
 *
 * @param exported Moodle's own file, to be filled in; empty for a table by user name, or by what the roster knows
 */
export function moodle(gradebook: Gradebook, exported = '', options: FillOptions = {}): Filled {
  if (exported !== '') return fillMoodle(gradebook, exported, options);
  const graded = gradebook.entries.filter((entry) => gradeOf(entry) !== null);
  const [head, userOf] = naming(graded, options);
  const strangers = graded.filter((entry) => userOf(entry) === null).map(({ student }) => student);
  const known = graded.flatMap((entry) => {
    const user = userOf(entry);
    return user === null ? [] : [{ entry, user }];
  });
  const byUser = new Map<string, typeof known>();
  for (const one of known) byUser.set(folded(one.user), [...(byUser.get(folded(one.user)) ?? []), one]);
  const shared = [...byUser.values()].filter((same) => same.length > 1);
  const rows = [...byUser.values()].flatMap(([{ user, entry }, ...others]) =>
    others.length > 0 ? [] : [[user, gradeOf(entry) ?? '']],
  );
  const notes = [
    ...ungraded(gradebook),
    ...note(
      options.roster ? 'left out, since not in the roster' : 'left out, since Moodle has no such user names',
      strangers,
    ),
    ...note(
      'left out, since they are one user to Moodle',
      shared.map((same) => same.map(({ entry }) => entry.student).join(' and ')),
    ),
  ];
  return {
    text: table([[head, options.column ?? (cell(gradebook.title) || 'grade')], ...rows]),
    notes,
    joined: { wanted: graded.length, found: rows.length, place: 'Moodle' },
  };
}

/** The column of the users, and whom of them an entry is. */
function naming(
  entries: GradebookEntry[],
  { roster }: FillOptions,
): [head: string, userOf: (entry: GradebookEntry) => string | null] {
  if (!roster)
    return ['username', ({ student }) => (USERNAME.test(student.toLowerCase()) ? student.toLowerCase() : null)];
  const people = new Map(entries.map((entry): [GradebookEntry, Person | null] => [entry, personOf(roster, entry)]));
  const fitting = IDENTITIES.map(
    ([of, , fits]) => [...people.values()].filter((person) => person && fits(person[of])).length,
  );
  const most = Math.max(...fitting);
  if (most === 0 && entries.length > 0)
    throw new InputError(
      'the roster has no e-mail address, SIS id or login of anyone here; Moodle finds users by one of them',
    );
  const [of, name, fits] = IDENTITIES[fitting.indexOf(most)];
  return [
    name,
    (entry) => {
      const value = people.get(entry)?.[of] ?? '';
      if (!fits(value)) return null;
      return of === 'login' ? value.toLowerCase() : value;
    },
  ];
}
