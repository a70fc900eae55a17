/** The grades of several shards as one gradebook, the same to the byte as one run over the whole class would make. */
import { existsSync, readFileSync } from 'node:fs';
import { InputError } from '../course/input-error.ts';
import type { Gradebook, GradebookEntry } from '../report/gradebook.ts';
import { plain } from '../text/plain.ts';
import { type Correction, readCorrections, uniteCorrections } from './corrections.ts';
import { type JournalRecord, keyOf, readJournal } from './journal.ts';
import { compare } from './layouts.ts';
import { type RunSettings, readSettings, runPaths, type Shard } from './run-folder.ts';
import { isInShard } from './shard.ts';

interface Part {
  folder: string;
  settings: RunSettings & { shard: Shard };
  gradebook: Gradebook;
}

export interface Merged {
  gradebook: Gradebook;
  /** What a run over the whole class would have been. */
  settings: RunSettings;
  /** What it would have left to go on from; null where a shard has lost its journal. */
  records: JournalRecord[] | null;
  /** Of all shards; the gradebook has them already. */
  corrections: Correction[];
}

/** @throws InputError for shards that are missing or unfinished, were judged by other graders or seeds, or contradict each other */
export function mergeShards(folders: string[]): Merged {
  const parts = folders.map(readPart);
  const [first] = parts;
  for (const part of parts.slice(1)) refuseOther(first, part);
  const { count } = first.settings.shard;
  const there = new Set(parts.map(({ settings }) => settings.shard.index));
  const missing = Array.from({ length: count }, (_, i) => i + 1).filter((index) => !there.has(index));
  if (missing.length > 0) {
    throw new InputError(
      `of ${count} shards ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing; give the folders of all`,
    );
  }
  const entries = new Map<string, { entry: GradebookEntry; folder: string }>();
  for (const { folder, gradebook } of parts) {
    for (const entry of gradebook.entries) {
      const other = entries.get(entry.student);
      if (other && JSON.stringify(other.entry) !== JSON.stringify(entry)) {
        throw new InputError(
          `"${plain(entry.student)}" has different results in ${other.folder} and ${folder}; leave the older one out`,
        );
      }
      entries.set(entry.student, { entry, folder });
    }
  }
  const ordered = [...entries.values()].map(({ entry }) => entry).sort((a, b) => compare(a.student, b.student));
  const students = ordered.map(({ student }) => student);
  const settings: RunSettings = { ...first.settings, shard: null, students };
  const corrections = uniteCorrections(folders.map(readCorrections));
  return {
    gradebook: { ...first.gradebook, entries: ordered },
    settings,
    records: recordsOf(parts, settings),
    corrections,
  };
}

/** The fingerprints in a shard's journal are those of the whole class: which shard judged does not enter into them. */
function recordsOf(parts: Part[], settings: RunSettings): JournalRecord[] | null {
  const journals = parts.map(({ folder }) => runPaths(folder).journal);
  if (!journals.every((file) => existsSync(file))) return null;
  const records = journals.flatMap((file) => [...readJournal(file).values()]);
  const byKey = new Map(records.map((record) => [keyOf(record), record]));
  const students = new Set(settings.students);
  const own = [...byKey.values()].filter(({ student }) => students.has(student));
  return own.sort((a, b) => compare(a.student, b.student) || compare(a.submission, b.submission));
}

function readPart(folder: string): Part {
  const settings = readSettings(folder);
  if (!settings) throw new InputError(`"${folder}" has no run.json in it; name the --out folder of a grade-all`);
  const { shard, students } = settings;
  if (!shard) throw new InputError(`"${folder}" is a run over the whole class; there is nothing to merge`);
  if (typeof settings.class !== 'string')
    throw new InputError(`"${folder}" does not say of which class it is a shard; run its grade-all again, then merge`);
  const file = runPaths(folder).gradebook;
  if (!existsSync(file)) throw new InputError(`"${folder}" is not finished: run its grade-all again, then merge`);
  const gradebook = JSON.parse(readFileSync(file, 'utf8')) as Gradebook;
  const graded = gradebook.entries.map(({ student }) => student);
  if (JSON.stringify(graded) !== JSON.stringify([...students].sort(compare))) {
    throw new InputError(`"${folder}" is not finished: run its grade-all again, then merge`);
  }
  const stray = students.find((student) => !isInShard(student, shard));
  if (stray !== undefined)
    throw new InputError(`"${folder}": "${plain(stray)}" is not in shard ${shard.index}/${shard.count}`);
  return { folder, settings: { ...settings, shard }, gradebook };
}

const SAME: [what: string, of: (part: Part) => unknown][] = [
  ['another seed', ({ settings }) => settings.seed],
  ['another version of the graders or the kit', ({ settings }) => settings.graders],
  ['another assignment', ({ settings, gradebook }) => [settings.assignment, gradebook.title, gradebook.maxScore]],
  ['another class (other submissions, or other times or dates given for them)', ({ settings }) => settings.class],
  ['another roster', ({ gradebook }) => gradebook.missing ?? null],
  ['other exercises', ({ settings }) => settings.exercises],
  ['another backend', ({ settings }) => settings.backend],
  ['another --timeout', ({ settings }) => settings.timeout],
  ['another number of shards', ({ settings }) => settings.shard.count],
];

function refuseOther(first: Part, part: Part): void {
  const different = SAME.find(([, of]) => JSON.stringify(of(first)) !== JSON.stringify(of(part)));
  if (different) {
    throw new InputError(
      `"${part.folder}" was graded with ${different[0]} than "${first.folder}"; grade it again like the others`,
    );
  }
}
