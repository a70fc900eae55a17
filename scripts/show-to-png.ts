/** The page of a function that is wrong, as a picture: `npx tsx scripts/show-to-png.ts docs/show.png`. Needs Chromium. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../kit/course/course.ts';
import { launchBrowser } from '../kit/testing/browser.ts';

const ID = '01-attention-fundamentals/scaled-dot-product';
/** A causal mask that is off by one: every query sees one key of the future. */
const [RIGHT, WRONG] = ['tf.range(S - T, S)', 'tf.range(S - T + 1, S + 1)'];

const [picture] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'kit-show-'));
try {
  for (const name of ['graders', 'fixtures', 'reference', 'kit', 'node_modules', 'package.json'])
    symlinkSync(join(PACKAGE_ROOT, name), join(folder, name));
  cpSync(join(PACKAGE_ROOT, 'exercises'), join(folder, 'exercises'), { recursive: true });
  const solution = readFileSync(join(PACKAGE_ROOT, 'solutions', `${ID}.ts`), 'utf8').replace('../../exercises/', '../');
  if (!solution.includes(RIGHT)) throw new Error(`the solution of ${ID} has no ${RIGHT} to get wrong`);
  writeFileSync(join(folder, 'exercises', `${ID}.ts`), solution.replace(RIGHT, WRONG));
  const page = join(folder, 'show.html');
  const args = [join(PACKAGE_ROOT, 'bin/kit.js'), 'show', ID, '--out', page];
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  await photograph(page, picture);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** The page down to the end of its first case, with what is read there where the error is largest. */
async function photograph(file: string, to: string): Promise<void> {
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage({ viewport: { width: 840, height: 800 }, deviceScaleFactor: 2 });
    await page.goto(`file://${file}`);
    await page.hover('[role=tabpanel]:not([hidden]) .map:last-child rect.e11');
    const box = await page.locator('section').first().boundingBox();
    if (!box) throw new Error(`${file} shows no case`);
    await page.screenshot({ path: to, clip: { x: 0, y: 0, width: 840, height: box.y + box.height + 20 } });
  } finally {
    await browser.close();
  }
}
