import { readFileSync } from 'node:fs';
import { InputError } from '../course/input-error.ts';
import { refuseUnwritable, writeWhole } from '../files/write-whole.ts';
import { formatNamed, GRADEBOOK_FORMATS, type GradebookFormat, REPORT_FORMATS } from '../report/formats/formats.ts';
import { visibilityRules } from '../report/formats/visibility.ts';
import type { Gradebook } from '../report/gradebook.ts';
import { isGradebook, readGrades } from '../report/read.ts';
import type { Report } from '../report/report.ts';
import { readTextFile, type TextFile } from '../roster/text-file.ts';
import { plain } from '../text/plain.ts';
import { rosterIn } from './roster-file.ts';

interface Options {
  as?: string;
  fill?: string;
  roster?: string;
  column?: string;
  overwrite?: boolean;
  visibility?: string[];
  out?: string;
}

export async function run(file: string, options: Options): Promise<number> {
  const grades = readGrades(file);
  const { as: name, out } = options;
  const formats = isGradebook(grades) ? GRADEBOOK_FORMATS : REPORT_FORMATS;
  if (!name) throw new InputError(`name the format with --as: ${Object.keys(formats).join(', ')}`);
  if (out) refuseUnwritable(out);
  if (isGradebook(grades)) await formatGradebook(grades, name, options);
  else await formatReport(grades, name, options);
  return 0;
}

async function formatReport(report: Report, name: string, { fill, out, visibility }: Options): Promise<void> {
  refuseOther(name, REPORT_FORMATS, GRADEBOOK_FORMATS, 'a report, but that format is of a gradebook');
  if (fill) throw new InputError(`the format ${name} fills in no file; remove --fill`);
  if (visibility && name !== 'gradescope')
    throw new InputError(`the format ${name} knows no visibility; remove --visibility`);
  const { load } = formatNamed(REPORT_FORMATS, name);
  const write = await load({ visibility: visibilityRules(visibility ?? []) });
  // Whole reports show hidden cases and the seed.
  give(write(report), out, name === 'json');
}

async function formatGradebook(gradebook: Gradebook, name: string, options: Options): Promise<void> {
  const { fill, roster: file, column, overwrite, out } = options;
  refuseOther(name, GRADEBOOK_FORMATS, REPORT_FORMATS, 'a gradebook, but that format is of one report');
  if (options.visibility) throw new InputError('--visibility is for one report as gradescope; remove it');
  const format = formatNamed(GRADEBOOK_FORMATS, name);
  refuseFill(name, format, options);
  const write = await format.load();
  const roster = file === undefined ? undefined : rosterIn(file);
  const source = fill === undefined ? undefined : readForeign(fill);
  const { text, notes, joined } = write(gradebook, source?.text ?? '', { roster, column, overwrite });
  if (joined && joined.wanted > 0 && joined.found === 0) throw nobody(joined, roster !== undefined);
  give(source ? source.encode(text) : text, out, true);
  for (const note of notes) process.stderr.write(`kit: ${plain(note)}\n`);
}

function refuseFill(
  name: string,
  { fills, fillsIfGiven }: GradebookFormat,
  { fill, column, overwrite }: Options,
): void {
  if (fills && !fillsIfGiven && !fill)
    throw new InputError(`the format ${name} fills in ${fills}: name it with --fill`);
  if (!fills && fill) throw new InputError(`the format ${name} fills in no file; remove --fill`);
  const [stray] = fills ? [] : [column !== undefined && '--column', overwrite && '--overwrite'].filter(Boolean);
  if (stray) throw new InputError(`the format ${name} fills in no file; remove ${stray}`);
}

/** A file without anybody's grade in it would pass for one that is done. */
function nobody({ wanted, place }: { wanted: number; place: string }, hasRoster: boolean): InputError {
  const who = wanted === 1 ? 'the one student with a grade is not' : `none of the ${wanted} students with a grade is`;
  return new InputError(
    hasRoster
      ? `${who} in ${place} by what the roster says; is it the file of this class?`
      : `${who} in ${place} under the name in the gradebook; say who is who with --roster (kit roster makes one), or name the platform's own file with --fill`,
  );
}

function readForeign(file: string): TextFile {
  try {
    return readTextFile(readFileSync(file));
  } catch (error) {
    throw new InputError(`${file} cannot be read: ${(error as Error).message}`);
  }
}

function give(text: string | Uint8Array, out: string | undefined, isPrivate: boolean): void {
  if (out) writeWhole(out, text, { isPrivate });
  else process.stdout.write(text);
}

/** A format that there is, but of the other. */
function refuseOther(name: string, ours: object, others: object, problem: string): void {
  if (Object.hasOwn(ours, name) || !Object.hasOwn(others, name)) return;
  throw new InputError(
    `there is no format "${name}" for this file: it is ${problem}; there are ${Object.keys(ours).join(', ')}`,
  );
}
