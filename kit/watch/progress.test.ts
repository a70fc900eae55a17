import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sampleReport } from '../testing/sample-report.ts';
import { temporaryFolder, writeFiles } from '../testing/temporary-folder.ts';
import { OwnFile } from './own-file.ts';
import { CourseProgress, PROGRESS_FILE } from './progress.ts';

const EXERCISES = ['01-x/attend', '02-y/heads', '03-z/cache'];
const courseAt = (files: Record<string, string> = {}) => ({ root: temporaryFolder(files), exercises: EXERCISES });
const [attend] = sampleReport.exercises;
const judged = (id: string, status: 'pass' | 'fail' | 'not-judged') => ({
  ...attend,
  id,
  checks: attend.checks.map((check) => ({ ...check, status })),
});

describe('progress', () => {
  it('is kept from one session to the next', () => {
    const course = courseAt();
    new CourseProgress(course).record(judged('01-x/attend', 'pass'));
    new CourseProgress(course).record(judged('02-y/heads', 'fail'));
    const later = new CourseProgress(course);
    expect(EXERCISES.map((id) => later.state(id))).toEqual(['done', 'begun', 'untouched']);
    expect(later.of('02-y/heads')).toEqual({ score: attend.score, maxScore: attend.maxScore, done: false });
    expect(later.firstUnfinished()).toBe('02-y/heads');
    expect(later.firstUnfinished('02-y/heads')).toBe('03-z/cache');
  });

  it.each(['', '{', 'null', '[]', '{"exercises":{"01-x/attend":{"score":"many"}},"hints":7}'])(
    'begins anew, without a word, where the file is %j',
    (text) => {
      const course = courseAt({ [PROGRESS_FILE]: text });
      const progress = new CourseProgress(course);
      expect(progress.state('01-x/attend')).toBe('untouched');
      progress.record(judged('01-x/attend', 'pass'));
      expect(progress.state('01-x/attend')).toBe('done');
    },
  );

  it('is not changed by what could not be judged', () => {
    const progress = new CourseProgress(courseAt());
    progress.record(judged('01-x/attend', 'pass'));
    progress.record(judged('01-x/attend', 'not-judged'));
    expect(progress.state('01-x/attend')).toBe('done');
  });

  it('is not held up by what cannot be judged here at all', () => {
    const progress = new CourseProgress(courseAt());
    const { checks, ...exercise } = judged('01-x/attend', 'pass');
    const aside = { ...checks[0], status: 'not-judged' as const, setAside: 'not judged: timed in grading only' };
    progress.record({ ...exercise, checks: [...checks, aside] });
    expect(progress.state('01-x/attend')).toBe('done');
  });

  it('does not stop who works where nothing can be written', () => {
    const course = courseAt({ '.kit': 'a file where the folder should be' });
    expect(() => new CourseProgress(course).setHints('01-x/attend', 1)).not.toThrow();
  });
});

describe('a reset', () => {
  it('puts the stub back that the repository carries, and keeps every file that was there', () => {
    const course = courseAt({ '.kit/stubs/01-x/attend.ts': 'stub', 'exercises/01-x/attend.ts': 'mine' });
    const file = new OwnFile(course, '01-x/attend');
    expect(file.isUntouched).toBe(false);
    const first = file.reset() as string;
    expect(readFileSync(file.path, 'utf8')).toBe('stub');
    expect(file.isUntouched).toBe(true);
    writeFiles(course.root, { 'exercises/01-x/attend.ts': 'mine again' });
    const second = file.reset() as string;
    expect([first, second].map((copy) => readFileSync(join(course.root, copy), 'utf8'))).toEqual([
      'mine',
      'mine again',
    ]);
  });

  it('changes nothing where the stub is not known, and says where to get it', () => {
    const course = courseAt({ 'exercises/01-x/attend.ts': 'mine' });
    const file = new OwnFile(course, '01-x/attend');
    expect(() => file.reset()).toThrow(/the stub of 01-x\/attend is not known here/);
    expect(readFileSync(file.path, 'utf8')).toBe('mine');
    expect(existsSync(join(course.root, '.kit'))).toBe(false);
    writeFileSync(file.path, '');
  });
});
