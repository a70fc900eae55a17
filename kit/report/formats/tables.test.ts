import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hostileText, randomGradebook } from '../../testing/random-report.ts';
import { sampleReport } from '../../testing/sample-report.ts';
import { cell } from '../../text/cell.ts';
import type { Gradebook, GradebookEntry } from '../gradebook.ts';
import { classroomCsv, csv } from './csv.ts';
import { gradeOf } from './grades.ts';
import { moodle } from './moodle.ts';

const entry: GradebookEntry = {
  student: 'ada',
  submission: 'attention-submissions/attention-ada',
  submittedAt: '2027-02-15T10:00:00Z',
  status: 'graded',
  score: 1,
  maxScore: 8,
  problem: null,
  report: {
    ...sampleReport,
    exercises: sampleReport.exercises.slice(1),
    adjustments: [{ reason: 'late', points: -1 }],
  },
};
const gradebook: Gradebook = {
  schema: 'attention-kit/gradebook/v1',
  assignment: 'attention',
  title: 'Attention',
  maxScore: 8,
  entries: [
    entry,
    { ...entry, student: 'bob', status: 'not-judged', score: null, report: sampleReport, problem: 'the host ended' },
    { ...entry, student: '=cmd|x', status: 'unreadable', score: 0, report: null, problem: 'no folder "exercises"' },
  ],
};

const rowsOf = (text: string): string[][] => parse(text);

/** What Excel, LibreOffice or Sheets may compute. */
const COMPUTED = /^[\s"']*[=+\-@＝＋－＠]/;

describe('a cell', () => {
  it.each([
    ['=1+1', "'=1+1"],
    ['+1', "'+1"],
    ['-x', "'-x"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\t=1', "'=1"],
    ['\r=1', "'=1"],
    ['"=1', '\'"=1'],
    ['＝1', "'＝1"],
    ['a-b=c', 'a-b=c'],
    ['o\u0000\u001b[31m', 'o\u{fffd}\u{fffd}[31m'],
  ])('that is %j is shown, not computed', (text, shown) => {
    expect(cell(text)).toBe(shown);
  });

  it('begins with an apostrophe wherever it could be a formula', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const shown = cell(text);
        if (COMPUTED.test(shown)) expect(shown[0]).toBe("'");
        expect(shown).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u);
      }),
    );
  });
});

describe('the table of a class', () => {
  it('has a row a student and a column an exercise, blank where there is no grade', () => {
    expect(csv(gradebook).text).toMatchInlineSnapshot(`
      "student,submission,submitted_at,status,score,max_score,01-x/attend,02-y/heads,adjustments,problem
      ada,attention-submissions/attention-ada,2027-02-15T10:00:00Z,graded,1,8,,0,-1,
      bob,attention-submissions/attention-ada,2027-02-15T10:00:00Z,not-judged,,8,,0,0,the host ended
      '=cmd|x,attention-submissions/attention-ada,2027-02-15T10:00:00Z,unreadable,0,8,,,0,"no folder ""exercises"""
      "
    `);
  });

  it('names those without a grade', () => {
    expect(csv(gradebook).notes).toEqual(['no grade, since not judged: bob']);
  });

  it('adds up from exercises and adjustments to the score', () => {
    const [head, ada] = rowsOf(
      csv({
        ...gradebook,
        entries: [{ ...entry, score: 0, report: { ...sampleReport, exercises: [sampleReport.exercises[1]] } }],
      }).text,
    );
    expect(Number(ada[head.indexOf('02-y/heads')]) + Number(ada[head.indexOf('adjustments')])).toBe(0);
  });
});

describe('every table', () => {
  it.each([
    ['csv', csv, 'student', 'score'],
    ['classroom-csv', classroomCsv, 'github_username', 'points_awarded'],
    ['moodle', moodle, 'username', 1],
  ])('computes nothing, breaks no row and gives no zero for what was not judged: %s', (_, write, who, what) => {
    fc.assert(
      fc.property(randomGradebook, (random) => {
        const { text } = write(random);
        const [head, ...rows] = rowsOf(text);
        const score = typeof what === 'number' ? what : head.indexOf(what);
        for (const row of [head, ...rows]) {
          for (const value of row.filter((value) => !/^-?\d+$/.test(value))) {
            if (COMPUTED.test(value)) expect(value[0]).toBe("'");
            expect(value).not.toMatch(/[\p{Cc}\p{Cs}]/u);
          }
        }
        if (write !== moodle) expect(rows).toHaveLength(random.entries.length);
        const entries = random.entries.filter(({ student }) =>
          rows.some((row) => row[head.indexOf(who)] === cell(student)),
        );
        if (write === moodle) return;
        expect(rows.map((row) => row[score])).toEqual(entries.map((known) => String(gradeOf(known) ?? '')));
      }),
    );
  });
});

describe('the table for Moodle', () => {
  it('has user names and grades, and leaves out and names whoever cannot be a user there', () => {
    const { text, notes } = moodle(gradebook);
    // bob has no grade, and a blank would empty one that is there.
    expect(text).toBe('username,Attention\nada,1\n');
    expect(notes).toContain('left out, since Moodle has no such user names: =cmd|x');
  });

  it('has neither of two that are one user there, and names them', () => {
    const { text, notes } = moodle({
      ...gradebook,
      entries: [
        { ...entry, student: 'Ada' },
        { ...entry, student: 'ada' },
      ],
    });
    expect(text).toBe('username,Attention\n');
    expect(notes).toContain('left out, since they are one user to Moodle: Ada and ada');
  });

  it('has a grade for every user that can be one', () => {
    fc.assert(
      fc.property(randomGradebook, (random) => {
        const [, ...rows] = rowsOf(moodle(random).text);
        const users = random.entries.filter(
          (entry) => /^[a-z0-9_][a-z0-9_.@-]*$/i.test(entry.student) && gradeOf(entry) !== null,
        );
        const names = users.map(({ student }) => student.toLowerCase());
        const alone = users.filter((_, i) => names.filter((name) => name === names[i]).length === 1);
        expect(rows).toEqual(alone.map((user) => [user.student.toLowerCase(), String(gradeOf(user))]));
      }),
    );
  });
});

describe('the table of GitHub Classroom', () => {
  it('has its columns', () => {
    expect(rowsOf(classroomCsv(gradebook).text).slice(0, 2)).toEqual([
      'assignment_name,assignment_url,starter_code_url,github_username,roster_identifier,student_repository_name,student_repository_url,submission_timestamp,points_awarded,points_available'.split(
        ',',
      ),
      ['Attention', '', '', 'ada', '', 'attention-ada', '', '2027-02-15T10:00:00Z', '1', '8'],
    ]);
  });
});
