import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { cluesOf } from '../roster/submission-clues.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { run } from './format.ts';

let said: string;
beforeEach(() => {
  said = '';
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said += text;
    return true;
  });
});
afterEach(() => vi.restoreAllMocks());

/** A class's grades, by what was handed in; students are called what an unknown layout would make of that. */
const bookOf = (grades: Record<string, number | null>, named: (submission: string) => string = (name) => name) =>
  JSON.stringify({
    schema: 'attention-kit/gradebook/v1',
    assignment: 'attention',
    title: 'Softmax',
    maxScore: 10,
    entries: Object.entries(grades).map(([submission, score]) => ({
      ...{ student: named(submission), submission, submittedAt: null },
      ...{ status: score === null ? 'not-judged' : 'graded', score, maxScore: 10, problem: null, report: null },
    })),
  });

/** Fills the file in, as the command line would. @returns its bytes */
async function filled(
  book: string,
  as: string,
  file: string | Uint8Array,
  more: Record<string, unknown> = {},
): Promise<Buffer> {
  const { roster, ...options } = more;
  const folder = temporaryFolder({ 'g.json': book, ...(roster ? { 'roster.csv': String(roster) } : {}) });
  const [fill, out] = ['fill', 'out'].map((name) => join(folder, name));
  writeFileSync(fill, file);
  await run(join(folder, 'g.json'), {
    ...{ as, out, ...(file.length > 0 && { fill }) },
    ...(roster ? { roster: join(folder, 'roster.csv') } : {}),
    ...options,
  });
  if (process.platform !== 'win32') expect(statSync(out).mode & 0o777).toBe(0o600);
  return readFileSync(out);
}

const CANVAS = `Student,ID,SIS User ID,SIS Login ID,Section,Notes,Softmax (12345),Essay (99),Final Score
,,,,,,Manual Posting,,
    Points Possible,,,,,,10.00,100.00,(read only)
"Lovelace, Ada",101,s101,ada,S1 and S2,,,90.00,85.50
"Hopper, Grace",102,s102,grace@uni.example,S1,"late, twice",,,85.50
"Müller, Jürgen",106,s106,jm17,S1,,,,85.50
"Student, Test",107,,0f5c9a7d2f8b,S1,,,,85.50
`;
const CANVAS_BACK = `Student,ID,SIS User ID,SIS Login ID,Section,Softmax (12345)
,,,,,Manual Posting
    Points Possible,,,,,10.00
"Lovelace, Ada",101,s101,ada,S1 and S2,10
"Hopper, Grace",102,s102,grace@uni.example,S1,7
"Müller, Jürgen",106,s106,jm17,S1,3
"Student, Test",107,,0f5c9a7d2f8b,S1,
`;
const DOWNLOADED = bookOf({
  'lovelaceada_101_55501_attention.zip': 10,
  'hoppergrace_LATE_102_55502_attention-1.zip': 7,
  'müllerjürgen_106_55503_week_1_2.zip': 3,
});

/** With semicolons names need no quotes; numbers have a comma. */
const german = (text: string) =>
  text
    .replace(/"([^"]*)"|,/g, (all, quoted?: string) => (all === ',' ? ';' : (quoted ?? '')))
    .replaceAll('0.00', '0,00')
    .replaceAll('85.50', '85,50');
const latin1 = (text: string) => Buffer.from(text, 'latin1');
const firstAndLast = (text: string) =>
  text
    .replace('Student,', 'LastName,FirstName,')
    .replace('\n,', '\n,,')
    .replace('Possible,', 'Possible,,')
    .replace(/^"(\S+), (\S+)",/gm, '$1,$2,');

describe("Canvas's bulk download", () => {
  it.each<[name: string, change: (text: string) => string | Uint8Array]>([
    ['as it is', (text) => text],
    ['with semicolons and decimal commas', german],
    [
      'with decimal commas in quotes',
      (text) => text.replace(/\d+\.\d\d/g, (number) => `"${number.replace('.', ',')}"`),
    ],
    ['with last and first names apart', firstAndLast],
    ['with a byte order mark and line ends of Windows', (text) => `\u{feff}${text.replaceAll('\n', '\r\n')}`],
    ['saved by Excel in Windows-1252', (text) => latin1(german(text).replaceAll('\n', '\r\n'))],
    ['saved by Excel as Unicode text', (text) => Buffer.from(`\u{feff}${text}`, 'utf16le')],
    ['with names decomposed', (text) => text.normalize('NFD')],
    ['without an end to its last line', (text) => text.trimEnd()],
  ])("goes back into Canvas's own export %s", async (_, change) => {
    const back = await filled(DOWNLOADED, 'canvas', change(CANVAS));
    expect(back).toEqual(Buffer.from(change(CANVAS_BACK)));
    expect(said).toBe('');
  });

  it('is not taken for somebody whose number is the same but whose name is another', async () => {
    const book = bookOf({ 'somebodyelse_101_1_a.zip': 9, 'hoppergrace_102_2_a.zip': 7 });
    const back = String(await filled(book, 'canvas', CANVAS));
    expect(back).toContain('ada,S1 and S2,\n');
    expect(said).toContain('not in the export, so not filled in: somebodyelse_101_1_a.zip');
  });
});

const WORKSHEET = `\u{feff}Identifier,"Full name","Email address",Status,Grade,"Maximum Grade","Grade can be changed","Last modified (submission)","Last modified (grade)","Feedback comments"
"Participant 12345","Ada Lovelace",ada@uni.example,"Submitted for grading - ",,10.00,Yes,"Monday, 15 February 2027, 8:00 PM",-,"<p>was, ""good""</p>"
"Participant 12346","Ada Lovelace",ada2@uni.example,"Submitted for grading - ",4.00,10.00,Yes,-,-,
"Participant 12347","Grace Hopper",grace@uni.example,"No submission - ",,10.00,Yes,-,-,
`;

describe("Moodle's download", () => {
  const named = (submission: string) => cluesOf(submission).moodle?.name ?? submission;
  const book = bookOf(
    {
      'Ada Lovelace_12345_assignsubmission_file_': 8,
      'Ada Lovelace_12346_assignsubmission_file_a.zip': 4,
      'Grace Hopper_12347_assignsubmission_file_': null,
    },
    named,
  );

  it('goes back into its grading worksheet, by the number of the participant, with rows of grades alone', async () => {
    const lines = String(await filled(book, 'moodle', WORKSHEET)).split('\n');
    expect(lines).toHaveLength(4);
    expect(lines[0]).toBe(WORKSHEET.split('\n')[0].replace(',"Feedback comments"', ''));
    expect(lines[1]).toContain('"Submitted for grading - ",8,10.00,');
    expect(lines[2]).toContain('"Submitted for grading - ",4.00,10.00,');
  });

  it('goes back in the language that the worksheet is in', async () => {
    const translated = WORKSHEET.replace(
      /.*\n/,
      `ID,"Vollständiger Name",E-Mail-Adresse,Status,Bewertung,Bestwertung,"Bewertung kann geändert werden","Zuletzt geändert (Abgabe)","Zuletzt geändert (Bewertung)","Feedback als Kommentar"\n`,
    ).replaceAll('Participant ', 'Teilnehmer/in');
    expect(String(await filled(book, 'moodle', translated))).toContain(',8,10.00,');
  });

  it('goes back into the gradebook by the e-mail address that the roster knows', async () => {
    const roster =
      'login,name,email\nada1,"Lovelace, Ada Augusta",ADA@uni.example\ngrace,Grace Hopper,grace@uni.example\n';
    const exported =
      'First name,Last name,ID number,Email address,Assignment: Softmax (Real),Course total (Real)\nAda,Lovelace,1,ada@uni.example,-,9\nGrace,Hopper,2,grace@uni.example,3,9\n';
    const back = String(await filled(bookOf({ ada1: 8, grace: 3 }), 'moodle', exported, { roster }));
    expect(back).toBe(
      'First name,Last name,ID number,Email address,Assignment: Softmax (Real)\nAda,Lovelace,1,ada@uni.example,8\nGrace,Hopper,2,grace@uni.example,3\n',
    );
  });

  it('is a table by e-mail address, ID number or user name where only the roster is known', async () => {
    const table = async (roster: string) =>
      String(await filled(bookOf({ ada: 8, grace: 3 }), 'moodle', '', { roster }));
    expect(await table('github,email\nAda,ada@uni.example\ngrace,g@uni.example\n')).toBe(
      'email,Softmax\nada@uni.example,8\ng@uni.example,3\n',
    );
    expect(await table('github,sis_id\nada,s1\ngrace,s2\n')).toBe('idnumber,Softmax\ns1,8\ns2,3\n');
    expect(await table('github,login\nada,AL17\n')).toBe('username,Softmax\nal17,8\n');
    expect(said).toContain('left out, since not in the roster: grace');
  });

  it('is refused, rather than half a table, where nobody is known', async () => {
    await expect(filled(book, 'moodle', '')).rejects.toThrow(/none of the 2 students .* --roster .* --fill/);
  });
});

describe("Gradescope's export", () => {
  it('goes back into its table of scores by number of the submission, address or SID', async () => {
    const exported = `First Name,Last Name,SID,Email,Sections,Total Score,Max Points,Status,Submission ID,Submission Time,Lateness (H:M:S)
Ada,Lovelace,17,ada@x.edu,,0.0,10.0,Graded,4711,2027-02-15 20:00:00 +0100,00:00:00
Grace,Hopper,18,Grace@x.edu,,,10.0,Ungraded,4712,,
Alan,Turing,19,alan@x.edu,,,10.0,Missing,,,
`;
    const book = bookOf({ submission_4711: 9, 'grace@x.edu': 7 });
    const back = String(await filled(book, 'gradescope-csv', exported, { overwrite: true }));
    expect(back.split('\n').slice(0, 4)).toEqual([
      'First Name,Last Name,SID,Email,Sections,Total Score,Max Points,Submission ID',
      'Ada,Lovelace,17,ada@x.edu,,9,10.0,4711',
      'Grace,Hopper,18,Grace@x.edu,,7,10.0,4712',
      'Alan,Turing,19,alan@x.edu,,,10.0,',
    ]);
  });
});

describe('Classroom 50', () => {
  it("gets its own scores.json back, by the owner's login in the roster", async () => {
    const collected = {
      schema: 'classroom50/scores/v1',
      assignments: {
        attention: {
          type: 'individual',
          entries: [{ owner: 'octo-Ada', submissions: [{ score: 0, 'max-score': 10, tests: [] }] }],
        },
      },
    };
    const roster = 'name,github\nAda Lovelace,octo-ada\n';
    const back = await filled(bookOf({ 'Ada Lovelace': 8 }), 'classroom50-scores', JSON.stringify(collected), {
      roster,
    });
    expect(JSON.parse(String(back)).assignments.attention.entries[0].submissions[0].score).toBe(8);
  });
});
