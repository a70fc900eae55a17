/** Hygiene: no memory leak, inputs unchanged, the same result every time, and an error that names each invalid argument. */

import { Draw, deriveSeed } from '../../author/draw.ts';
import { type CaseParams, type Grader, NOT_COUNTED, type Rejection } from '../../author/grader.ts';
import type { NdArray } from '../../author/ndarray.ts';
import type { Plain } from '../../author/plain.ts';
import { type Failure, SubmissionFault } from '../../subject/failure.ts';
import { functionOf } from '../../subject/kernel-names.ts';
import { RemoteTensor } from '../../subject/remote-values.ts';
import type { Subject } from '../../subject/subject.ts';
import { Thrown } from '../../subject/thrown-fault.ts';
import { REFUSAL_CHARACTERS } from '../../wire/limits.ts';
import type { Usage } from '../../wire/sandbox-state.ts';
import type { OptionPair } from '../option-pairs.ts';
import { flattenRemote } from '../outputs.ts';
import { concurrently } from './concurrently.ts';
import type { Check, CheckContext } from './context.ts';
import { isAccident, namesOneOf } from './names-in-message.ts';
import { change } from './property.ts';
import { type Refused, refusedAlike } from './same-message.ts';

/** Of what fails in the same way: a message that names all of it is not read. */
const MOST_NAMED = 3;
const MOST_CODE = 1000;

export const checkHygiene: Check = async (context) => {
  const { check, grader, subject, seed } = context;
  if (check.case) return { failure: await untidy(context, check.case) };
  const rejections = Object.entries(grader.rejects ?? {});
  const attempts = rejections.map(([name, rejection]) => ({
    name,
    call: () => refusalOf(name, rejection, subject, new Draw(deriveSeed(seed, name))),
  }));
  const calls = attempts.map(({ call }) => call);
  const together = await concurrently(subject, calls, (found) => !('failure' in found), isUntouched);
  const refused: Refused[] = together ? together.flatMap((found) => ('failure' in found ? [] : [found])) : [];
  const failures: [string, Failure][] = [];
  for (const { name, call } of together ? [] : attempts) {
    const found = await call();
    const failure = 'failure' in found ? found.failure : afterRefusal(await subject.usage());
    await subject.forget();
    if (failure) failures.push([name, failure]);
    else if (!('failure' in found)) refused.push(found);
  }
  if (failures.length === 0) return { failure: alike(refused, Object.keys(subject.options.exports)) };
  const [[name, { message, at, code }]] = failures;
  const others = failures.slice(1).map(([other]) => other);
  const named = others.slice(0, MOST_NAMED).join(', ');
  const rest =
    others.length > 0 ? ` (and ${others.length} more: ${named}${others.length > MOST_NAMED ? ' …' : ''})` : '';
  return {
    failure: { code: `${code}:${failures.map(([each]) => each).join(',')}`, message: `${name}: ${message}${rest}`, at },
  };
};

async function untidy(context: CheckContext, params: CaseParams): Promise<Failure | null> {
  const { grader, subject, seed } = context;
  // What an earlier check has had the code keep is a leak all the same.
  subject.startAfresh();
  const results: Results[] = [];
  for (const label of ['first', 'second', 'first']) {
    const call = () => resultsOf(grader, subject, params, new Draw(deriveSeed(seed, label)));
    const { result, usage } = await accounted(subject, call);
    const failure = leftBehind(usage);
    if (failure) return failure;
    results.push(result);
  }
  const altered = subject.takeAltered();
  if (altered) return { code: 'altered', message: altered };
  const changed = firstChange(results[0], results[2]);
  if (changed)
    return { code: 'unsteady', message: `the same inputs give another ${changed.name} the second time: ${changed.at}` };
  return optionsKept(context);
}

type Results = Record<string, NdArray | Plain>;

async function resultsOf(grader: Grader, subject: Subject, params: CaseParams, draw: Draw): Promise<Results> {
  const outputs = flattenRemote(await grader.run(subject.submission, grader.inputs(draw, params), params, NOT_COUNTED));
  const values = Object.entries(outputs).map(async ([name, value]) => {
    return [name, value instanceof RemoteTensor ? await subject.read(value) : value] as const;
  });
  return Object.fromEntries(await Promise.all(values));
}

async function accounted<T>(subject: Subject, calls: () => Promise<T>): Promise<{ result: T; usage: Usage }> {
  const result = await calls();
  const usage = await subject.usage();
  await subject.forget();
  return { result, usage };
}

function leftBehind({ leaked, leakedInAll, leakedFrom, disposedOfCallers }: Usage): Failure | null {
  if (disposedOfCallers > 0) {
    return {
      code: 'disposed-input',
      message:
        'it disposes an input or an earlier result. The caller may need them again; dispose only your own tensors (tf.tidy does)',
    };
  }
  if (leaked.length === 0) return null;
  return {
    code: `leak:${[...new Set(leaked.map(String))].sort().join('|')}`.slice(0, MOST_CODE),
    message: leakInWords(leaked, leakedFrom, leakedInAll),
  };
}

interface Changed {
  /** The first output that is not the same, and where. */
  name: string;
  at: string;
}

function firstChange(first: Results, again: Results): Changed | null {
  for (const [name, value] of Object.entries(first)) {
    const at = change(value, again[name]);
    if (at) return { name, at };
  }
  return null;
}

/**
 * What is kept from call to call shows in calls that differ in one option: the first of a pair is made again after the
 * second. What is wrong in the second, after the first, is for the checks of the values, where both are; where one of
 * them failed, each is also called before the other, which may tell why.
 */
async function optionsKept(context: CheckContext): Promise<Failure | null> {
  const { optionPairs: pairs = [], valuesFailed = false } = context;
  const found = pairs.length > 0 ? await changedByOptions(context, pairs) : null;
  if (found && 'code' in found) return found;
  // Which option it is, each pair shows alone.
  for (const pair of found || valuesFailed ? pairs : []) {
    const one = await changedByOptions(context, [pair], { fromAnew: true });
    if (one && 'name' in one) return kept(one, `another ${pair.option}`);
  }
  return found && kept(found, 'other options');
}

const kept = ({ name, at }: Changed, options: string): Failure => ({
  code: 'kept',
  message: `the same inputs give another ${name} after a call with ${options}: ${at}. Something is kept from call to call; compute it in each`,
});

/** @param fromAnew the calls begin with the code as it is loaded, and are made once more, from anew, in the other order */
async function changedByOptions(
  { grader, subject, seed }: CheckContext,
  pairs: readonly OptionPair[],
  { fromAnew = false } = {},
): Promise<Changed | Failure | null> {
  const calls = new Map(pairs.flatMap(({ params }) => params.map((each) => [JSON.stringify(each), each])));
  const firsts = new Set(pairs.map(({ params: [first] }) => JSON.stringify(first)));
  const results = new Map<string, Results>();
  const orders = [[...calls.keys(), ...firsts], ...(fromAnew ? [[...calls.keys()].reverse()] : [])];
  for (const order of orders) {
    if (fromAnew) subject.startAfresh();
    await subject.ready();
    const attempts = order.map((key) => () => resultsOf(grader, subject, calls.get(key) as CaseParams, new Draw(seed)));
    const { result: ends, usage } = await accounted(subject, () => Promise.allSettled(attempts.map((call) => call())));
    const failure = leftBehind(usage);
    if (failure) return failure;
    for (const [i, key] of order.entries()) {
      const [before, now] = [results.get(key), unlessThrown(ends[i])];
      const changed = before && now && firstChange(before, now);
      if (changed) return changed;
      if (now) results.set(key, now);
    }
  }
  return null;
}

/** What a case throws is told by the check that has it. */
function unlessThrown(end: PromiseSettledResult<Results>): Results | null {
  if (end.status === 'fulfilled') return end.value;
  if (!(end.reason instanceof SubmissionFault) || end.reason.fatal) throw end.reason;
  return null;
}

/** How many, of what shapes, made by which operation. */
function leakInWords(shapes: number[][], makers: string[], inAll: number): string {
  const made = new Map<string, { each: string; count: number }>();
  for (const [i, shape] of shapes.entries()) {
    const each = `of shape [${shape}] from ${functionOf(makers[i])}`;
    made.set(each, { each, count: (made.get(each)?.count ?? 0) + 1 });
  }
  const kinds = [...made.values()].sort((a, b) => b.count - a.count);
  const way = 'tf.tidy disposes everything that its function does not return';
  if (shapes.length === 1) {
    return `a tensor of shape [${shapes[0]}] is still in memory after the call. It came from ${functionOf(makers[0])}; ${way}`;
  }
  const named = kinds.slice(0, MOST_NAMED).map(({ each, count }) => `${count} ${each}`);
  const rest = kinds.length > MOST_NAMED || inAll > shapes.length ? ' …' : '';
  return `${inAll} tensors are still in memory after the call: ${named.join(', ')}${rest}; ${way}`;
}

function alike(refused: Refused[], functions: string[]): Failure | null {
  const found = refusedAlike(refused, functions);
  if (!found) return null;
  const [one, other] = found;
  const message = `"${one.name}" and "${other.name}" are refused with the same words: expected an error that names what is invalid, got ${one.errorName}: ${one.message}`;
  return { code: `same-message:${one.name},${other.name}`, message };
}

/** The refusal, or what is wrong where the call does not throw what it must. */
async function refusalOf(
  name: string,
  rejection: Rejection,
  subject: Subject,
  draw: Draw,
): Promise<Refused | { failure: Failure }> {
  const { call, error, names } = rejection;
  try {
    await call(subject.submission, draw);
  } catch (thrown) {
    if (!(thrown instanceof Thrown)) throw thrown;
    const { errorName, errorMessage, failure } = thrown;
    const { at } = failure;
    if (!CLASSES[error].includes(errorName)) {
      const message = `expected ${inWords(error)}, got ${errorName}: ${errorMessage}`;
      return { failure: { code: 'other-error', message, at } };
    }
    if (isAccident(errorMessage)) {
      const message = `expected ${inWords(error)} of your own that names it, got an accident on the way: ${errorMessage}`;
      return { failure: { code: 'vague-error', message, at } };
    }
    if (errorMessage.length > REFUSAL_CHARACTERS) {
      const message = `expected an error that says in a sentence what is invalid, got one of ${errorMessage.length} characters`;
      return { failure: { code: 'vague-error', message, at } };
    }
    if (namesOneOf(names, errorMessage)) return { name, rejection, errorName, message: errorMessage };
    const message = `the ${errorName} names neither the function nor the argument nor the axis (${names.slice(0, 3).join(', ')}): ${errorMessage}`;
    return { failure: { code: 'vague-error', message, at } };
  }
  return { failure: { code: 'accepted', message: `expected ${inWords(error)}, but the call returned` } };
}

const CLASSES: Record<Rejection['error'], readonly string[]> = {
  RangeError: ['RangeError'],
  TypeError: ['TypeError'],
  either: ['RangeError', 'TypeError'],
};

const inWords = (error: Rejection['error']) => CLASSES[error].map((name) => `a ${name}`).join(' or ');

const isUntouched = ({ cost, leaked }: Usage) => cost.kernels === 0 && leaked.length === 0;

function afterRefusal({ cost, leakedInAll }: Usage): Failure | null {
  if (cost.kernels > 0)
    return {
      code: 'late-error',
      message: `the error comes only after something was computed (kernels run: ${cost.kernels})`,
    };
  if (leakedInAll > 0)
    return { code: 'leaky-error', message: `something stays in memory after the error (tensors: ${leakedInAll})` };
  return null;
}
