/**
 * The specs of a course's exercises. Each YAML is parsed once for each change of it: what came out is kept beside the
 * course for the commands after, and the parser is loaded only where a file has changed.
 */
import { createHash } from 'node:crypto';
import { realpathSync, type Stats, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { BUILD } from './build-id.ts';
import { cacheFile, readCache, writeCache } from './cache-file.ts';
import type { ExerciseSpec } from './exercise.ts';
import { InputError } from './input-error.ts';

/** A file that was written more recently than this may change again while its size and time stay the same. */
const SETTLED_MS = 2000;

interface Entry {
  /** What the file looked like, so that a change shows without reading it. */
  stamp: string;
  after: string[];
  /** Parsed when it is asked for: a command reads one exercise of many. */
  json: string;
}

export class Specs {
  readonly #read = new Map<string, ExerciseSpec>();
  readonly #unreadable = new Map<string, unknown>();

  private constructor(readonly entries: Map<string, Entry>) {}

  /**
   * The specs as they are now; what changes later is not seen.
   *
   * @param graders the folder that has `<id>.yaml`
   * @param build of the kit, on which the parsed form depends; undefined: nothing is kept
   */
  static async load(graders: string, ids: string[], build = BUILD): Promise<Specs> {
    if (ids.length === 0) return new Specs(new Map());
    // Courses that share their graders by a link share what is kept.
    const real = realpathSync(graders);
    const file = build === undefined ? undefined : cacheFile(dirname(real), 'specs');
    const seal = `${build} ${real}`;
    const kept = entriesOf(readCache(file), seal);
    const specs = new Specs(new Map());
    const changed: string[] = [];
    for (const id of ids) {
      const stats = statSync(yamlOf(graders, id), { throwIfNoEntry: false });
      const entry = kept.get(id);
      if (entry && stats && entry.stamp === stampOf(stats)) specs.entries.set(id, entry);
      else changed.push(id);
    }
    if (changed.length > 0) await specs.#parse(graders, changed);
    if (changed.some((id) => specs.entries.has(id)) || kept.size > specs.entries.size)
      writeCache(file, textOf(specs.entries, seal));
    return specs;
  }

  /** @throws InputError if the file is wrong, naming file and line */
  of(id: string): ExerciseSpec {
    const read = this.#read.get(id);
    if (read) return read;
    if (this.#unreadable.has(id)) throw this.#unreadable.get(id);
    const entry = this.entries.get(id);
    if (!entry) throw new InputError(`there is no exercise "${id}"; see \`kit list\``);
    const spec = JSON.parse(entry.json) as ExerciseSpec;
    this.#read.set(id, spec);
    return spec;
  }

  /** The exercises that come before this one; none where its file is wrong. */
  after(id: string): string[] {
    return this.entries.get(id)?.after ?? this.#read.get(id)?.after ?? [];
  }

  async #parse(graders: string, ids: string[]): Promise<void> {
    const { readExerciseSpec } = await import('./exercise.ts');
    for (const id of ids) {
      try {
        const file = yamlOf(graders, id);
        const stats = statSync(file);
        const spec = readExerciseSpec(file);
        this.#read.set(id, spec);
        const json = JSON.stringify(spec);
        // JSON has no infinity, which YAML has.
        if (!isSettled(stats) || !isDeepStrictEqual(JSON.parse(json), spec)) continue;
        this.entries.set(id, { stamp: stampOf(stats), after: spec.after ?? [], json });
      } catch (error) {
        this.#unreadable.set(id, error);
      }
    }
  }
}

const yamlOf = (graders: string, id: string) => join(graders, `${id}.yaml`);

/** The time of the change too, since tools that copy files set the other one. */
const stampOf = ({ mtimeMs, ctimeMs, size, ino }: Stats) => `${mtimeMs} ${ctimeMs} ${size} ${ino}`;

const isSettled = ({ mtimeMs }: Stats) => Date.now() - mtimeMs > SETTLED_MS;

/** A line for each exercise, below a hash of them all: one that is damaged, of another build or course, counts as none. */
function textOf(entries: Map<string, Entry>, seal: string): string {
  const lines = [...entries].map(([id, { stamp, after, json }]) => [id, stamp, JSON.stringify(after), json].join('\t'));
  const body = lines.join('\n');
  return `${hashOf(seal, body)}\n${body}`;
}

function entriesOf(text: string | undefined, seal: string): Map<string, Entry> {
  if (text === undefined) return new Map();
  const end = text.indexOf('\n');
  const body = text.slice(end + 1);
  if (body === '' || text.slice(0, end) !== hashOf(seal, body)) return new Map();
  const lines = body.split('\n').map((line) => line.split('\t'));
  return new Map(lines.map(([id, stamp, after, json]) => [id, { stamp, after: JSON.parse(after), json }]));
}

const hashOf = (seal: string, body: string) => createHash('sha1').update(seal).update('\n').update(body).digest('hex');
