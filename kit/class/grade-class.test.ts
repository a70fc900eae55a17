/** The supervisor, with workers that do what the names of submissions say. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findCourse } from '../course/course.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { readAttempts } from './attempts.ts';
import { gradeClass } from './grade-class.ts';
import { Journal, type JournalRecord, keyOf } from './journal.ts';

/** crash-2: ends the worker twice. killed-2: is killed twice. unjudged-1: comes to no verdict once. */
const PROGRAM = `
const { appendFileSync, existsSync, readFileSync } = require('node:fs');
const { join } = require('node:path');
const log = (text) => appendFileSync(join(__dirname, 'log'), text + '\\n');
process.on('message', ({ op, job }) => {
  if (op === 'start')
    return process.send({ op: 'ready', ready: { backend: { name: 'wasm', device: '', accelerated: false }, isolation: 'bubblewrap' } });
  const { student, submission } = job.submission;
  const dated = { student, submission, submittedAt: '2026-01-01T00:00:00Z', fingerprint: 'of ' + student, problem: null, report: null, status: 'not-judged' };
  const [, way, times] = student.match(/^(\\w+)-(\\d+)$/) ?? [];
  const file = join(__dirname, student);
  const tries = existsSync(file) ? readFileSync(file, 'utf8').length : 0;
  appendFileSync(file, 'x');
  log('+' + student);
  setTimeout(() => {
    log('-' + student);
    process.send({ op: 'note', note: dated });
    const isOn = way && tries < Number(times);
    if (isOn && way === 'crash') process.exit(3);
    if (isOn && way === 'killed') return process.kill(process.pid, 'SIGKILL');
    const status = isOn ? 'not-judged' : 'graded';
    process.send({ op: 'done', result: { record: { ...dated, status }, how: 'judged' }, whole: true });
  }, 30);
});
process.on('disconnect', () => process.exit());
`;

const course = await findCourse();

async function grade(students: string[], { root = temporaryFolder({ 'worker.cjs': PROGRAM }), jobs = 3 } = {}) {
  const journal = new Journal(join(root, 'journal'));
  const records: JournalRecord[] = [];
  const again: string[] = [];
  const { ended } = gradeClass({
    submissions: students.map((student) => ({ student, submission: `${student}.zip`, submittedAt: null })),
    course,
    config: {
      courseRoot: course.root,
      hosts: { backend: 'wasm' },
      work: {
        folder: root,
        exercises: course.exercises.slice(0, 1),
        secret: 's',
        timeout: 1,
        settings: '',
        scratch: root,
        notAfter: null,
      },
    },
    program: join(root, 'worker.cjs'),
    jobs,
    before: new Map(),
    attempts: readAttempts(join(root, 'journal')),
    again: () => false,
    onAttempt: (line) => journal.append(line),
    onRecord: (record, how) => {
      journal.append(record);
      if (how === 'again') again.push(record.student);
      else records.push(record);
    },
  });
  await ended;
  journal.close();
  const log = readFileSync(join(root, 'log'), 'utf8').trim().split('\n');
  return { records: new Map(records.map((record) => [record.student, record])), again, log, root };
}

describe('a supervisor', () => {
  it('gives each submission one record, whatever others do to their workers', async () => {
    const honest = Array.from({ length: 6 }, (_, i) => `honest${i}`);
    const { records, again, log } = await grade([
      'crash-1',
      ...honest,
      'crash-9',
      'killed-1',
      'killed-9',
      'unjudged-1',
      'unjudged-9',
    ]);
    for (const student of honest)
      expect(records.get(student), student).toMatchObject({ status: 'graded', problem: null });
    expect(again.sort()).toEqual(['unjudged-1', 'unjudged-9']);
    for (const student of ['crash-1', 'killed-1', 'unjudged-1'])
      expect(records.get(student), student).toMatchObject({ status: 'graded', report: null });
    // What ended two workers by itself has failed; what was killed twice is nobody's zero.
    expect(records.get('crash-9')).toMatchObject({
      status: 'graded',
      fingerprint: 'of crash-9',
      report: { score: 0, exercises: [{ problem: expect.stringMatching(/2 times.*exit status 3/) }] },
    });
    expect(records.get('crash-9')?.report?.exercises[0].checks.every(({ status }) => status === 'fail')).toBe(true);
    expect(records.get('killed-9')).toMatchObject({
      status: 'not-judged',
      problem: expect.stringContaining('SIGKILL'),
    });
    expect(records.get('unjudged-9')).toMatchObject({ status: 'not-judged' });
    expect(records.size).toBe(12);
    // Second attempts have no neighbours.
    const second = log.slice(log.length - 12);
    for (let i = 0; i < 12; i += 2) expect(second[i + 1]).toBe(second[i].replace('+', '-'));
  });

  it('tries what was under way when a run ended alone, and in the end leaves it and goes on', async () => {
    const root = temporaryFolder({ 'worker.cjs': PROGRAM });
    const of = { student: 'suspect', submission: 'suspect.zip' };
    const journal = new Journal(join(root, 'journal'));
    journal.append({ began: of, alone: false });
    journal.close();
    const first = await grade(['suspect', 'other'], { root });
    expect(first.log).toEqual(['+other', '-other', '+suspect', '-suspect']);
    expect(first.records.get('suspect')).toMatchObject({ status: 'graded' });

    // Neither is one that ended a worker in an earlier run tried beside others.
    const ended = new Journal(join(root, 'journal'));
    ended.append({ ended: of, by: 'submission', reason: 'it hung' });
    ended.close();
    const again = await grade(['suspect', 'other'], { root });
    expect(again.log.slice(4)).toEqual(['+other', '-other', '+suspect', '-suspect']);

    const later = new Journal(join(root, 'journal'));
    for (let i = 0; i < 2; i++) later.append({ began: of, alone: true });
    later.close();
    expect(readAttempts(join(root, 'journal')).get(keyOf(of))).toMatchObject({ openAlone: 2 });
    const second = await grade(['suspect', 'other'], { root });
    expect(second.records.get('suspect')).toMatchObject({
      status: 'not-judged',
      problem: expect.stringContaining('--regrade suspect'),
    });
    expect(second.records.get('other')).toMatchObject({ status: 'graded' });
  });
});
