import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { InputError } from '../course/input-error.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { findSubmissions, type LayoutOptions, readClass } from './layouts.ts';

/** A class's folder called `name` with these entries; what ends in .zip or .yml is a file. */
function classFolder(name: string, entries: string[], files: Record<string, string> = {}): string {
  const folder = join(temporaryFolder(files), name);
  mkdirSync(folder, { recursive: true });
  for (const entry of entries) {
    if (entry.endsWith('.zip')) writeFileSync(join(folder, entry), '');
    else mkdirSync(join(folder, entry, 'exercises'), { recursive: true });
  }
  return folder;
}

/** What is said of others, by name. */
function notesOf(folder: string, options?: LayoutOptions): Record<string, string> {
  const { notes } = readClass(folder, options);
  return Object.fromEntries(notes.flatMap(({ says, names }) => names.map((name) => [name, says])));
}

const studentsOf = (folder: string, options?: LayoutOptions) =>
  Object.fromEntries(findSubmissions(folder, options).map(({ student, submission }) => [student, submission]));

describe('who handed in what', () => {
  it('GitHub Classroom: the assignment is taken off, as the folder is called for it', () => {
    const folder = classFolder('attention-submissions', ['attention-ada', 'attention-mary-ann']);
    expect(studentsOf(folder)).toEqual({ ada: 'attention-ada', 'mary-ann': 'attention-mary-ann' });
  });

  it('Classroom 50: classroom and assignment are taken off, where the assignment is given', () => {
    const folder = classFolder('downloads', ['cs-2027-attention-ada', 'cs-2027-attention-bob-attention-x']);
    expect(Object.keys(studentsOf(folder, { assignment: 'attention' }))).toEqual(['ada', 'bob-attention-x']);
  });

  it('a prefix that all share is left alone unless somebody says what it is: the next student may not share it', () => {
    const folder = classFolder('class', ['anna-k', 'anna-m']);
    expect(Object.keys(studentsOf(folder))).toEqual(['anna-k', 'anna-m']);
    expect(Object.keys(studentsOf(folder, { prefix: 'anna-' }))).toEqual(['k', 'm']);
    expect(() => findSubmissions(folder, { prefix: 'anna-k' })).toThrow(InputError);
  });

  it('an assignment is taken off the names that begin with it; the others keep theirs, and that is said', () => {
    const folder = classFolder('attention-submissions', ['attention-ada', 'attention-eve', 'bob', 'late by mail.zip']);
    expect(Object.keys(studentsOf(folder))).toEqual(['ada', 'bob', 'eve', 'late by mail']);
    const says = 'These do not begin with "attention-" as the others do, and are graded under their whole names';
    expect(notesOf(folder)).toEqual({ bob: says, 'late by mail.zip': says });
  });

  it('of two classrooms in one folder that of most is taken off; where it cannot be told, the user is asked', () => {
    const assignment = 'attention';
    const most = ['cs-1-attention-ada', 'cs-1-attention-bob', 'cs-2-attention-eve'];
    expect(Object.keys(studentsOf(classFolder('x', most), { assignment }))).toEqual([
      'ada',
      'bob',
      'cs-2-attention-eve',
    ]);
    expect(() => findSubmissions(classFolder('x', most.slice(1)), { assignment })).toThrow(
      'as many names begin with "cs-1-attention-" as with "cs-2-attention-"; name the one to take off with --prefix',
    );
  });

  describe('one more entry, whatever it is', () => {
    const layouts: [string, string, string[], LayoutOptions?][] = [
      ['GitHub Classroom', 'attention-submissions', ['attention-ada', 'attention-bob', 'attention-eve']],
      [
        'Classroom 50',
        'class',
        ['cs-attention-ada', 'cs-attention-bob', 'cs-attention-eve'],
        { assignment: 'attention' },
      ],
      ['Moodle', 'class', ['Ada L_1_assignsubmission_file_', 'Bob_2_assignsubmission_file_.zip']],
      ['Canvas', 'class', ['ada_1_10_a.zip', 'bob_2_11_b.zip', 'eve_LATE_3_12_c.zip']],
      ['named for students', 'class', ['ada', 'bob.zip', 'anna-k']],
    ];
    const strays = [
      'late by mail.zip',
      'notes',
      'attention-x',
      'attention-attention-ada',
      'x-attention-y',
      'zoe_4_13_z.zip',
      'Kim Lee_5_assignsubmission_file_',
      'Kim Lee_5_assignsubmission_onlinetext_',
    ];

    it.each(layouts)('renames nobody in a folder as %s makes it', (_, name, entries, options) => {
      const before = studentsOf(classFolder(name, entries), options);
      for (const stray of strays) {
        const after = studentsOf(classFolder(name, [...entries, stray]), options);
        expect(after, stray).toMatchObject(before);
      }
    });

    it('that shares a full name with another makes two names with numbers, and that is said', () => {
      const folder = classFolder('m', ['Kim Lee_103_assignsubmission_file_', 'Kim Lee_104_assignsubmission_file_']);
      expect(Object.keys(notesOf(folder))).toEqual(['Kim Lee_103', 'Kim Lee_104']);
    });
  });

  it('Canvas: the name and the number of the person, whatever the file is called; who is late is said', () => {
    const folder = classFolder('submissions', [
      'lovelaceada_101_55501_attention.zip',
      'hoppergrace_LATE_102_55502_attention-1.zip',
      'müllerjürgen_103_55503_my_work_1_2.zip',
      'late by mail.zip',
    ]);
    expect(Object.keys(studentsOf(folder))).toEqual([
      'hoppergrace_102',
      'late by mail',
      'lovelaceada_101',
      'müllerjürgen_103',
    ]);
    expect(notesOf(folder)).toEqual({
      hoppergrace_102: 'Canvas marks these as late and does not say by how much; give the times with --submitted',
      'late by mail.zip': expect.stringContaining('not named as Canvas names the others'),
    });
  });

  it('Moodle: the full name, with its number where two have the same; typed text is not a submission', () => {
    const folder = classFolder('moodle', [
      'Ada Lovelace_101_assignsubmission_file_',
      'Ada Lovelace_101_assignsubmission_onlinetext_',
      'Émile_Borel_102_assignsubmission_file',
      'Kim Lee_103_assignsubmission_file_',
      'Kim Lee_104_assignsubmission_file_',
    ]);
    expect(Object.keys(studentsOf(folder))).toEqual(['Ada Lovelace', 'Kim Lee_103', 'Kim Lee_104', 'Émile_Borel']);
  });

  it('Moodle without folders: files begin with the same names, and what a student called a file makes it nobody else’s', () => {
    const folder = classFolder('moodle', [
      'Ada Lovelace_101_assignsubmission_file_work.zip',
      'Kim Lee_103_assignsubmission_file_Ada Lovelace_101_assignsubmission_file_.zip',
    ]);
    expect(studentsOf(folder)).toEqual({
      'Ada Lovelace': 'Ada Lovelace_101_assignsubmission_file_work.zip',
      'Kim Lee': 'Kim Lee_103_assignsubmission_file_Ada Lovelace_101_assignsubmission_file_.zip',
    });
  });

  it('Gradescope: the metadata says whose each is, and when it came; a group has it each', () => {
    const folder = classFolder('export', ['submission_1', 'submission_2']);
    writeFileSync(
      join(folder, 'submission_metadata.yml'),
      `---
submission_1:
  :submitters:
  - :name: Ada Lovelace
    :sid: '17'
    :email: ada@example.edu
  :created_at: 2026-10-21 22:09:20.527021000 Z
  :score: 0.0
submission_2:
  :submitters:
  - {":name": Bob, ":sid": "", ":email": ""}
  - {":name": Eve, ":sid": 23, ":email": null}
  :created_at: 2026-10-22 10:00:00.000000000 +02:00
`,
    );
    expect(findSubmissions(folder)).toEqual([
      { student: '23', submission: 'submission_2', submittedAt: '2026-10-22T08:00:00.000Z' },
      { student: 'Bob', submission: 'submission_2', submittedAt: '2026-10-22T08:00:00.000Z' },
      { student: 'ada@example.edu', submission: 'submission_1', submittedAt: '2026-10-21T22:09:20.527Z' },
    ]);
  });

  it('Gradescope: what is odd about one entry is said and refuses nobody else', () => {
    const folder = classFolder('export', ['submission_1', 'submission_3', 'submission_4', 'my-notes']);
    const file = join(folder, 'submission_metadata.yml');
    writeFileSync(
      file,
      `---
submission_1:
  :submitters:
  - &1
    :name: Ada
    :email: ada@x.edu
  - *1
  :created_at: !ruby/object:ActiveSupport::TimeWithZone
    utc: 2026-10-21 22:09:20.527021000 Z
submission_2:
  :submitters:
  - {":name": Bob, ":email": bob@x.edu}
submission_4:
  :submitters: []
submission_5:
`,
    );
    expect(findSubmissions(folder)).toEqual([
      { student: 'ada@x.edu', submission: 'submission_1', submittedAt: '2026-10-21T22:09:20.527Z' },
      { student: 'submission_3', submission: 'submission_3', submittedAt: null },
      { student: 'submission_4', submission: 'submission_4', submittedAt: null },
    ]);
    const nobodys =
      'submission_metadata.yml does not say whose these are, so they are graded under the names of their folders';
    expect(notesOf(folder)).toEqual({
      'submission_2 (bob@x.edu)': expect.stringMatching(/^Missing: /),
      submission_5: expect.stringMatching(/^Missing: /),
      submission_3: nobodys,
      submission_4: nobodys,
      'my-notes': 'Not graded, since submission_metadata.yml does not name them',
    });
    writeFileSync(file, 'a: [');
    expect(() => findSubmissions(folder)).toThrow(/submission_metadata\.yml is not valid YAML/);
    writeFileSync(file, 'a: 1');
    expect(() => findSubmissions(folder)).toThrow(/names nobody who handed in/);
  });

  it('anything else: a folder or zip file a student; files, links and what begins with a dot are nobody', () => {
    const folder = classFolder('class', ['ada', 'bob.zip', '.git', '__MACOSX']);
    writeFileSync(join(folder, 'eve.tar.gz'), '');
    writeFileSync(join(folder, 'submission_metadata.yml.txt'), '');
    symlinkSync('/etc', join(folder, 'mallory'));
    expect(studentsOf(folder)).toEqual({ ada: 'ada', bob: 'bob.zip' });
    mkdirSync(join(folder, '.zoe'));
    const other = 'Not graded, since they are not folders or zip files';
    expect(notesOf(folder)).toEqual({
      'eve.tar.gz': other,
      'submission_metadata.yml.txt': other,
      mallory: 'Not graded, since they are links',
      '.zoe': 'Not graded, since their names begin with a dot',
    });
  });

  it.runIf(process.platform === 'linux')(
    'a name that is not UTF-8 is read as it is likely meant, and that is said',
    () => {
      const folder = classFolder('class', ['ada']);
      mkdirSync(Buffer.concat([Buffer.from(`${folder}/J`), Buffer.from([0xf6]), Buffer.from('rg')]));
      expect(studentsOf(folder)).toEqual({ ada: 'ada', Jörg: 'J\udcf6rg' });
      expect(notesOf(folder)).toEqual({ Jörg: expect.stringContaining('not UTF-8') });
    },
  );

  it('folders named for moments are several submissions of one student', () => {
    const folder = classFolder('class', ['ada/2027-02-14T10-00-00Z', 'ada/20270215.zip', 'bob/2027-02-14T10-00-00Z']);
    expect(findSubmissions(folder).map(({ submission }) => submission)).toEqual(['ada', 'bob/2027-02-14T10-00-00Z']);
    const clear = classFolder('class', ['ada/2027-02-14T10-00-00Z', 'ada/2027-02-15T110000Z']);
    expect(findSubmissions(clear)).toEqual([
      { student: 'ada', submission: 'ada/2027-02-14T10-00-00Z', submittedAt: '2027-02-14T10:00:00.000Z' },
      { student: 'ada', submission: 'ada/2027-02-15T110000Z', submittedAt: '2027-02-15T11:00:00.000Z' },
    ]);
  });

  it('a folder that a student has named for a moment dates nothing', () => {
    const folder = classFolder('class', ['ada/exercises', 'bob/exercises', 'mallory/2020-01-01T00-00-00Z/exercises']);
    const [, , mallory] = findSubmissions(folder);
    expect(mallory).toEqual({ student: 'mallory', submission: 'mallory', submittedAt: null });
  });

  it('a folder with nothing in it is refused with what belongs there', () => {
    expect(() => findSubmissions(classFolder('class', []))).toThrow(
      /each is a folder or a zip file named for its student$/,
    );
    const links = classFolder('class', []);
    symlinkSync('/etc', join(links, 'mallory'));
    expect(() => findSubmissions(links)).toThrow(/named for its student\. Not graded, since they are links: mallory$/);
    expect(() => findSubmissions(join(links, 'none'))).toThrow(/cannot be read/);
  });

  it('a class with a folder around it is refused with the folder to name', () => {
    const folder = classFolder('download', []);
    mkdirSync(join(folder, 'assignment_1_export/submission_1'), { recursive: true });
    writeFileSync(join(folder, 'assignment_1_export/submission_metadata.yml'), '');
    expect(() => findSubmissions(folder)).toThrow('assignment_1_export"');
  });
});
