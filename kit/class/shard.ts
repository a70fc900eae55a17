/** A class spread over machines. Which shard a student is in depends on the name alone, whoever else is in the class. */
import { createHash } from 'node:crypto';
import { InputError } from '../course/input-error.ts';
import type { Submission } from './layouts.ts';
import type { Shard } from './run-folder.ts';

/** "2/5". @throws InputError */
export function parseShard(text: string): Shard {
  const [, index, count] = (text.match(/^(\d{1,4})\/(\d{1,4})$/) ?? []).map(Number);
  if (!(index >= 1 && index <= count)) {
    throw new InputError(`--shard takes the number of the shard and how many there are, such as 2/5; not "${text}"`);
  }
  return { index, count };
}

export function isInShard(student: string, { index, count }: Shard): boolean {
  return (createHash('sha256').update(student).digest().readUInt32BE(0) % count) + 1 === index;
}

/** Of the whole class, whichever shard of it is graded. What is handed in a commit later shows in no name, and is no matter here. */
export function hashOfClass(submissions: Submission[], dueOf: ReadonlyMap<string, string> = new Map()): string {
  const parts = submissions.map(({ student, submission, submittedAt }) => [
    student,
    submission,
    submittedAt,
    dueOf.get(student) ?? null,
  ]);
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
