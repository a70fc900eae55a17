import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../course/input-error.ts';
import { randomGradebook } from '../../testing/random-report.ts';
import type { Gradebook, GradebookEntry } from '../gradebook.ts';
import { canvas } from './canvas.ts';
import { table } from './csv.ts';

const EXPORT = `\u{feff}Student,ID,SIS User ID,SIS Login ID,Section,Attention (4711),Essay (12),Final Score
    Points Possible,,,,,8,10,(read only)
"Lovelace, Ada",1,s100,ada@uni.example,S1,,7,70
"Hopper, Grace",2,s200,GRACE,S1,3,8,80
"Turing, Alan",3,s300,alan,S1,EX,9,90
"Noether, Emmy",4,s400,emmy,S1,2,9,90
`;

const graded = (student: string, score: number | null = 5): GradebookEntry => ({
  student,
  submission: student,
  submittedAt: null,
  status: score === null ? 'not-judged' : 'graded',
  score,
  maxScore: 8,
  problem: null,
  report: null,
});
const gradebookOf = (...entries: GradebookEntry[]): Gradebook => ({
  schema: 'attention-kit/gradebook/v1',
  assignment: 'attention',
  title: 'Attention',
  maxScore: 8,
  entries,
});
const rowsOf = (text: string): string[][] => parse(text, { bom: true });
const scores = (text: string) => rowsOf(text).map((row) => row[5]);

describe('a gradebook exported from Canvas', () => {
  it.each([
    ['the login', 'grace', 3],
    ['the login before its @', 'ada', 2],
    ['the student number', 'S300', null],
    ['the number in Canvas', '4', 5],
    ['the name', 'noether, emmy', 5],
  ])('is filled in by %s', (_, student, row) => {
    const { text, notes } = canvas(gradebookOf(graded(student, 6)), EXPORT);
    expect(notes.join()).not.toContain('not found');
    if (row !== null) expect(scores(text)[row]).toBe('6');
  });

  it('keeps all else as it was', () => {
    const { text } = canvas(gradebookOf(graded('ada', 5)), EXPORT);
    const before = rowsOf(EXPORT);
    before[2][5] = '5';
    expect(rowsOf(text)).toEqual(before);
  });

  it('keeps what is excused, and what there is no grade for', () => {
    const { text, notes } = canvas(gradebookOf(graded('alan', 5), graded('grace', null)), EXPORT);
    expect(rowsOf(text)).toEqual(rowsOf(EXPORT));
    expect(notes).toEqual([
      'no grade, since not judged: grace',
      'excused in Canvas, so not changed: alan',
      '2 of 4 rows of the export have no submission and stay as they were',
    ]);
  });

  it('names those who are not in it, or twice', () => {
    const { notes } = canvas(gradebookOf(graded('ada', 5), graded('s100', 6), graded('nobody', 7)), EXPORT);
    expect(notes).toContain('not in the export, so not filled in: nobody');
    expect(notes).toContain('two students share one row of the export; the first was filled in: s100 and ada');
  });

  it('takes no row where two would do', () => {
    const twins = `${EXPORT}"Other, Ada",5,s500,ada@elsewhere.example,S1,,,\n`;
    const { text, notes } = canvas(gradebookOf(graded('ada', 5)), twins);
    expect(rowsOf(text)).toEqual(rowsOf(twins));
    expect(notes).toContain('not in the export, so not filled in: ada');
  });

  it.each([
    ['is not a table', 'a,"b\n', 'is not valid CSV'],
    ['has other columns', 'Name,Grade\nada,1\n', 'no columns "Student" and "ID"'],
    ['has not the assignment', EXPORT.replace('Attention (', 'Retention ('), 'it has "Retention (4711)", "Essay (12)"'],
    ['has the assignment twice', EXPORT.replace('Essay', 'Attention'), 'has 2 assignments "Attention"'],
    ['has it for other points', EXPORT.replace(',8,', ',100,'), 'worth 100 points in Canvas, but 8 here'],
  ])('is refused where it %s', (_, text, problem) => {
    expect(() => canvas(gradebookOf(graded('ada')), text)).toThrow(InputError);
    expect(() => canvas(gradebookOf(graded('ada')), text)).toThrow(problem);
  });

  it('gets nothing but grades, whatever the gradebook', () => {
    fc.assert(
      fc.property(randomGradebook, (random) => {
        const students = random.entries.map(({ student }, i) => ['n', `${i}x`, '', student, '', 'before', '', '']);
        const head = rowsOf(EXPORT)[0];
        const exported = table([head, ...students]);
        const { text } = canvas({ ...random, title: 'Attention' }, exported);
        const after = rowsOf(text).slice(1);
        expect(after.map((row) => row.toSpliced(5, 1))).toEqual(
          rowsOf(exported)
            .slice(1)
            .map((row) => row.toSpliced(5, 1)),
        );
        for (const row of after) expect(row[5]).toMatch(/^(before|\d+)$/);
      }),
    );
  });
});
