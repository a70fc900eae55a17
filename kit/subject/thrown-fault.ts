/** An error that the submission itself threw, whether by design (wrong arguments) or not. */
import { shortened, TEXT_LIMITS } from '../text/shortened.ts';
import type { Outcome } from '../wire/requests.ts';
import { NotAvailable } from '../wire/tensorflow.ts';
import type { Bundle } from './bundle.ts';
import { type Failure, SubmissionFault } from './failure.ts';
import { asWritten, calledAt, originOf } from './source-lines.ts';
import { causeInWords, refusalInWords } from './thrown.ts';
import { todoInWords } from './todo.ts';

export class Thrown extends SubmissionFault {
  constructor(
    failure: Failure,
    readonly errorName: string,
    readonly errorMessage: string,
    /** Of its own line, or of that whose gradient was being taken; an error in a backward pass names neither by itself. */
    readonly isPlaced: boolean,
  ) {
    super(failure);
  }
}

/**
 * @param bundle for the learner's own line and names
 * @param source the learner's file, for what it says there
 */
export function thrownFault(
  thrown: Extract<Outcome, { op: 'threw' }>,
  bundle: Bundle,
  source?: string,
): SubmissionFault {
  // Bounded in the sandbox too, which is not believed.
  const name = shortened(thrown.name, TEXT_LIMITS.name);
  const message = shortened(thrown.message, TEXT_LIMITS.message);
  const stack = thrown.stack.slice(0, TEXT_LIMITS.stack);
  const during = thrown.during?.slice(0, TEXT_LIMITS.stack);
  const ownAt = originOf(stack, bundle.map);
  const at = ownAt ?? originOf(during ?? '', bundle.map);
  if (/^TODO\b/.test(message)) {
    return new SubmissionFault({ code: 'todo', message: todoInWords(message, source ?? ''), at });
  }
  // The sandbox's own words on what it has not; no fault of what is computed.
  if (name === NotAvailable.name) return new SubmissionFault({ code: 'not-available', message, at });
  const called = calledAt(ownAt ? stack : (during ?? ''));
  const said = asWritten(message, bundle);
  const isBackward = during !== undefined || stack.includes('backpropagateGradients');
  const gradientOf = isBackward ? (ownAt ? 'own' : { called }) : undefined;
  const context = { source, called: typeof gradientOf === 'object' ? undefined : called, gradientOf } as const;
  const cause = causeInWords(said, context);
  // The kit's own refusals are no errors that anybody could look up.
  const words =
    name === 'KernelRefused'
      ? (cause ?? refusalInWords(said, context.called))
      : inFull(cause, `it threw ${name}: ${said}`);
  const code = codeOf(name, said, called, ownAt !== undefined && called === undefined);
  const isPlain = typeof gradientOf !== 'object' || /gradient/.test(words);
  const inFullWords = isPlain ? words : `in the gradient of ${called ?? 'an operation'}, ${words}`;
  return new Thrown({ code, message: inFullWords, at }, name, message, at !== undefined);
}

const inFull = (cause: string | null, thrown: string) => (cause ? `${cause} (${thrown})` : thrown);

const MOST_CODE = 100;

/**
 * By message and place, since one class of error has many causes: what was called, and what was said but for its numbers,
 * which differ from case to case.
 */
function codeOf(name: string, message: string, called: string | undefined, isOwn: boolean): string {
  const said = message
    .replace(/[\d., -]+/g, (run) => (/\d/.test(run) ? ' # ' : run))
    .replace(/\s+/g, ' ')
    .trim();
  return `threw:${isOwn ? `own ${name}` : (called ?? name)}: ${said}`.slice(0, MOST_CODE);
}
