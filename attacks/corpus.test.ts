/** Every attack, graded with hidden cases on one warm host, an honest submission after each. */
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findCourse, pathsOf } from '../kit/course/course.ts';
import { gradeSubmission, submissionSeed } from '../kit/grade/grade-submission.ts';
import { MaterialsCache } from '../kit/judge/materials.ts';
import { counted, type Report } from '../kit/report/report.ts';
import { terminalReport } from '../kit/report/terminal.ts';
import { HostPool } from '../kit/subject/host-pool.ts';
import { below } from '../kit/testing/process-tree.ts';
import { temporaryFolder } from '../kit/testing/temporary-folder.ts';
import { ATTACKS, plantAttack } from './corpus.ts';

const EXERCISE = '01-attention-fundamentals/softmax';
const SECRET = 'secret-of-the-course-5f2c';
/** Attacks that can write, write here. */
const MARKERS = '/tmp/attention-kit-attacks';
const CONTROL = /[^\P{C}\n]/u;
/** What GitHub's runner obeys. */
const WORKFLOW_COMMAND = /^\s*::|##\[/m;

const course = await findCourse(import.meta.dirname);
const cache = new MaterialsCache(course);
const hosts = new HostPool({ backend: 'wasm' });
const seed = (id: string) => submissionSeed(SECRET, id);

function grade(folder: string, id: string, exercise = EXERCISE, timeout?: number): Promise<Report> {
  return gradeSubmission({ folder, id, course, cache, exercises: [exercise], hosts, seed: seed(id), timeout });
}

const honest = temporaryFolder({
  [`exercises/${EXERCISE}.ts`]: readFileSync(pathsOf(course, EXERCISE).solution, 'utf8'),
});
let alone: Report;

beforeAll(async () => {
  rmSync(MARKERS, { recursive: true, force: true });
  // Whatever of the grader's surroundings reached a sandbox would carry it.
  process.env.ATTENTION_KIT_SECRET = SECRET;
  alone = await grade(honest, 'honest');
});

afterAll(async () => {
  await hosts.stop();
});

describe('an attack gains no more than its answer is worth, harms nobody, and is named in the report:', () => {
  it.each(ATTACKS)('$name', { timeout: 30_000 }, async (attack) => {
    const folder = temporaryFolder();
    plantAttack(attack, folder);
    const before = listing(folder);
    // Each time, as another run may be at its beginning.
    mkdirSync(MARKERS, { recursive: true });
    const host = await hosts.get();

    const report = await grade(folder, attack.name, attack.exercise, attack.timeout);

    const messages = report.exercises[0].checks.map(({ id, points, message }) => `${id} ${points}: ${message ?? ''}`);
    expect(report.score, messages.join('\n')).toBe(attack.due);
    expect(messages.join('\n')).toMatch(attack.says);
    // What an attack throws names each way that it found open so.
    expect(messages.join('\n')).not.toContain('GOT');
    expect(counted(report.exercises[0].checks).filter(({ status }) => status === 'not-judged')).toEqual([]);

    // However long what it says is, a person can read what is said of it, and is told of no place of this machine.
    expect(Math.max(...messages.map(({ length }) => length))).toBeLessThan(5000);
    expect(messages.join('\n')).not.toContain(folder);

    const printed = terminalReport(report, { explain: 'all', width: 100 });
    expect(printed).not.toMatch(CONTROL);
    expect(printed).not.toMatch(WORKFLOW_COMMAND);
    const { seed: own, ...rest } = report;
    expect(JSON.stringify(rest)).not.toContain(own);
    expect(JSON.stringify(report)).not.toContain(SECRET);
    // Expected values belong to messages for the instructor; what the submission prints cannot know them.
    expect(report.exercises[0].printed ?? '').not.toContain('expected');

    expect(listing(folder)).toEqual(before);
    expect(existsSync(MARKERS) ? readdirSync(MARKERS) : []).toEqual([]);

    expect(await grade(honest, 'honest')).toEqual(alone);
    expect(alone.score).toBe(alone.maxScore);
    const after = await hosts.get();
    // The same host: nothing brought it down. One that is busy for too long is ended by the grader.
    if (!attack.mayEndHost) expect(after).toBe(host);
    await expect.poll(() => below(after.child.pid as number), { timeout: 3000 }).toEqual([]);
  });
});

/** Paths below a folder, with what is there. */
function listing(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((path) => {
      const full = join(folder, path);
      const stat = lstatSync(full);
      if (stat.isSymbolicLink()) return `${path} → ${readlinkSync(full)}`;
      return stat.isFile() ? `${path} ${readFileSync(full, 'latin1')}` : path;
    });
}
