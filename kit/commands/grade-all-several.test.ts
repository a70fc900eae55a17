/** Several submissions of a student: from their folders to the gradebook, by a course's own rules. */
import { cpSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { PACKAGE_ROOT } from '../course/course.ts';
import { gradebookIn, PATIENCE, SUBMISSIONS, start } from '../testing/run-kit.ts';
import { temporaryFolder, writeFiles } from '../testing/temporary-folder.ts';

const LECTURE = '01-attention-fundamentals';
const SOFTMAX = `${LECTURE}/softmax`;

/** The first lecture with rules of its own. */
function course(rules: Record<string, string>): string {
  const root = temporaryFolder({ 'package.json': '{}' });
  for (const tree of ['graders', 'fixtures', 'exercises', 'reference'])
    cpSync(join(PACKAGE_ROOT, tree, LECTURE), join(root, tree, LECTURE), { recursive: true });
  for (const given of ['kit', 'node_modules']) symlinkSync(join(PACKAGE_ROOT, given), join(root, given));
  const assignments = Object.entries(rules).map(
    ([name, rule]) => `  ${name}:\n    title: Softmax\n    exercises: [${SOFTMAX}]\n${rule}`,
  );
  writeFiles(root, { 'graders/assignments.yaml': `assignments:\n${assignments.join('')}` });
  return root;
}

const DUE = '    due: 2027-02-15T12:00:00Z\n    late: { percentPerDay: 50, atMostDays: 2 }\n';
/** By student, when each folder came and what is in it. */
const HANDED_IN: Record<string, Record<string, 'correct' | 'untouched'>> = {
  better: { '2027-02-14T10-00-00Z': 'untouched', '2027-02-15T10-00-00Z': 'correct' },
  worse: { '2027-02-14T10-00-00Z': 'correct', '2027-02-15T10-00-00Z': 'untouched' },
  late: { '2027-02-15T10-00-00Z': 'untouched', '2027-02-15T18-00-00Z': 'correct' },
  lateAgain: { '2027-02-15T10-00-00Z': 'correct', '2027-02-15T18-00-00Z': 'correct' },
  once: { '2027-02-14T10-00-00Z': 'correct' },
};

describe('of several submissions', PATIENCE, () => {
  const root = course({ latest: `    keep: latest\n${DUE}`, best: `    keep: best\n${DUE}` });
  const folder = temporaryFolder();
  const out = join(temporaryFolder(), 'grades');
  beforeAll(() => {
    for (const [student, folders] of Object.entries(HANDED_IN)) {
      for (const [at, made] of Object.entries(folders))
        cpSync(join(SUBMISSIONS, made), join(folder, student, at), { recursive: true });
    }
  });

  async function graded(assignment: string) {
    const args = ['grade-all', folder, '--assignment', assignment, '--seed', 's', '--out', out, '--json'];
    const { code, stdout, stderr } = await start(args, { cwd: root }).ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.not.stringContaining('kit:') });
    const entries = gradebookIn(out).entries.map(({ student, submittedAt, score }) => [student, submittedAt, score]);
    return { entries, judged: JSON.parse(stdout).judged as number };
  }
  const time = (text: string) => `2027-02-${text}:00:00.000Z`;

  it('the latest counts or the best, as the rules say, after what lateness costs; the other rule judges nothing anew', async () => {
    expect(await graded('latest')).toEqual({
      judged: 9,
      entries: [
        ['better', time('15T10'), 10],
        ['late', time('15T18'), 5],
        ['lateAgain', time('15T18'), 5],
        ['once', time('14T10'), 10],
        ['worse', time('15T10'), 0],
      ],
    });
    expect(await graded('best')).toEqual({
      judged: 0,
      entries: [
        ['better', time('15T10'), 10],
        ['late', time('15T18'), 5],
        ['lateAgain', time('15T10'), 10],
        ['once', time('14T10'), 10],
        ['worse', time('14T10'), 10],
      ],
    });
  });
});
