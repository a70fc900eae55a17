/**
 * Grades honest submissions beside attackers, at several numbers of jobs, and holds each honest report against the one of
 * the same student in a class of honest students alone: `npx tsx scripts/neighbours.ts [--attackers folder] [--runs 3]`.
 * Exit status 1 where one differs by a byte.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ATTACKS, plantAttack } from '../attacks/corpus.ts';
import { PACKAGE_ROOT } from '../kit/course/course.ts';

const { values } = parseArgs({
  options: {
    attackers: { type: 'string' },
    runs: { type: 'string', default: '3' },
    honest: { type: 'string', default: '20' },
    exercise: { type: 'string', multiple: true, default: ['softmax', 'flash-forward', 'top-k-gating'] },
    jobs: { type: 'string', multiple: true, default: ['2', '4', '10'] },
  },
});
/** Of as many kinds as there are: those that hang, crash, grow, flood, block the device and look for others' tensors. */
const KINDS =
  /^(01-exit-in-call|18-(endless|memory|many-tensors|output-flood|fork)|21-|24-other|38-(huge|outer|half)|39-|40-|41-|42-|44-)/;

const root = mkdtempSync(join(tmpdir(), 'kit-neighbours-'));
const honest = Array.from({ length: Number(values.honest) }, (_, i) => `honest-${String(i + 1).padStart(2, '0')}`);

function classOf(name: string, withAttackers: boolean): { folder: string; attackers: string[] } {
  const folder = join(root, name);
  for (const student of honest) {
    mkdirSync(join(folder, student), { recursive: true });
    cpSync(join(PACKAGE_ROOT, 'solutions'), join(folder, student, 'exercises'), { recursive: true });
  }
  const attackers: string[] = [];
  const plant = (student: string, place: (into: string) => void) => {
    const into = join(folder, student);
    mkdirSync(into, { recursive: true });
    place(into);
    attackers.push(student);
  };
  if (!withAttackers) return { folder, attackers };
  for (const attack of ATTACKS.filter(({ name: attack }) => KINDS.test(attack)))
    plant(`h-${attack.name}`, (into) => plantAttack(attack, into));
  const others = values.attackers === undefined ? [] : readdirSync(values.attackers, { withFileTypes: true });
  for (const entry of others.filter((each) => each.isDirectory()))
    plant(`h-${entry.name}`, (into) => cpSync(join(values.attackers as string, entry.name), into, { recursive: true }));
  return { folder, attackers };
}

/** Each honest student's report, as it was written. */
function graded(folder: string, jobs: string): Map<string, string> {
  const out = join(root, 'grades');
  rmSync(out, { recursive: true, force: true });
  const exercises = values.exercise.flatMap((name) => ['--exercise', name]);
  const args = [
    'grade-all',
    folder,
    '--out',
    out,
    '--seed',
    'neighbours',
    '--jobs',
    jobs,
    '--timeout',
    '5',
    ...exercises,
  ];
  const started = Date.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(PACKAGE_ROOT, 'bin/kit.js'), ...args], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  if (status !== 0 && status !== 3) throw new Error(`grade-all exited with ${status}:\n${stdout}${stderr}`);
  process.stdout.write(
    `  ${readdirSync(join(out, 'reports')).length} reports in ${((Date.now() - started) / 1000).toFixed(0)} s\n`,
  );
  return new Map(honest.map((student) => [student, readFileSync(join(out, 'reports', `${student}.json`), 'utf8')]));
}

let differ = 0;
try {
  console.log(`${honest.length} honest students alone, one at a time`);
  const alone = graded(classOf('alone', false).folder, '1');
  const { folder, attackers } = classOf('class', true);
  for (const jobs of values.jobs) {
    for (let run = 1; run <= Number(values.runs); run++) {
      console.log(`the same beside ${attackers.length} attackers, --jobs ${jobs}, run ${run}`);
      const beside = graded(folder, jobs);
      for (const student of honest) {
        if (beside.get(student) === alone.get(student)) continue;
        differ++;
        console.log(`  ${student} differs`);
      }
    }
  }
} finally {
  rmSync(root, { recursive: true, force: true });
}
console.log(differ === 0 ? 'Every honest report is the same to the byte.' : `${differ} honest reports differ.`);
process.exitCode = differ === 0 ? 0 : 1;
