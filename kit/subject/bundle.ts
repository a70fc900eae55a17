/** A submission's files as one script for the sandbox, or the errors that keep it from being one. */
import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { build, type Message, type Plugin, stop } from 'esbuild';

const TENSORFLOW = /^@tensorflow\/tfjs(-core|-node|-node-gpu)?$/;
const POLICY = 'import-policy';
const MAX_FILE_BYTES = 512 * 1024;

export interface BundleRequest {
  /** The file to start from. */
  entry: string;
  /** Only files below this folder may be imported … */
  within: string;
  /** What paths are told relative to; default: `within`. */
  root?: string;
  /** … besides these, which stand in for files that the submission lacks: path in the submission → file of the kit. */
  given?: Record<string, string>;
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
    const result = await build({
      entryPoints: [request.entry],
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
      plugins: [importPolicy(request)],
    });
    const text = (ending: string) => result.outputFiles.find((file) => file.path.endsWith(ending))?.text ?? '';
    return { code: text('.js'), map: text('.map') };
  } catch (error) {
    const [first] = (error as { errors?: Message[] }).errors ?? [];
    // Without a place, and not of our own policy's making, it is no fault of the submission.
    if (!first || (!first.location && first.pluginName !== POLICY)) throw error;
    return {
      file: first.location?.file ?? relative(root, request.entry),
      line: first.location?.line ?? null,
      message: first.text,
    };
  }
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
  const givenFiles = new Set(Object.values(given));
  return {
    name: POLICY,
    setup(build) {
      build.onResolve({ filter: /.*/ }, ({ path, resolveDir, kind }) => {
        if (kind === 'entry-point') {
          if (!isFile(entry)) return { errors: [{ text: `it is no file, but ${kindOf(entry)}` }] };
          const inside = realpathSync(entry).startsWith(root + sep);
          return inside
            ? { path: entry }
            : { errors: [{ text: 'the file is a link that leads out of the submission' }] };
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
        const file = ['', '.ts', '.js', '.tsx', '.json', '/index.ts'].map((ending) => wanted + ending).find(isFile);
        if (!file) {
          const standIn = Object.entries(given).find(
            ([name]) => join(within, name).replace(/\.ts$/, '') === wanted.replace(/\.ts$/, ''),
          );
          return standIn ? { path: standIn[1] } : { errors: [{ text: `there is no file "${path}"` }] };
        }
        const real = realpathSync(file);
        if (!real.startsWith(root + sep) && !givenFiles.has(file)) {
          return { errors: [{ text: `"${path}" lies outside the submission's exercises/` }] };
        }
        return { path: file };
      });
      build.onLoad({ filter: /.*/ }, ({ path }) => {
        const size = statSync(path).size;
        if (size > MAX_FILE_BYTES) {
          return {
            errors: [{ text: `${relative(shown, path)} has ${size} bytes; a source file may have ${MAX_FILE_BYTES}` }],
          };
        }
        return {
          contents: readFileSync(path, 'utf8'),
          loader: path.endsWith('.json') ? 'json' : 'ts',
          resolveDir: dirname(path),
        };
      });
    },
  };
}

function kindOf(path: string): string {
  const stats = statSync(path);
  if (stats.isDirectory()) return 'a folder';
  if (stats.isFIFO()) return 'a pipe';
  return stats.isSocket() ? 'a socket' : 'a device';
}

const isFile = (path: string) => existsSync(path) && statSync(path).isFile();
