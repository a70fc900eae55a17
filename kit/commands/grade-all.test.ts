import { cpSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { readJournal } from '../class/journal.ts';
import { makeZip } from '../testing/make-zip.ts';
import {
  bytesOf,
  CLASS,
  classOf,
  gradeAll,
  gradebookIn,
  kit,
  PATIENCE,
  SUBMISSIONS,
  scoresIn,
  start,
  until,
} from '../testing/run-kit.ts';
import { temporaryFolder, writeFiles } from '../testing/temporary-folder.ts';

describe('kit grade-all', PATIENCE, () => {
  const inOneGo = classOf();
  beforeAll(async () => {
    expect((await kit(...gradeAll(inOneGo.folder, inOneGo.out, '--jobs', '1'))).code).toBe(0);
  }, PATIENCE.timeout);

  it('gives each student a grade and a report', () => {
    expect(scoresIn(inOneGo.out)).toEqual({
      correct: 10,
      exits: 0,
      'half-done': 10,
      'missing-scale': 10,
      'syntax-error': 10,
      untouched: 0,
    });
    for (const name of CLASS) {
      const report = JSON.parse(readFileSync(join(inOneGo.out, 'reports', `${name}.json`), 'utf8'));
      expect(report).toEqual(gradebookIn(inOneGo.out).entries.find(({ student }) => student === name)?.report);
    }
  });

  it('gives the same grades to the byte with several at once', async () => {
    const { folder, out } = classOf();
    await kit(...gradeAll(folder, out, '--jobs', '4'));
    expect(bytesOf(out)).toBe(bytesOf(inOneGo.out));
  });

  it('goes on after a kill where it was, with the same gradebook in the end', async () => {
    const { folder, out } = classOf();
    const { child, ended } = start(gradeAll(folder, out, '--jobs', '2'));
    const journal = join(out, 'journal.jsonl');
    await until(() => readJournal(journal).size > 0);
    child.kill('SIGKILL');
    await ended;
    const journalled = readJournal(journal).size;
    const { code, stdout } = await kit(...gradeAll(folder, out, '--json'));
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ judged: CLASS.length - journalled, unchanged: journalled });
    expect(bytesOf(out)).toBe(bytesOf(inOneGo.out));
  });

  it('says when it is stopped how to go on, and leaves the folder free for that', async () => {
    const { folder, out } = classOf();
    const { child, ended } = start(gradeAll(folder, out, '--jobs', '1'));
    const journal = join(out, 'journal.jsonl');
    await until(() => readJournal(journal).size > 0);
    child.kill('SIGINT');
    const { code, stderr } = await ended;
    expect({ code, signal: child.signalCode }).toEqual({ code: null, signal: 'SIGINT' });
    expect(stderr).toMatch(/\nStopped: \d of 6 are judged and kept; the same command goes on from there\.\n$/);
    for (const name of ['lock', 'unpacked']) expect(existsSync(join(out, name)), name).toBe(false);
    expect((await kit(...gradeAll(folder, out))).code).toBe(0);
    expect(bytesOf(out)).toBe(bytesOf(inOneGo.out));
  });

  it('judges again only what changed, or what it is told to', async () => {
    const { folder, out } = classOf(['correct', 'exits', 'untouched']);
    const done = async (...more: string[]) => {
      const { judged, unchanged } = JSON.parse((await kit(...gradeAll(folder, out, '--json', ...more))).stdout);
      return { judged, unchanged };
    };
    expect(await done()).toEqual({ judged: 3, unchanged: 0 });
    expect(await done()).toEqual({ judged: 0, unchanged: 3 });
    cpSync(join(SUBMISSIONS, 'correct/exercises'), join(folder, 'untouched/exercises'), { recursive: true });
    expect(await done()).toEqual({ judged: 1, unchanged: 2 });
    expect(scoresIn(out)).toEqual({ correct: 10, exits: 0, untouched: 10 });
    expect(await done('--regrade', 'failed')).toEqual({ judged: 1, unchanged: 2 });
    expect(await done('--regrade', 'correct')).toEqual({ judged: 1, unchanged: 2 });
    expect(await done('--regrade', 'all')).toEqual({ judged: 3, unchanged: 0 });
  });

  it('refuses a second run into the same folder while the first one writes', async () => {
    const { folder, out } = classOf();
    const first = start(gradeAll(folder, out));
    await until(() => existsSync(join(out, 'lock')));
    const { code, stderr } = await kit(...gradeAll(folder, out));
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(/^kit: .* is in use by another run/) });
    await first.ended;
    expect(bytesOf(out)).toBe(bytesOf(inOneGo.out));
  });

  it('lists what cannot be read, and grades the others', async () => {
    const { folder, out } = classOf(['correct']);
    writeFiles(folder, { 'empty/notes.txt': '', 'torn.zip': 'PK', 'eve.rar': '' });
    const solution = readFileSync(join(SUBMISSIONS, 'correct/exercises/01-attention-fundamentals/softmax.ts'));
    const path = 'repo/exercises/01-attention-fundamentals/softmax.ts';
    writeFileSync(join(folder, 'zipped.zip'), makeZip([{ name: path, data: solution }]));
    writeFileSync(join(folder, 'evil.zip'), makeZip([{ name: '../../evil', data: 'x' }]));
    const { code, stdout, stderr } = await kit(...gradeAll(folder, out));
    expect(code).toBe(0);
    expect(stderr).toMatch(/^Not graded, since they are not folders or zip files: eve.rar\n/);
    expect(scoresIn(out)).toEqual({ correct: 10, empty: 0, evil: 0, torn: 0, zipped: 10 });
    expect(stdout).toMatch(/count 0:\n {2}empty: it has no exercises\/ folder.*\n {2}evil: .*\n {2}torn: /);
    expect(existsSync(join(out, 'unpacked'))).toBe(false);
  });

  it('draws a seed where none is given, keeps it from others, and goes on with it', async () => {
    const { folder, out } = classOf(['correct', 'untouched']);
    const args = gradeAll(folder, out, '--json').filter((word) => word !== '--seed' && word !== 'tests');
    const first = await kit(...args);
    expect(first.stderr).toContain('The seed was drawn at random');
    expect(statSync(join(out, 'seed')).mode & 0o777).toBe(0o600);
    expect(JSON.parse((await kit(...args)).stdout)).toMatchObject({ judged: 0, unchanged: 2 });
    const other = await kit(...gradeAll(folder, out));
    expect({ code: other.code, stderr: other.stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining('another seed'),
    });
  });

  it('takes an assignment by its rules and says so', async () => {
    const { folder, out } = classOf(['correct', 'untouched']);
    writeFiles(folder, { '../times.csv': 'student,time\ncorrect,2027-02-16T12:00:00+01:00\n' });
    const times = join(folder, '../times.csv');
    const args = ['grade-all', folder, '--out', out, '--seed', 'tests', '--submitted', times];
    expect((await kit(...args, '--assignment', 'attention-fundamentals')).code).toBe(0);
    const [correct, untouched] = gradebookIn(out).entries;
    // Of 30 points the multi-head exercise, which it lacks, has 10.
    expect(correct).toMatchObject({ score: 18, maxScore: 30, submittedAt: '2027-02-16T11:00:00.000Z' });
    expect(correct.report?.adjustments).toEqual([
      { reason: '1 day late: 10% of the points for each day begun', points: -2 },
    ]);
    expect(untouched).toMatchObject({ score: 0, submittedAt: null });
  });

  describe('in shards', () => {
    const shards = [1, 2, 3].map((index) => ({ index, out: join(temporaryFolder(), `shard-${index}`) }));
    beforeAll(async () => {
      for (const { index, out } of shards) await kit(...gradeAll(inOneGo.folder, out, '--shard', `${index}/3`));
    }, PATIENCE.timeout);
    const outs = () => shards.map(({ out }) => out);

    it('is merged to what one run makes, to the byte, in any order', async () => {
      const merged = join(temporaryFolder(), 'merged');
      expect((await kit('merge', ...outs().reverse(), '--out', merged)).code).toBe(0);
      expect(bytesOf(merged)).toBe(bytesOf(inOneGo.out));
    });

    it('is gone on with after the merge as after one run: nothing is judged but what is asked for', async () => {
      const merged = join(temporaryFolder(), 'merged');
      await kit('merge', ...outs(), '--out', merged);
      const { code, stdout } = await kit(...gradeAll(inOneGo.folder, merged, '--json', '--regrade', 'correct'));
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ judged: 1, unchanged: CLASS.length - 1 });
      expect(bytesOf(merged)).toBe(bytesOf(inOneGo.out));
    });

    it('without its journals is merged too, and then says where to go on', async () => {
      const copies = outs().map((out) => join(temporaryFolder(), basename(out)));
      for (const [i, copy] of copies.entries()) {
        cpSync(outs()[i], copy, { recursive: true });
        rmSync(join(copy, 'journal.jsonl'));
      }
      const merged = join(temporaryFolder(), 'merged');
      expect((await kit('merge', ...copies, '--out', merged)).code).toBe(0);
      const { code, stderr } = await kit(...gradeAll(inOneGo.folder, merged, '--regrade', 'correct'));
      expect({ code, stderr }).toEqual({
        code: 2,
        stderr: expect.stringMatching(/of a merge: the shards', then merge/),
      });
      expect(bytesOf(merged)).toBe(bytesOf(inOneGo.out));
    });

    it('is not merged with a shard of another class, and loses nobody', async () => {
      const { folder } = classOf([...CLASS, 'endless-loop']);
      const other = join(temporaryFolder(), 'other');
      await kit(...gradeAll(folder, other, '--shard', '3/3'));
      const merged = join(temporaryFolder(), 'merged');
      const { code, stderr } = await kit('merge', ...outs().slice(0, 2), other, '--out', merged);
      expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('another class') });
      expect(existsSync(merged)).toBe(false);
    });

    it('is not merged into one of its shards', async () => {
      const [first] = outs();
      const { code, stderr } = await kit('merge', ...outs(), '--out', first);
      expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('is one of the shards') });
    });

    it('is not merged without all of them, with another seed, or with results that contradict each other', async () => {
      const merged = join(temporaryFolder(), 'merged');
      const refusal = async (folders: string[]) => {
        const { code, stderr } = await kit('merge', ...folders, '--out', merged);
        expect({ code, written: existsSync(merged) }).toEqual({ code: 2, written: false });
        return stderr;
      };
      expect(await refusal(outs().slice(1))).toContain('of 3 shards 1 is missing');
      const altered = (change: (text: string) => string, file: string) => {
        const copy = join(temporaryFolder(), 'copy');
        const full = shards.find(({ out }) => gradebookIn(out).entries.length > 0)?.out as string;
        cpSync(full, copy, { recursive: true });
        writeFileSync(join(copy, file), change(readFileSync(join(copy, file), 'utf8')));
        return [...outs(), copy];
      };
      const seed = altered((text) => text.replace(/"seed": "./, '"seed": "x'), 'run.json');
      expect(await refusal(seed)).toContain('another seed');
      const graders = altered((text) => text.replace(/"graders": "./, '"graders": "x'), 'run.json');
      expect(await refusal(graders)).toContain('another version of the graders');
      const score = altered((text) => text.replace(/"score": \d+/, '"score": 7'), 'gradebook.json');
      expect(await refusal(score)).toContain('different results');
    });
  });

  it.skipIf(process.platform === 'win32')('lets nobody else read what shows hidden cases or grades', () => {
    for (const name of ['journal.jsonl', 'gradebook.json', 'run.json', 'reports/correct.json'])
      expect(statSync(join(inOneGo.out, name)).mode & 0o777, name).toBe(0o600);
    for (const name of ['', 'reports']) expect(statSync(join(inOneGo.out, name)).mode & 0o777, name).toBe(0o700);
  });

  it.each([
    ['a folder that is one submission', [join(SUBMISSIONS, 'correct')], 'is one submission'],
    ['a folder that there is not', ['/no/such'], 'there is no folder'],
    [
      'grades among the submissions',
      [SUBMISSIONS, '--out', join(SUBMISSIONS, 'grades')],
      'is inside the folder of the class',
    ],
    ['a shard that there is not', [SUBMISSIONS, '--shard', '3/2'], '--shard takes'],
    ['a student who is not there', [SUBMISSIONS, '--regrade', 'nobody'], 'there is no student "nobody"'],
  ])('refuses %s', async (_, args, message) => {
    const { code, stdout, stderr } = await kit('grade-all', ...args);
    expect({ code, stdout, stderr }).toEqual({ code: 2, stdout: '', stderr: expect.stringContaining(message) });
  });
});

describe('kit diff', PATIENCE, () => {
  it('shows whose grade changed and by which check', async () => {
    const reports = temporaryFolder();
    for (const name of ['missing-scale', 'correct']) {
      const args = ['--id', 'ada', '--exercise', 'scaled-dot-product', '--seed', 's', '--format', 'json'];
      await kit('grade', join(SUBMISSIONS, name), ...args, '--out', join(reports, `${name}.json`));
    }
    const [before, after] = ['missing-scale', 'correct'].map((name) => join(reports, `${name}.json`));
    const { code, stdout } = await kit('diff', before, after);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ada {2}1 → 10 \(\+9\)\n/);
    expect(stdout).toContain('01-attention-fundamentals/scaled-dot-product values/plain: fail 0/2 → pass 2/2\n');
    expect((await kit('diff', before, before)).stdout).toBe('Nothing changed (1 student).\n');
    expect((await kit('diff', before, join(reports, 'none'))).code).toBe(2);
  });
});
