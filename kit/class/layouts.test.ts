import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { InputError } from '../course/input-error.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { findSubmissions, type LayoutOptions, strayFiles } from './layouts.ts';

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

  it('an assignment that not all names begin with is taken off none', () => {
    const folder = classFolder('attention-submissions', ['attention-ada', 'bob']);
    expect(Object.keys(studentsOf(folder))).toEqual(['attention-ada', 'bob']);
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
    mkdirSync(join(folder, 'submission_3'));
    expect(() => findSubmissions(folder)).toThrow(/does not say whose submission_3 is/);
  });

  it('anything else: a folder or zip file a student; files, links and what begins with a dot are nobody', () => {
    const folder = classFolder('class', ['ada', 'bob.zip', '.git', '__MACOSX']);
    writeFileSync(join(folder, 'eve.tar.gz'), '');
    writeFileSync(join(folder, 'submission_metadata.yml.txt'), '');
    symlinkSync('/etc', join(folder, 'mallory'));
    expect(studentsOf(folder)).toEqual({ ada: 'ada', bob: 'bob.zip' });
    expect(strayFiles(folder)).toEqual(['eve.tar.gz', 'submission_metadata.yml.txt']);
  });

  it('folders named for moments are several submissions of one student', () => {
    const folder = classFolder('class', ['ada/2027-02-14T10-00-00Z', 'ada/20270215.zip', 'bob/2027-02-14T10-00-00Z']);
    expect(findSubmissions(folder).map(({ submission }) => submission)).toEqual(['ada', 'bob/2027-02-14T10-00-00Z']);
    const clear = classFolder('class', ['ada/2027-02-14T10-00-00Z', 'ada/2027-02-15T110000Z']);
    expect(findSubmissions(clear)).toEqual([
      { student: 'ada', submission: 'ada/2027-02-14T10-00-00Z', submittedAt: '2027-02-14T10:00:00.000Z' },
      { student: 'ada', submission: 'ada/2027-02-15T110000Z', submittedAt: '2027-02-15T11:00:00.000Z' },
    ]);
  });

  it('a folder with nothing in it is refused with what belongs there', () => {
    expect(() => findSubmissions(classFolder('class', []))).toThrow(
      /each is a folder or a zip file named for its student/,
    );
  });
});
