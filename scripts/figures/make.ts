/**
 * Writes the handouts' figures: exercises/NN-lecture/figures/*.svg, from the figures' scripts beside this file.
 * `tsx scripts/figures/make.ts --check` writes nothing and exits 1 where a committed figure differs.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const checkOnly = process.argv.includes('--check');
const lectures = readdirSync(here).filter((file) => /^\d\d-.*\.ts$/.test(file));
let stale = 0;

for (const file of lectures) {
  const { figures } = (await import(pathToFileURL(join(here, file)).href)) as { figures: Record<string, () => string> };
  const folder = join(here, '../../exercises', file.replace(/\.ts$/, ''), 'figures');
  mkdirSync(folder, { recursive: true });
  for (const [name, draw] of Object.entries(figures)) {
    const path = join(folder, `${name}.svg`);
    const wanted = draw();
    if (existsSync(path) && readFileSync(path, 'utf8') === wanted) continue;
    stale++;
    console.log(`${checkOnly ? 'differs' : 'written'}: ${path}`);
    if (!checkOnly) writeFileSync(path, wanted);
  }
}
if (checkOnly && stale > 0) process.exitCode = 1;
