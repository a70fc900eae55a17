import { existsSync, mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { correctGradebook, readCorrections, uniteCorrections, writeCorrections } from '../class/corrections.ts';
import { journalText } from '../class/journal.ts';
import { lockFolder } from '../class/lock.ts';
import { gradebookText } from '../class/make-gradebook.ts';
import { mergeShards } from '../class/merge.ts';
import {
  type RunSettings,
  readSettings,
  refuseOtherRun,
  runPaths,
  setGradebookAside,
  writeSettings,
} from '../class/run-folder.ts';
import { InputError } from '../course/input-error.ts';
import { writeWhole } from '../files/write-whole.ts';
import { isGradebook, readGrades } from '../report/read.ts';
import { writeResults } from './grade-all.ts';
import { classSummary } from './summary-lines.ts';

interface Options {
  out?: string;
  json?: boolean;
}

export async function run(folders: string[], options: Options): Promise<number> {
  const { out } = options;
  if (out === undefined) throw new InputError('--out is missing: name the folder for the gradebook of all shards');
  const same = folders.find((folder) => resolve(folder) === resolve(out));
  if (same) throw new InputError(`--out "${out}" is one of the shards; name another folder`);
  const { gradebook: merged, settings, records, corrections: theirs } = mergeShards(folders);
  mkdirSync(out, { recursive: true, mode: 0o700 });
  const unlock = lockFolder(out);
  let gradebook = merged;
  try {
    const earlier = readSettings(out) ?? withoutSettings(out, settings);
    refuseOtherRun(out, earlier, { ...settings, everybody: settings.students });
    // What was corrected in the folder after an earlier merge is kept, too.
    const corrections = uniteCorrections([readCorrections(out), theirs]);
    gradebook = correctGradebook(merged, corrections);
    setGradebookAside(out);
    if (corrections.length > 0) writeCorrections(out, corrections);
    if (records) {
      writeWhole(runPaths(out).journal, journalText(records), { isPrivate: true });
      writeSettings(out, settings);
    }
    writeResults(out, gradebook);
  } finally {
    unlock();
  }
  const facts = `${folders.length} shards merged`;
  process.stdout.write(
    options.json ? gradebookText(gradebook) : classSummary(gradebook, { facts, file: runPaths(out).gradebook }),
  );
  return 0;
}

/** What a gradebook itself tells of what it is: shards that have lost their journals are merged to a gradebook alone. */
function withoutSettings(out: string, now: RunSettings): RunSettings | null {
  const file = runPaths(out).gradebook;
  if (!existsSync(file)) return null;
  const grades = readGrades(file);
  if (!isGradebook(grades)) throw new InputError(`${file} is not a gradebook; name another --out`);
  return { ...now, assignment: grades.assignment, students: grades.entries.map(({ student }) => student) };
}
