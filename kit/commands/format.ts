import { InputError } from '../course/input-error.ts';
import { refuseUnwritable, writeWhole } from '../files/write-whole.ts';
import { formatNamed, GRADEBOOK_FORMATS, REPORT_FORMATS } from '../report/formats/formats.ts';
import { isGradebook, readGrades, readText } from '../report/read.ts';
import { plain } from '../text/plain.ts';

interface Options {
  as?: string;
  fill?: string;
  out?: string;
}

export async function run(file: string, options: Options): Promise<number> {
  const grades = readGrades(file);
  const { as: name, fill, out } = options;
  const formats = isGradebook(grades) ? GRADEBOOK_FORMATS : REPORT_FORMATS;
  if (!name) throw new InputError(`name the format with --as: ${Object.keys(formats).join(', ')}`);
  if (out) refuseUnwritable(out);
  if (!isGradebook(grades)) {
    refuseOther(name, REPORT_FORMATS, GRADEBOOK_FORMATS, 'a report, but that format is of a gradebook');
    if (fill) throw new InputError(`the format ${name} fills in no file; remove --fill`);
    const { load } = formatNamed(REPORT_FORMATS, name);
    const write = await load();
    give(write(grades), out);
    return 0;
  }
  refuseOther(name, GRADEBOOK_FORMATS, REPORT_FORMATS, 'a gradebook, but that format is of one report');
  const { load, fills } = formatNamed(GRADEBOOK_FORMATS, name);
  if (fills && !fill) throw new InputError(`the format ${name} fills in ${fills}: name it with --fill`);
  if (!fills && fill) throw new InputError(`the format ${name} fills in no file; remove --fill`);
  const write = await load();
  const { text, notes } = write(grades, fill ? readText(fill) : '');
  give(text, out);
  for (const note of notes) process.stderr.write(`kit: ${plain(note)}\n`);
  return 0;
}

function give(text: string, out: string | undefined): void {
  if (out) writeWhole(out, text);
  else process.stdout.write(text);
}

/** A format that there is, but of the other. */
function refuseOther(name: string, ours: object, others: object, problem: string): void {
  if (Object.hasOwn(ours, name) || !Object.hasOwn(others, name)) return;
  throw new InputError(
    `there is no format "${name}" for this file: it is ${problem}; there are ${Object.keys(ours).join(', ')}`,
  );
}
