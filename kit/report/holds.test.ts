import { describe, expect, it } from 'vitest';
import { sampleReport } from '../testing/sample-report.ts';
import { summarise } from './class-summary.ts';
import { annotations } from './formats/annotations.ts';
import { gradescope } from './formats/gradescope.ts';
import { studentPage } from './formats/html.ts';
import { junit } from './formats/junit.ts';
import { markdown } from './formats/markdown.ts';
import { type CheckReport, HOLDS, type Report } from './report.ts';

const [exercise] = sampleReport.exercises;
const [passed, failed] = exercise.checks;
const { picture: _, at: __, smallest: ___, ...plainly } = failed;
const holding: CheckReport = { ...plainly, title: 'No memory leak', message: HOLDS, misconception: null, holds: true };
const report: Report = {
  ...sampleReport,
  exercises: [{ ...exercise, checks: [passed, { ...failed, misconception: null }, holding] }],
};
const shown = (format: (report: Report) => string) => [format(report), format({ ...report, seed: 'ab'.repeat(32) })];

describe('a check that holds and waits for the values', () => {
  it('is told so, on public cases and on hidden ones', () => {
    for (const text of shown(studentPage)) {
      expect(text).toContain(`aria-label="${HOLDS}">○</span>`);
      expect(text.match(/aria-label="failed"/g)).toHaveLength(1);
    }
    for (const text of shown(markdown)) expect(text).toContain(`- ⚪ No memory leak: 0/1 (${HOLDS})`);
    for (const text of shown(junit)) {
      expect(text).toContain(`<skipped message="${HOLDS}"/>`);
      expect(text).toContain('tests="3" failures="1" errors="0" skipped="1"');
    }
    for (const text of shown(gradescope)) expect(text).toContain(`"output": "${HOLDS}"`);
  });

  it('has no annotation, for there is nothing to mend', () => {
    for (const text of shown(annotations)) {
      expect(text).not.toContain('No memory leak');
      expect(text.match(/::error /g)).toHaveLength(1);
    }
  });

  it('is not among those that a class misses', () => {
    const entry = { student: 'ada', submission: 'ada', submittedAt: null, status: 'graded', problem: null } as const;
    const gradebook = {
      schema: 'attention-kit/gradebook/v1',
      assignment: null,
      title: 'One',
      maxScore: 8,
      entries: [{ ...entry, score: 2, maxScore: 8, report }],
    } as const;
    expect(summarise({ ...gradebook, entries: [...gradebook.entries] }).missed.map(({ title }) => title)).toEqual([
      failed.title,
    ]);
  });
});
