/** A submission's files as one script for the sandbox, or the errors that keep it from being one. */
import { join, relative } from 'node:path';
import { type BuildOptions, type BuildResult, build, type Message, type Plugin } from 'esbuild';
import { shortened, TEXT_LIMITS } from '../text/shortened.ts';
import { buildInTurn, CannotBeBundled } from './bundler.ts';
import { type BundleRequest, importPolicy, POLICY, TENSORFLOW, withoutNamespace } from './import-policy.ts';
import { asyncScript, moduleBuild, waitsAtTopLevel } from './top-level-await.ts';
import { MARKED_GLOBALS, unavailableIn } from './unavailable.ts';

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
  const found = await bundleOrError(request, root);
  if (!isBundleError(found)) return found;
  const { file, line, message } = found;
  return {
    file: shortened(withoutNamespace(file), TEXT_LIMITS.name),
    line,
    message: shortened(message, TEXT_LIMITS.message),
  };
}

async function bundleOrError(request: BundleRequest, root: string): Promise<Bundle | BundleError> {
  const entry = relative(root, request.entry);
  try {
    const policy = optionsIn(root, [importPolicy(request)]);
    const made = await built({ ...policy, entryPoints: [request.entry], define: MARKED_GLOBALS });
    return unavailableIn(made) ?? made;
  } catch (error) {
    if (error instanceof CannotBeBundled) return { file: entry, line: null, message: error.message };
    const [first] = (error as { errors?: Message[] }).errors ?? [];
    // Without a place, and not of our own policy's making, it is not a fault of the submission.
    if (!first || (!first.location && first.pluginName !== POLICY)) throw error;
    return { file: first.location?.file ?? entry, line: first.location?.line ?? null, message: first.text };
  }
}

async function built(options: BuildOptions): Promise<Bundle> {
  try {
    return ownNames(scriptOf(await buildInTurn(options)));
  } catch (error) {
    if (!waitsAtTopLevel(error)) throw error;
    const { code, map } = ownNames(scriptOf(await buildInTurn(moduleBuild(options, TENSORFLOW))));
    return { code: asyncScript(code), map };
  }
}

/** The map's files by their own paths. */
function ownNames({ code, map }: Bundle): Bundle {
  const { sources, ...rest } = JSON.parse(map) as { sources: string[] };
  return { code, map: JSON.stringify({ ...rest, sources: sources.map(withoutNamespace) }) };
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

export function isBundleError(result: Bundle | BundleError): result is BundleError {
  return 'message' in result;
}
