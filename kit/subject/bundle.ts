/** A submission's files as one script for the sandbox, or the errors that keep it from being one. */
import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { type BuildOptions, type BuildResult, build, type Message, type Plugin, stop } from 'esbuild';
import { type Given, givenAt, withoutEnding } from '../course/given.ts';
import { findFile } from './find-file.ts';
import { loaderOf, NotText, textOf } from './source-text.ts';
import { asyncScript, moduleBuild, waitsAtTopLevel } from './top-level-await.ts';
import { MARKED_GLOBALS, unavailableIn } from './unavailable.ts';

export const TENSORFLOW = /^@tensorflow\/tfjs(-core|-node|-node-gpu)?$/;
const POLICY = 'import-policy';
/** Where a source map says that a file was given: `given:tape.ts`. */
export const GIVEN = 'given';
const MAX_FILE_BYTES = 512 * 1024;

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

export interface Bundle {
  code: string;
  /** Source map as JSON, to name the learner's own lines in errors. */
  map: string;
}

/** Something in the submission that keeps it from being run. */
export interface BundleError {
  file: string;
  line: number | null;
  message: string;
}

export async function bundle(request: BundleRequest): Promise<Bundle | BundleError> {
  const { root = request.within } = request;
  try {
    const policy = optionsIn(root, [importPolicy(request)]);
    const made = await built({ ...policy, entryPoints: [request.entry], define: MARKED_GLOBALS });
    return unavailableIn(made) ?? made;
  } catch (error) {
    const [first] = (error as { errors?: Message[] }).errors ?? [];
    // Without a place, and not of our own policy's making, it is not a fault of the submission.
    if (!first || (!first.location && first.pluginName !== POLICY)) throw error;
    return {
      file: first.location?.file ?? relative(root, request.entry),
      line: first.location?.line ?? null,
      message: first.text,
    };
  }
}

async function built(options: BuildOptions): Promise<Bundle> {
  try {
    return scriptOf(await build(options));
  } catch (error) {
    if (!waitsAtTopLevel(error)) throw error;
    const { code, map } = scriptOf(await build(moduleBuild(options, TENSORFLOW)));
    return { code: asyncScript(code), map };
  }
}

/** The course's own modules as one script, from an entry that is not a file. @throws where they cannot be bundled */
export async function bundleText(
  entry: string,
  { root, plugins }: { root: string; plugins: Plugin[] },
): Promise<Bundle> {
  const tensorflow: Plugin = {
    name: 'tensorflow',
    setup: ({ onResolve }) => onResolve({ filter: TENSORFLOW }, ({ path }) => ({ path, external: true })),
  };
  const stdin = { contents: entry, resolveDir: root, loader: 'ts' as const };
  return scriptOf(await build({ ...optionsIn(root, [...plugins, tensorflow]), stdin }));
}

function optionsIn(root: string, plugins: Plugin[]) {
  return {
    bundle: true,
    write: false,
    outfile: join(root, 'submission.js'),
    format: 'cjs',
    platform: 'neutral',
    target: 'node20',
    charset: 'utf8',
    sourcemap: 'external',
    sourcesContent: false,
    logLevel: 'silent',
    keepNames: true,
    tsconfigRaw: '{}',
    absWorkingDir: root,
    plugins,
  } as const satisfies BuildOptions;
}

function scriptOf({ outputFiles = [] }: BuildResult): Bundle {
  const text = (ending: string) => outputFiles.find((file) => file.path.endsWith(ending))?.text ?? '';
  return { code: text('.js'), map: text('.map') };
}

/** Ends the process that bundles: one that is left alone in the middle of it complains on the terminal. */
export function stopBundling(): void {
  void stop();
}

export function isBundleError(result: Bundle | BundleError): result is BundleError {
  return 'message' in result;
}

/** TensorFlow.js under its usual names, and the submission's own files. Links that lead elsewhere are elsewhere. */
function importPolicy({ entry, within, root: shown = within, given = {} }: BundleRequest): Plugin {
  const root = realpathSync(within);
  /** An error that lies in this file, wherever it is imported. */
  const inFile = (path: string, text: string) => ({
    errors: [{ text, location: { file: relative(shown, path), line: 1 } }],
  });
  return {
    name: POLICY,
    setup(build) {
      build.onResolve({ filter: /.*/ }, ({ path, resolveDir, kind, namespace }) => {
        if (kind === 'entry-point') {
          if (!isFile(entry)) return { errors: [{ text: `it is ${kindOf(entry)}, not a file` }] };
          const inside = realpathSync(entry).startsWith(root + sep);
          return inside
            ? { path: entry }
            : { errors: [{ text: 'the file is a link to a place outside the submission' }] };
        }
        if (TENSORFLOW.test(path)) return { path, external: true };
        if (!path.startsWith('.')) {
          return {
            errors: [
              { text: `"${path}" may not be imported here; only @tensorflow/tfjs and your own files below exercises/` },
            ],
          };
        }
        const wanted = resolve(resolveDir, path);
        const isGiven = namespace === GIVEN ? givenBy(wanted, given) : givenAt(wanted, within, given);
        if (isGiven) return { path: isGiven, namespace: GIVEN };
        if (namespace === GIVEN) return { errors: [{ text: `"${path}" is not given` }] };
        const file = findFile(wanted, within);
        if (!file) return { errors: [{ text: `there is no file "${path}"` }] };
        const real = realpathSync(file);
        if (!real.startsWith(root + sep)) {
          return { errors: [{ text: `"${path}" is outside the exercises/ folder of the submission` }] };
        }
        return { path: file };
      });
      build.onLoad({ filter: /.*/, namespace: GIVEN }, ({ path }) => ({
        contents: readFileSync(given[path], 'utf8'),
        loader: 'ts',
        resolveDir: dirname(given[path]),
      }));
      build.onLoad({ filter: /.*/ }, ({ path }) => {
        const { size } = statSync(path);
        if (size > MAX_FILE_BYTES) {
          const text = `it has ${size} bytes; a source file may have ${MAX_FILE_BYTES}. Take out what is not code (data, output)`;
          return inFile(path, text);
        }
        try {
          return { contents: textOf(path), loader: loaderOf(path), resolveDir: dirname(path) };
        } catch (error) {
          if (!(error instanceof NotText)) throw error;
          return inFile(path, error.message);
        }
      });
    },
  };
}

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
