/** Hygiene: no memory leak, inputs unchanged, the same result every time, and an error that names each invalid argument. */

import { Draw, deriveSeed } from '../../author/draw.ts';
import { type CaseParams, type Grader, NOT_COUNTED, type Rejection } from '../../author/grader.ts';
import type { NdArray } from '../../author/ndarray.ts';
import type { Plain } from '../../author/plain.ts';
import type { Failure } from '../../subject/failure.ts';
import { RemoteTensor } from '../../subject/remote-values.ts';
import type { Subject } from '../../subject/subject.ts';
import { Thrown } from '../../subject/thrown-fault.ts';
import type { Usage } from '../../wire/sandbox-state.ts';
import { functionOf } from '../kernel-names.ts';
import { flattenRemote } from '../outputs.ts';
import { concurrently } from './concurrently.ts';
import type { Check } from './context.ts';
import { difference } from './property.ts';

/** Of what fails in the same way: a message that names all of it is not read. */
const MOST_NAMED = 3;

export const checkHygiene: Check = async ({ check, grader, subject, seed }) => {
  if (check.case) {
    const failure = await untidy(grader, subject, check.case, seed);
    if (failure) return { failure };
  }
  const rejections = check.case ? [] : Object.entries(grader.rejects ?? {});
  const attempts = rejections.map(([name, rejection]) => ({
    name,
    error: rejection.error,
    call: () => unrefused(rejection, subject, new Draw(deriveSeed(seed, name))),
  }));
  const calls = attempts.map(({ call }) => call);
  if (await concurrently(subject, calls, (failure) => failure === null, isUntouched)) return { failure: null };
  const failures: [string, Failure][] = [];
  for (const { name, error, call } of attempts) {
    const failure = (await call()) ?? afterRefusal(error, await subject.usage());
    await subject.forget();
    if (failure) failures.push([name, failure]);
  }
  if (failures.length === 0) return { failure: null };
  const [[name, { message, at, code }]] = failures;
  const others = failures.slice(1).map(([other]) => other);
  const named = others.slice(0, MOST_NAMED).join(', ');
  const rest =
    others.length > 0 ? ` (and ${others.length} more: ${named}${others.length > MOST_NAMED ? ' …' : ''})` : '';
  return {
    failure: { code: `${code}:${failures.map(([each]) => each).join(',')}`, message: `${name}: ${message}${rest}`, at },
  };
};

async function untidy(grader: Grader, subject: Subject, params: CaseParams, seed: string): Promise<Failure | null> {
  const draws = ['first', 'second', 'first'].map((label) => new Draw(deriveSeed(seed, label)));
  const results: Record<string, NdArray | Plain>[] = [];
  for (const draw of draws) {
    const outputs = flattenRemote(
      await grader.run(subject.submission, grader.inputs(draw, params), params, NOT_COUNTED),
    );
    const values: Record<string, NdArray | Plain> = {};
    const { leaked, leakedFrom, disposedOfCallers } = await subject.usage();
    for (const [name, value] of Object.entries(outputs)) {
      values[name] = value instanceof RemoteTensor ? await subject.read(value) : value;
    }
    await subject.forget();
    if (disposedOfCallers > 0) {
      return {
        code: 'disposed-input',
        message:
          'it disposes an input or an earlier result. The caller may need them again; dispose only your own tensors (tf.tidy does)',
      };
    }
    if (leaked.length > 0) {
      return { code: 'leak', message: leakInWords(leaked, leakedFrom) };
    }
    results.push(values);
  }
  for (const [name, first] of Object.entries(results[0])) {
    const differs = difference(first, results[2][name]);
    if (differs)
      return { code: 'unsteady', message: `the same inputs give another ${name} the second time: ${differs}` };
  }
  return null;
}

/** How many, of what shapes, made by which operation. */
function leakInWords(shapes: number[][], makers: string[]): string {
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
  const rest = kinds.length > MOST_NAMED ? ' …' : '';
  return `${shapes.length} tensors are still in memory after the call: ${named.join(', ')}${rest}; ${way}`;
}

/** Null if the call throws what it must. */
async function unrefused({ call, error, names }: Rejection, subject: Subject, draw: Draw): Promise<Failure | null> {
  try {
    await call(subject.submission, draw);
  } catch (thrown) {
    if (!(thrown instanceof Thrown)) throw thrown;
    const { errorName, errorMessage, failure } = thrown;
    if (errorName !== error) {
      return {
        code: 'other-error',
        message: `expected a ${error}, but ${errorName} was thrown: ${errorMessage}`,
        at: failure.at,
      };
    }
    if (namesOneOf(names, errorMessage)) return null;
    return {
      code: 'vague-error',
      message: `the ${error} names neither the function nor the argument nor the axis (${names.slice(0, 3).join(', ')}): ${errorMessage}`,
      at: failure.at,
    };
  }
  return { code: 'accepted', message: `expected a ${error}, but the call returned` };
}

/** As words of their own, so that the axis D is not found in "Dispose". */
export function namesOneOf(names: readonly (string | number)[], message: string): boolean {
  return names.some((name) => {
    const word = String(name).replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    return new RegExp(`(?<![\\p{L}\\p{N}_])${word}(?![\\p{L}\\p{N}])`, 'u').test(message);
  });
}

const isUntouched = ({ cost, leaked }: Usage) => cost.kernels === 0 && leaked.length === 0;

function afterRefusal(error: string, { cost, leaked }: Usage): Failure | null {
  if (cost.kernels > 0)
    return {
      code: 'late-error',
      message: `the ${error} comes only after something was computed (kernels run: ${cost.kernels})`,
    };
  if (leaked.length > 0)
    return { code: 'leaky-error', message: `something stays in memory after the ${error} (tensors: ${leaked.length})` };
  return null;
}
