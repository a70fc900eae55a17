/** Bundles the command line, the kernel host and the sandbox's runtime into dist/. Run by `npm ci` (prepare). */
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const dist = join(root, 'dist');
// Beside it until it is whole, so that a build that is stopped, or two at once, leave no half of one.
const building = join(root, `dist.${process.pid}.tmp`);
const require = createRequire(import.meta.url);

export async function buildKit() {
  mkdirSync(building, { recursive: true });
  const common = { bundle: true, platform: 'node', target: 'node20.19', logLevel: 'warning', absWorkingDir: root };
  await Promise.all([
    // Commands load what they use when they use it, so a quick verb starts quickly.
    build({
      ...common,
      entryPoints: { kit: 'kit/main.ts', worker: 'kit/worker/main.ts', vitest: 'kit/vitest/describe-exercise.ts' },
      outdir: building,
      format: 'esm',
      splitting: true,
      chunkNames: 'chunks/[name]-[hash]',
      // One file of a package's code is read faster than its fifty; esbuild has a binary beside it.
      // Vitest is the one that runs the student's tests.
      external: ['esbuild', 'vitest'],
      banner: {
        js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);",
      },
      minifySyntax: true,
      define: { KIT_BUILD: JSON.stringify(hashOfSources()) },
    }),
    build({
      ...common,
      entryPoints: { host: 'kit/host/main.ts' },
      // tfjs-backend-cpu says that importing it has no effect, though it registers the backend.
      ignoreAnnotations: true,
      outdir: building,
      format: 'cjs',
      outExtension: { '.js': '.cjs' },
    }),
    build({
      ...common,
      entryPoints: { sandbox: 'kit/sandbox/runtime.ts' },
      outdir: building,
      format: 'cjs',
      outExtension: { '.js': '.cjs' },
      minifySyntax: true,
      minifyWhitespace: true,
    }),
  ]);
  const wasm = dirname(require.resolve('@tensorflow/tfjs-backend-wasm'));
  for (const name of ['tfjs-backend-wasm.wasm', 'tfjs-backend-wasm-simd.wasm'])
    cpSync(join(wasm, name), join(building, name));
  writeFileSync(join(building, 'built'), '');
  rmSync(dist, { recursive: true, force: true });
  try {
    renameSync(building, dist);
  } catch (error) {
    // Another build of the same sources was quicker.
    if (!existsSync(join(dist, 'built'))) throw error;
    rmSync(building, { recursive: true, force: true });
  }
}

/** Of all that the bundles are made from. */
function hashOfSources() {
  const files = readdirSync(join(root, 'kit'), { recursive: true })
    .filter((file) => /(?<!\.test)\.(ts|json)$/.test(file))
    .map((file) => join('kit', file))
    .sort();
  const hash = createHash('sha256');
  for (const file of [...files, 'package-lock.json', 'scripts/build.js'])
    hash
      .update(`${file}\n`)
      .update(readFileSync(join(root, file)))
      .update('\n');
  return hash.digest('hex').slice(0, 16);
}

/** npm links the commands of dependencies, but not a package's own; with this `npx kit` works in a clone at once. */
function linkCommand() {
  const link = join(root, 'node_modules/.bin/kit');
  if (process.platform === 'win32' || !existsSync(dirname(link))) return;
  rmSync(link, { force: true });
  symlinkSync('../../bin/kit.js', link);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await buildKit();
  linkCommand();
}
