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
/** What Canvas's import needs of the export: who, and the one assignment. */
const needed = (rows: string[][]) => rows.map((row) => row.slice(0, 6));
const scores = (text: string) => rowsOf(text).map((row) => row[5]);

describe('a gradebook exported from Canvas', () => {
  it.each([
    ['the login', 'grace', 3],
    ['the login before its @', 'ada', 2],
    ['the student number', 'S300', null],
    ['the number in Canvas', '4', 5],
    ['the name', 'noether, emmy', 5],
    ['the name the other way round', 'Emmy Noether', 5],
  ])('is filled in by %s', (_, student, row) => {
    const { text, notes } = canvas(gradebookOf(graded(student, 6)), EXPORT, { overwrite: true });
    expect(notes.join()).not.toContain('not found');
    if (row !== null) expect(scores(text)[row]).toBe('6');
  });

  it('keeps all else as it was, to the letter, and has no column that the import would set back', () => {
    const { text } = canvas(gradebookOf(graded('ada', 5)), EXPORT);
    const lines = EXPORT.split('\n').map((line) => line.split(/,(?! )/).slice(0, 6));
    lines[2][5] = '5';
    expect(text).toBe(lines.map((line) => line.join(',')).join('\n'));
  });

  it('keeps what is excused, and what there is no grade for', () => {
    const { text, notes } = canvas(gradebookOf(graded('alan', 5), graded('grace', null)), EXPORT);
    expect(rowsOf(text)).toEqual(needed(rowsOf(EXPORT)));
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
    expect(rowsOf(text)).toEqual(needed(rowsOf(twins)));
    expect(notes).toContain('not in the export, so not filled in: ada');
  });

  it.each([
    ['is not a table', 'a,"b\n', 'no columns "Student" and "ID"'],
    ['is a torn table', `${EXPORT}"Torn, T`, 'is not valid CSV: line 7 has a quoted cell without an end'],
    ['has other columns', 'Name,Grade\nada,1\n', 'no columns "Student" and "ID"'],
    ['has not the assignment', EXPORT.replace('Attention (', 'Retention ('), 'it has "Retention (4711)", "Essay (12)"'],
    ['has the assignment twice', EXPORT.replace('Essay', 'Attention'), 'has 2 assignments "Attention"'],
    ['has it for other points', EXPORT.replace(',8,', ',100,'), 'worth 100 points in Canvas, but 8 here'],
  ])('is refused where it %s', (_, text, problem) => {
    expect(() => canvas(gradebookOf(graded('ada')), text)).toThrow(InputError);
    expect(() => canvas(gradebookOf(graded('ada')), text)).toThrow(problem);
  });

  it('keeps a grade that is there and is another one, unless told to replace it', () => {
    const { text, notes } = canvas(gradebookOf(graded('grace', 6), graded('emmy', 2)), EXPORT);
    expect(scores(text).slice(3)).toEqual(['3', 'EX', '2']);
    expect(notes).toContain(
      'another grade is in Canvas and was kept; --overwrite replaces it: grace (3 there, 6 here)',
    );
    const replaced = canvas(gradebookOf(graded('grace', 6), graded('alan', 6)), EXPORT, { overwrite: true });
    expect(scores(replaced.text).slice(3)).toEqual(['6', 'EX', '2']);
  });

  it('takes Ada and ada for two where the export has ada only: who is named so gets the row', () => {
    const { text, notes } = canvas(gradebookOf(graded('EMMY', 1), graded('emmy', 6)), EXPORT, { overwrite: true });
    expect(scores(text)[5]).toBe('6');
    expect(notes.join('\n')).toContain('EMMY and emmy');
  });

  it('gets nothing but grades, whatever the gradebook', () => {
    fc.assert(
      fc.property(randomGradebook, (random) => {
        const students = random.entries.map(({ student }, i) => ['n', `${i}x`, '', student, '', '', '', '']);
        const head = rowsOf(EXPORT)[0];
        const exported = table([head, ...students]);
        const { text } = canvas({ ...random, title: 'Attention' }, exported);
        const after = rowsOf(text).slice(1);
        expect(after.map((row) => row.toSpliced(5, 1))).toEqual(
          needed(rowsOf(exported))
            .slice(1)
            .map((row) => row.toSpliced(5, 1)),
        );
        for (const row of after) expect(row[5]).toMatch(/^\d*$/);
      }),
    );
  });
});
