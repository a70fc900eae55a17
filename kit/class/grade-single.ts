/** Judges one submission as a class is judged: in a worker, and a second time where that ends or comes to no verdict. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { Course } from '../course/course.ts';
import { gradeClass } from './grade-class.ts';
import type { ClassWork } from './grade-one.ts';
import type { GraderConfig } from './graders.ts';
import type { JournalRecord } from './journal.ts';

/** What a class has besides is settled here. */
type SingleConfig = Pick<GraderConfig, 'hosts'> & { work: Omit<ClassWork, 'folder' | 'settings' | 'scratch'> };

/** @param path of a folder or zip file. `stop` ends everything at once */
export function gradeSingle(
  course: Course,
  path: string,
  student: string,
  { hosts, work }: SingleConfig,
): { record: Promise<JournalRecord>; stop: () => void } {
  const scratch = mkdtempSync(join(tmpdir(), 'kit-grade-'));
  const clear = () => rmSync(scratch, { recursive: true, force: true });
  let record: JournalRecord | undefined;
  const { ended, stop } = gradeClass({
    submissions: [{ student, submission: basename(path), submittedAt: null }],
    course,
    config: { courseRoot: course.root, hosts, work: { ...work, folder: dirname(path), settings: '', scratch } },
    jobs: 1,
    before: new Map(),
    attempts: new Map(),
    again: () => false,
    onAttempt: () => {},
    onRecord: (last) => {
      record = last;
    },
  });
  return {
    record: ended.finally(clear).then(() => record as JournalRecord),
    stop: () => {
      stop();
      clear();
    },
  };
}
