import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import { InputError } from '../course/input-error.ts';
import { refuseUnwritable, writeWhole } from '../files/write-whole.ts';
import { joinLists, peopleIn } from '../roster/from-exports.ts';
import { labelOf, type Person, parseRoster, ROSTER_COLUMNS } from '../roster/roster.ts';
import { readTextFile } from '../roster/text-file.ts';
import { cell } from '../text/cell.ts';
import { plain } from '../text/plain.ts';

interface Options {
  out?: string;
}

export async function run(files: string[], { out }: Options): Promise<number> {
  // A roster that is there may have extensions in it that nobody else knows.
  if (out && existsSync(out) && !files.some((file) => resolve(file) === resolve(out)))
    throw new InputError(`${out} is there already; name it first among the files to add to it, or name another --out`);
  if (out) refuseUnwritable(out);
  const lists = files.map((file) => peopleIn(textOf(file), file));
  const { people, alone } = joinLists(lists);
  const text = csvOf(people);
  // What could not be read again is refused now, and not when grades are due.
  parseRoster(text, 'the roster');
  if (out) writeWhole(out, text, { isPrivate: true });
  else process.stdout.write(text);
  say(`${people.length} ${people.length === 1 ? 'person' : 'people'} in the roster.`);
  for (const [i, some] of alone.entries()) sayWho(`Only in ${files[i]}, so not joined with anyone`, some);
  sayWho('Without a GitHub login', people.some(({ github }) => github) ? people.filter(({ github }) => !github) : []);
  return 0;
}

function csvOf(people: Person[]): string {
  const rows = people.map((person) =>
    ROSTER_COLUMNS.map(([key]) => {
      if (key !== 'extensions') return cell(person[key]);
      return person.extensions.map(({ assignment, due }) => (assignment ? `${assignment}=${due}` : due)).join(' ');
    }),
  );
  return stringify([ROSTER_COLUMNS.map(([, name]) => name), ...rows], { record_delimiter: 'unix' });
}

function textOf(file: string): string {
  try {
    return readTextFile(readFileSync(file)).text;
  } catch (error) {
    throw new InputError(`${file} cannot be read: ${(error as Error).message}`);
  }
}

function sayWho(what: string, people: Person[]): void {
  if (people.length > 0) say(`${what}: ${people.map((person) => plain(labelOf(person))).join('; ')}`);
}

function say(text: string): void {
  process.stderr.write(`kit: ${text}\n`);
}
