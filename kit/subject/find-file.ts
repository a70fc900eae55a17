/** The file that an import leads to, found as tsc finds it (moduleResolution: bundler). */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';

/** An ending that is written names the file that is compiled to it. */
const COMPILED: Record<string, string[]> = {
  '.js': ['.ts', '.tsx'],
  '.jsx': ['.tsx'],
  '.mjs': ['.mts'],
  '.cjs': ['.cts'],
};
const ENDINGS = ['.ts', '.tsx', '.js', '.jsx', '.json', '/index.ts', '/index.tsx', '/index.js'];

/**
 * @param wanted absolute, as the import says it
 * @param within below this folder, names may differ in case: many a student's disk does not tell them apart
 */
export function findFile(wanted: string, within: string): string | undefined {
  const names = candidates(wanted);
  return names.find(isFile) ?? names.map((name) => inAnyCase(name, within)).find((found) => found !== undefined);
}

function candidates(wanted: string): string[] {
  const [ending] = wanted.match(/\.[cm]?jsx?$/) ?? [];
  const sources = ending ? COMPILED[ending].map((source) => wanted.slice(0, -ending.length) + source) : [];
  return [...sources, wanted, ...ENDINGS.map((ending) => wanted + ending)];
}

/** The file of this name but for its case, if there is one and no other. */
export function inAnyCase(file: string, within: string): string | undefined {
  const path = relative(within, file);
  if (path.startsWith('..')) return undefined;
  let found = within;
  for (const part of path.split(sep)) {
    const exact = join(found, part);
    const alike = existsSync(exact) ? [part] : namesIn(found).filter((name) => isSameInAnyCase(name, part));
    if (alike.length !== 1) return undefined;
    found = join(found, alike[0]);
  }
  return isFile(found) ? found : undefined;
}

/** Files beside it that have its name, but another ending: `softmax.js`, `softmax.ts.txt`. */
export function namedAlike(file: string): string[] {
  const stem = basename(file).split('.')[0];
  return namesIn(dirname(file)).filter((name) => isSameInAnyCase(name.split('.')[0], stem));
}

const isSameInAnyCase = (a: string, b: string) => a.normalize().toLowerCase() === b.normalize().toLowerCase();

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

const isFile = (path: string) => existsSync(path) && statSync(path).isFile();
