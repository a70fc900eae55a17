#!/usr/bin/env node
/** Starts the built command line. In a checkout it is built again whenever a source is newer. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const sources = join(root, 'kit');

const newest = (folder) =>
  readdirSync(folder, { withFileTypes: true }).reduce((latest, entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return Math.max(latest, newest(path));
    return /(?<!\.test)\.(ts|json)$/.test(entry.name) ? Math.max(latest, statSync(path).mtimeMs) : latest;
  }, 0);

if (existsSync(sources)) {
  const built = join(root, 'dist', 'built');
  if (!existsSync(built) || statSync(built).mtimeMs < newest(sources)) {
    const { buildKit } = await import('../scripts/build.js');
    await buildKit();
  }
}
await import('../dist/kit.js');
