/**
 * Grades a class, killed (SIGKILL) again and again at moments of chance and resumed, and compares the gradebook with that
 * of a class that was graded in one go; exits 1 where a byte differs.
 *
 *   npx tsx scripts/kill-and-resume.ts <class> <gradebook of one go> --seed <the same> [--kills 10] [--exercise 01 …]
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { Draw } from '../kit/author/draw.ts';
import { PACKAGE_ROOT } from '../kit/course/course.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string', default: 'kills' },
    kills: { type: 'string', default: '10' },
    exercise: { type: 'string', multiple: true, default: [] },
  },
});
const [folder, wanted] = positionals;
if (!wanted) {
  console.error('usage: tsx scripts/kill-and-resume.ts <class> <gradebook.json of one go> --seed <seed>');
  process.exit(2);
}
const { entries } = JSON.parse(readFileSync(wanted, 'utf8'));
const kills = Number(values.kills);
const draw = new Draw(`${values.seed}/kills`);
const out = mkdtempSync(join(tmpdir(), 'kit-kills-'));
const kit = ['grade-all', folder, '--out', out, '--seed', values.seed];
if (values.exercise.length > 0) kit.push('--exercise', ...values.exercise);

/** Runs until so many more submissions have been judged, and a moment of chance after that; to the end where that is undefined. */
async function grade(until?: number): Promise<string> {
  const child = spawn(process.execPath, [join(PACKAGE_ROOT, 'bin/kit.js'), ...kit], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let judged = 0;
  createInterface({ input: child.stderr }).on('line', (line) => {
    if (!/^\d+\/\d+ /.test(line) || line.endsWith('unchanged')) return;
    if (++judged === until) setTimeout(() => child.kill('SIGKILL'), draw.number(0, 1500));
  });
  const [code, signal] = await once(child, 'exit');
  return signal ?? `exit ${code}`;
}

// What was in flight is lost each time, so a little less than an even share.
const share = Math.floor(entries.length / (kills + 3));
for (let kill = 1; kill <= kills; kill++) {
  const how = await grade(draw.integer(1, 2 * share - 1));
  const journalled = readFileSync(join(out, 'journal.jsonl'), 'utf8').split('\n').length - 1;
  console.log(`${kill}/${kills}: ${how}, ${journalled} records in the journal`);
  if (how !== 'SIGKILL')
    throw new Error('it came to its end before it could be killed: too few submissions, or kills too many');
}
console.log(`to the end: ${await grade()}`);
const same = readFileSync(join(out, 'gradebook.json')).equals(readFileSync(wanted));
console.log(
  same ? 'the same gradebook, byte for byte, as in one go' : `another gradebook: ${join(out, 'gradebook.json')}`,
);
if (same) rmSync(out, { recursive: true });
process.exitCode = same ? 0 : 1;
