/**
 * The engine as students get it: the built command line, host, sandbox and vitest entry as one npm package.
 * Nothing of the course's secret part is near it: dist/ is built from kit/ alone.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../course/course.ts';
import type { Given } from '../course/given.ts';
import type { LockedPackage } from './lockfile.ts';
import { tarball } from './tarball.ts';

/** What the bundles leave to be installed: esbuild has a binary. */
const INSTALLED = ['esbuild'];

export interface EnginePackage {
  name: string;
  version: string;
  /** `vendor/attention-kit-0.1.0.tgz` */
  path: string;
  bytes: Buffer;
  /** For the lockfile. */
  locked: LockedPackage;
}

interface KitManifest {
  name: string;
  version: string;
  description: string;
  license: string;
  engines: Record<string, string>;
  bin: Record<string, string>;
}

/**
 * @param versions exact ones, by package
 * @param given what the assignment's exercises are given
 */
export function enginePackage(versions: (name: string) => string, given: Given): EnginePackage {
  const kit = JSON.parse(readFileSync(join(PACKAGE_ROOT, 'package.json'), 'utf8')) as KitManifest;
  const { name, version, description, license, engines, bin } = kit;
  const dependencies = Object.fromEntries(INSTALLED.map((dependency) => [dependency, versions(dependency)]));
  const peers = {
    peerDependencies: { vitest: '*' },
    peerDependenciesMeta: { vitest: { optional: true } },
  };
  const manifest = {
    ...{ name, version, description, license, type: 'module', engines, bin },
    exports: {
      './vitest': { types: './dist/vitest.d.ts', default: './dist/vitest.js' },
      './package.json': './package.json',
    },
    ...{ dependencies, ...peers },
  };
  const files = new Map<string, string | Uint8Array>();
  const add = (path: string, content: string | Uint8Array) => files.set(`package/${path}`, content);
  add('package.json', `${JSON.stringify(manifest, null, 2)}\n`);
  for (const path of ['LICENSE', 'bin/kit.js', ...filesBelow('dist')])
    add(path, readFileSync(join(PACKAGE_ROOT, path)));
  for (const [path, file] of Object.entries(given)) add(`exercises/${path}`, readFileSync(file));
  add('dist/vitest.d.ts', VITEST_TYPES);
  const bytes = tarball(files);
  const path = `vendor/${name}-${version}.tgz`;
  const integrity = `sha512-${createHash('sha512').update(bytes).digest('base64')}`;
  const locked = { version, resolved: `file:${path}`, integrity, license, dependencies, bin, engines, ...peers };
  return { name, version, path, bytes, locked };
}

const VITEST_TYPES = `/** A describe for the exercise and a test for each of its public checks, judged as \`kit run\` does. */
export declare function describeExercise(id: string): void;
`;

function filesBelow(folder: string): string[] {
  return readdirSync(join(PACKAGE_ROOT, folder), { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesBelow(`${folder}/${entry.name}`) : [`${folder}/${entry.name}`],
  );
}
