import { resolve } from 'node:path';
import { journalText } from '../class/journal.ts';
import { gradebookText } from '../class/make-gradebook.ts';
import { mergeShards } from '../class/merge.ts';
import { runPaths, writeSettings } from '../class/run-folder.ts';
import { InputError } from '../course/input-error.ts';
import { writeWhole } from '../files/write-whole.ts';
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
  const { gradebook, run } = mergeShards(folders);
  if (run) {
    writeWhole(runPaths(out).journal, journalText(run.records));
    writeSettings(out, run.settings);
  }
  writeResults(out, gradebook);
  const facts = `${folders.length} shards merged`;
  process.stdout.write(
    options.json ? gradebookText(gradebook) : classSummary(gradebook, { facts, file: runPaths(out).gradebook }),
  );
  return 0;
}
