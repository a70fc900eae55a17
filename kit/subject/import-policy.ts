/**
 * What a submission may import: TensorFlow.js under its usual names, its own files, and what it is given. All of it is
 * read here. esbuild gets text alone, and no folder to look in: it would follow a source map, or an import whose name is
 * put together (`import('../' + x)`), to wherever that leads.
 */
import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, relative, resolve, sep } from 'node:path';
import type { OnLoadResult, OnResolveArgs, OnResolveResult, Plugin } from 'esbuild';
import { type Given, givenAt, withoutEnding } from '../course/given.ts';
import { shortened } from '../text/shortened.ts';
import { SOURCE_LIMITS, TEXT_LIMITS } from '../wire/source-limits.ts';
import { findFile } from './find-file.ts';
import { madeUpImport } from './made-up-import.ts';
import { misshapen } from './source-shape.ts';
import { loaderOf, NotText, textOf } from './source-text.ts';

export const TENSORFLOW = /^@tensorflow\/tfjs(-core|-node|-node-gpu)?$/;
export const POLICY = 'import-policy';
/** Where a source map says that a file was given: `given:tape.ts`. */
export const GIVEN = 'given';
/** Of the submission's own files, which esbuild knows by their paths below its root. */
const OWN = 'own';

export interface BundleRequest {
  /** The file to start from. */
  entry: string;
  /** Only files below this folder may be imported … */
  within: string;
  /** What paths are told relative to; default: `within`. */
  root?: string;
  /** … but for these, which are the kit's, whatever the submission has there. */
  given?: Given;
}

/** A file's path as people know it, of the name that it has in the bundler. */
export const withoutNamespace = (file: string): string => (file.startsWith(`${OWN}:`) ? file.slice(4) : file);

/** Links that lead elsewhere are elsewhere. */
export function importPolicy({ entry, within, root: shown = within, given = {} }: BundleRequest): Plugin {
  const root = realpathSync(within);
  const absolute = (path: string) => resolve(shown, path);
  const owned = (file: string) => ({ path: relative(shown, file).split(sep).join('/'), namespace: OWN });
  const budget = { files: SOURCE_LIMITS.files, bytes: SOURCE_LIMITS.totalBytes as number, imports: 0 };

  function resolved({ path, importer, kind, namespace }: OnResolveArgs): OnResolveResult {
    if (kind === 'entry-point') {
      if (!isFile(entry)) return refused(`it is ${kindOf(entry)}, not a file`);
      const inside = realpathSync(entry).startsWith(root + sep);
      return inside ? owned(entry) : refused('the file is a link to a place outside the submission');
    }
    if (TENSORFLOW.test(path)) return { path, external: true };
    // Each error carries its line: a few say enough, and thousands of long ones would fill the memory.
    if (++budget.imports > SOURCE_LIMITS.imports) {
      if (budget.imports > SOURCE_LIMITS.imports + 1) return { path: 'left-out', external: true };
      return refused(`there are more than ${SOURCE_LIMITS.imports} imports`);
    }
    if (!path.startsWith('.')) {
      return refused(
        `${quoted(path)} may not be imported here; only @tensorflow/tfjs and your own files below exercises/`,
      );
    }
    const from = namespace === GIVEN ? given[importer] : absolute(importer);
    const wanted = resolve(dirname(from), path);
    const isGiven = namespace === GIVEN ? givenBy(wanted, given) : givenAt(wanted, within, given);
    if (isGiven) return { path: isGiven, namespace: GIVEN };
    if (namespace === GIVEN) return refused(`${quoted(path)} is not given`);
    const file = findFile(wanted, within);
    if (!file) return refused(`there is no file ${quoted(path)}`);
    if (!realpathSync(file).startsWith(root + sep)) {
      return refused(`${quoted(path)} is outside the exercises/ folder of the submission`);
    }
    return owned(file);
  }

  async function loaded(path: string): Promise<OnLoadResult> {
    /** An error that lies in this file, wherever it is imported. */
    const refusedAt = (line: number, text: string) => ({ errors: [{ text, location: { file: path, line } }] });
    const file = absolute(path);
    const { size } = statSync(file);
    if (size > SOURCE_LIMITS.fileBytes) {
      return refusedAt(
        1,
        `it has ${size} bytes; a source file may have ${SOURCE_LIMITS.fileBytes}. Take out what is not code (data, output)`,
      );
    }
    budget.files--;
    budget.bytes -= size;
    if (budget.files < 0) return refusedAt(1, `more than ${SOURCE_LIMITS.files} files are imported`);
    if (budget.bytes < 0) return refusedAt(1, `the files have more than ${SOURCE_LIMITS.totalBytes} bytes together`);
    const text = textOrProblem(file);
    if (typeof text !== 'string') return refusedAt(1, text.problem);
    const shape = misshapen(text);
    if (shape) return refusedAt(shape.line, shape.message);
    const loader = loaderOf(path);
    const made = await madeUpImport(text, loader);
    if (made) return refusedAt(made.line, made.message);
    return { contents: withoutSourceMap(text), loader };
  }

  return {
    name: POLICY,
    setup(build) {
      build.onResolve({ filter: /.*/ }, (args) => plainly(async () => resolved(args)));
      build.onLoad({ filter: /.*/, namespace: GIVEN }, ({ path }) => ({
        contents: readFileSync(given[path], 'utf8'),
        loader: 'ts',
      }));
      build.onLoad({ filter: /.*/, namespace: OWN }, ({ path }) => plainly(() => loaded(path)));
      // What esbuild found by itself, if it ever does.
      build.onLoad({ filter: /.*/ }, () => refused('a file is imported that is not known to be yours'));
    },
  };
}

const refused = (text: string) => ({ errors: [{ text }] });
const quoted = (path: string) => `"${shortened(path, TEXT_LIMITS.name)}"`;

/** The system's own words name places of this machine. */
async function plainly<T>(work: () => Promise<T>): Promise<T | ReturnType<typeof refused>> {
  try {
    return await work();
  } catch (error) {
    return refused(`it cannot be read (${(error as NodeJS.ErrnoException).code ?? (error as Error).name})`);
  }
}

function textOrProblem(file: string): string | { problem: string } {
  try {
    return textOf(file);
  } catch (error) {
    if (error instanceof NotText) return { problem: error.message };
    throw error;
  }
}

/**
 * Of its length, so that columns stay. It need not be known where a comment is, nor which of its spellings the bundler
 * obeys: the word has no other use.
 */
const withoutSourceMap = (text: string) => text.replace(/sourceMappingURL/gi, 'sourceMapLeftOut');

/** What one given file imports of the others. */
function givenBy(file: string, given: Given): string | undefined {
  return Object.keys(given).find((path) => withoutEnding(given[path]) === withoutEnding(file));
}

function kindOf(path: string): string {
  const stats = statSync(path);
  if (stats.isDirectory()) return 'a folder';
  if (stats.isFIFO()) return 'a pipe';
  return stats.isSocket() ? 'a socket' : 'a device';
}

const isFile = (path: string) => existsSync(path) && statSync(path).isFile();
