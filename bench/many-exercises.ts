/**
 * What many exercises cost a command that names one: a course of 13 and one of 75, made of copies, in turn.
 * `npx tsx bench/many-exercises.ts` exits with 1 where 75 cost more than they may.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { findCourse, PACKAGE_ROOT } from '../kit/course/course.ts';
import { copyCourse } from '../kit/testing/copied-course.ts';
import { writeSolved } from './solutions.ts';
import { watchLatency } from './watch-latency.ts';

const MANY = 75;
const RUNS = 15;
/** Of each course, in each of two rounds. */
const SAVES = 10;
/** Milliseconds that 75 exercises may cost more than 13. */
const MOST_MORE = 20;
/** Milliseconds that `kit hint` may take more than the start of Node. */
const MOST_HINT = 60;

const KIT = join(PACKAGE_ROOT, 'bin/kit.js');

/** @returns what is over its bound, in words */
export async function manyExercises(): Promise<string[]> {
  const { exercises } = await findCourse(PACKAGE_ROOT);
  const [one] = exercises;
  const few = courseOf(exercises, exercises.length);
  const many = courseOf(exercises, MANY);
  try {
    for (const course of [few, many]) {
      writeSolved(course, [one]);
      const first = milliseconds(['list'], course);
      const count = course === few ? exercises.length : MANY;
      console.log(`${`kit list, the first time, of ${count}`.padEnd(44)} ${first.toFixed(0)} ms`);
    }
    const over: string[] = [];
    for (const args of [['hint', one], ['run', one], ['list']]) {
      const took = inTurn(few, many, args);
      const more = median(took.many.map((ms, i) => ms - took.few[i]));
      const name = `kit ${args[0]}`;
      const all = [median(took.many), median(took.few), median(took.idle)].map((ms) => ms.toFixed(0));
      console.log(
        `${`${name}, ${MANY} against ${exercises.length}; node -e 0`.padEnd(44)} ${all[0]} ms  against ${all[1]} ms, ${all[2]} ms  ${more.toFixed(1)} ms more`,
      );
      if (args.length > 1 && more > MOST_MORE)
        over.push(`${name} costs ${more.toFixed(1)} ms more with ${MANY} exercises; ${MOST_MORE} are allowed`);
      const beyond = median(took.many.map((ms, i) => ms - took.idle[i]));
      if (args[0] === 'hint' && beyond > MOST_HINT)
        over.push(`${name} takes ${beyond.toFixed(1)} ms more than node -e 0; ${MOST_HINT} are allowed`);
    }
    const saves = new Map<string, number[]>([few, many].map((course) => [course, []]));
    for (const course of [many, few, few, many])
      saves.get(course)?.push(...(await watchLatency(course, one, SAVES)).sorted);
    const [ofFew, ofMany] = [...saves.values()].map((values) => median(values).toFixed(0));
    console.log(
      `${`kit watch, save to verdict, ${MANY} against ${exercises.length}`.padEnd(44)} ${ofMany} ms  against ${ofFew} ms`,
    );
    return over;
  } finally {
    for (const course of [few, many]) rmSync(course, { recursive: true, force: true });
  }
}

/** So many exercises in 24 lectures: the course's own, and copies of them. */
function courseOf(originals: string[], count: number): string {
  const root = mkdtempSync(join(tmpdir(), 'kit-bench-'));
  const copies = Array.from({ length: count }, (_, i) => {
    const round = Math.floor(i / originals.length);
    const original = originals[i % originals.length];
    const lecture = Number(original.slice(0, 2)) + 12 * (round % 2);
    return [`${String(lecture).padStart(2, '0')}${original.slice(2)}${round > 0 ? `-${round + 1}` : ''}`, original];
  });
  copyCourse(root, Object.fromEntries(copies));
  return root;
}

interface Took {
  few: number[];
  many: number[];
  /** As many starts of a process that does nothing. */
  idle: number[];
}

function inTurn(few: string, many: string, args: string[]): Took {
  const took: Took = { few: [], many: [], idle: [] };
  for (let run = 0; run < RUNS; run++) {
    const measures = [
      () => took.few.push(milliseconds(args, few)),
      () => took.many.push(milliseconds(args, many)),
      () => took.idle.push(timed(['-e', '0'], PACKAGE_ROOT)),
    ];
    for (const measure of run % 2 ? measures.reverse() : measures) measure();
  }
  return took;
}

const milliseconds = (args: string[], course: string) => timed([KIT, ...args], course);

function timed(args: string[], cwd: string): number {
  const started = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd, encoding: 'utf8' });
  const took = performance.now() - started;
  if (status !== 0) throw new Error(`${args.join(' ')} exited with ${status}:\n${stdout}${stderr}`);
  return took;
}

const median = (values: number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const over = await manyExercises();
  for (const what of over) console.log(what);
  if (over.length > 0) process.exitCode = 1;
}
