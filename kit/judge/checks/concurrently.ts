/**
 * Attempts side by side: what is asked together travels together, and to wake a process costs more than most calls.
 *
 * Only that all is right is told from it. What is wrong is for the attempts to show one by one, where none can disturb
 * another: they share the limits of a call, and in code that keeps something from call to call the order matters.
 */

import { SubmissionFault } from '../../subject/failure.ts';
import type { Subject } from '../../subject/subject.ts';
import type { Usage } from '../../wire/sandbox-state.ts';

/**
 * All results, if each is right; else null.
 * @param isTidy what they may have cost and left behind, all together
 * @throws SubmissionFault where a call took too long: it would do so again
 */
export async function concurrently<T>(
  subject: Subject,
  attempts: (() => Promise<T>)[],
  isRight: (result: T) => boolean,
  isTidy?: (usage: Usage) => boolean,
): Promise<T[] | null> {
  if (attempts.length < 2) return null;
  await subject.ready();
  const ends = await Promise.allSettled(attempts.map((attempt) => attempt()));
  const answered = ends.every(({ status }) => status === 'fulfilled');
  const untidy = isTidy && answered && !isTidy(await subject.usage());
  await subject.forget();
  const faults = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason] : []));
  const notTheirs = faults.find((fault) => !(fault instanceof SubmissionFault));
  if (notTheirs) throw notTheirs;
  const results: T[] = [];
  for (const end of ends) {
    if (end.status === 'fulfilled' && isRight(end.value)) results.push(end.value);
    else if (end.status === 'rejected' && end.reason.failure.code === 'timeout') throw end.reason;
    else return null;
  }
  return untidy ? null : results;
}
