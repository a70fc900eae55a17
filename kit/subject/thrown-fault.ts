/** An error that the submission itself threw, whether by design (wrong arguments) or not. */
import type { Outcome } from '../wire/requests.ts';
import { type Failure, SubmissionFault } from './failure.ts';
import { originOf } from './source-lines.ts';
import { causeInWords } from './thrown.ts';
import { todoInWords } from './todo.ts';

export class Thrown extends SubmissionFault {
  constructor(
    failure: Failure,
    readonly errorName: string,
    readonly errorMessage: string,
  ) {
    super(failure);
  }
}

/**
 * @param map the bundle's source map, for the learner's own line
 * @param source the learner's file, for what it says there
 */
export function thrownFault(
  { name, message, stack }: Extract<Outcome, { op: 'threw' }>,
  map: string,
  source?: string,
): SubmissionFault {
  const at = originOf(stack, map);
  if (/^TODO\b/.test(message)) {
    return new SubmissionFault({ code: 'todo', message: todoInWords(message, source ?? ''), at });
  }
  const cause = causeInWords(message, source);
  const thrown = `it threw ${name}: ${message}`;
  return new Thrown({ code: `threw:${name}`, message: cause ? `${cause} (${thrown})` : thrown, at }, name, message);
}
