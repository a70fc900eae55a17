/** Properties: what holds for all inputs, tried on random ones; a failure is shrunk to the smallest that still fails. */
import type { Arbitrary } from 'fast-check';

import { Draw, deriveSeed } from '../../author/draw.ts';
import type { CaseParams, FastCheck, Grader, Property, PropertyContext, Range, Verdict } from '../../author/grader.ts';
import { isNdArray, type NdArray } from '../../author/ndarray.ts';
import type { Plain } from '../../author/plain.ts';
import { isEverywhere, SubmissionFault } from '../../subject/failure.ts';
import { RemoteTensor } from '../../subject/remote-values.ts';
import type { Subject } from '../../subject/subject.ts';
import { format, formatApart } from '../../text/number.ts';
import { compare, indexOf } from '../compare.ts';
import { concurrently } from './concurrently.ts';
import type { Check, CheckOutcome } from './context.ts';
import { differenceOfPlain } from './judge-plain.ts';

const RUNS = 20;
/** Shrinking ends after this long with the smallest found so far. */
const STOP = { interruptAfterTimeLimit: 20_000, markInterruptAsFailure: false };
/** Two float32 computations of the same thing in different orders: so many ulps of the largest value. */
const RELATIVE_TOLERANCE = 1e-4;
/** Inputs are of size 1, so values that are all smaller than this are what is left of larger ones that cancel. */
const SMALLEST_SCALE = 0.01;

export const checkProperty: Check = async ({ check, grader, subject, seed }) => {
  const name = check.property ?? '';
  const property = grader.properties?.[name];
  if (!property) throw new Error(`${check.id}: the grader has no property ${name}`);
  const fc = await import('fast-check');
  const arbitrary = arbitraryOf(property, fc);
  const parameters = { seed: Number.parseInt(seed.slice(0, 8), 16) | 0, numRuns: check.runs ?? RUNS };
  const attempt = async (params: CaseParams) => {
    try {
      return await property.holds(params, contextFor(grader, subject, deriveSeed(seed, JSON.stringify(params))));
    } catch (error) {
      if (error instanceof WrongShape) return error.message;
      throw error;
    }
  };
  const draws = fc.sample(arbitrary, parameters);
  const attempts = draws.map((params) => () => attempt(params));
  if (await concurrently(subject, attempts, (verdict) => verdict === null)) return { failure: null };

  // What ends the check as a whole: a dead sandbox would die again in every attempt to shrink.
  let stopped: unknown;
  const holds = fc.asyncProperty(arbitrary, async (params) => {
    if (stopped) return;
    try {
      const verdict = await attempt(params);
      await subject.forget();
      if (verdict) throw new Broken(verdict);
    } catch (error) {
      if (error instanceof Broken) throw error;
      if (!(error instanceof SubmissionFault) || error.fatal) {
        stopped = error;
        return;
      }
      await subject.forget();
      throw error;
    }
  });
  const found = await fc.check(holds, { ...parameters, ...STOP });
  if (stopped) throw stopped;
  if (!found.failed) return { failure: null };
  const cause = found.errorInstance;
  const smallest = sizes(found.counterexample?.[0]);
  const outcome: CheckOutcome = { failure: { code: `property:${name}`, message: '', smallest } };
  if (cause instanceof Broken) outcome.failure = { code: `property:${name}`, message: cause.message, smallest };
  else if (cause instanceof SubmissionFault)
    outcome.failure = isEverywhere(cause.failure)
      ? cause.failure
      : { ...cause.failure, message: `with ${smallest}: ${cause.failure.message}`, smallest };
  else throw cause;
  return outcome;
};

class Broken extends Error {}

/** A result of another shape than the property can look into. */
class WrongShape extends Error {}

/** The sizes to try, as fast-check draws and shrinks them. */
export function arbitraryOf({ sizes, also }: Property<CaseParams>, fc: FastCheck): Arbitrary<CaseParams> {
  if (typeof sizes === 'function') return sizes(fc);
  const drawn = fc.record(Object.fromEntries(Object.entries(sizes).map(([name, range]) => [name, ranged(range, fc)])));
  return also ? drawn.map((params) => also(params as Record<string, number>)) : drawn;
}

function ranged(range: Range, fc: FastCheck): Arbitrary<unknown> {
  if (typeof range === 'function') return range(fc);
  if (typeof range === 'object') return fc.integer({ min: range[0], max: range[1] });
  return fc.constant(range);
}

function contextFor(grader: Grader, subject: Subject, seed: string): PropertyContext<CaseParams> {
  const draw = new Draw(seed);
  const read = async (value: unknown, shape?: readonly number[]) => {
    const got = await value;
    if (shape && hasShape(got) && String(got.shape) !== String(shape)) {
      throw new WrongShape(`${nameOf(got)}: expected shape [${shape}], got [${got.shape}]`);
    }
    return isNdArray(got) ? got : subject.read(got);
  };
  return {
    f: subject.submission,
    draw,
    inputs: (params) => grader.inputs(draw, params),
    read,
    difference,
    async same(a, b, sentence) {
      const [first, second] = await both(a, b);
      // Two shapes that differ need not be read to be told apart.
      const apart =
        hasShape(first) && hasShape(second) && String(first.shape) !== String(second.shape)
          ? `shape [${first.shape}] against [${second.shape}]`
          : difference(...(await both(read(first), read(second))));
      return apart && `${sentence}: ${apart}`;
    },
  };
}

/** Both must have ended before the next attempt begins. */
async function both<T>(a: T | Promise<T>, b: T | Promise<T>): Promise<[T, T]> {
  const ends = await Promise.allSettled([a, b]);
  const [first, second] = ends.map((end) => {
    if (end.status === 'rejected') throw end.reason;
    return end.value;
  });
  return [first, second];
}

const hasShape = (value: unknown): value is NdArray | RemoteTensor => isNdArray(value) || value instanceof RemoteTensor;
const nameOf = (value: NdArray | RemoteTensor) => (value instanceof RemoteTensor ? value.name : 'a tensor');

/** Null if two results are the same up to float32 rounding; plain values up to the rounding of doubles. NaN is the same as nothing. */
export function difference(a: NdArray | Plain, b: NdArray | Plain): Verdict {
  const broken = [a, b].filter(isNdArray).find(({ data }) => data.some(Number.isNaN));
  if (broken) return `at [${indexOf(broken.data.findIndex(Number.isNaN), broken.shape)}] NaN`;
  return change(a, b);
}

/** The same of one call made twice, for which NaN in the same places is the same answer. */
export function change(a: NdArray | Plain, b: NdArray | Plain): Verdict {
  if (isNdArray(a) && isNdArray(b)) return differenceOfArrays(a, b);
  return isNdArray(a) || isNdArray(b) ? 'a tensor against a plain value' : differenceOfPlain(a, b);
}

function differenceOfArrays(a: NdArray, b: NdArray): Verdict {
  let largest = SMALLEST_SCALE;
  for (const { data } of [a, b]) {
    for (const value of data) if (Number.isFinite(value)) largest = Math.max(largest, Math.abs(value));
  }
  const mismatch = compare(a, b, { tolerance: RELATIVE_TOLERANCE * largest });
  if (!mismatch) return null;
  if (mismatch.kind !== 'values')
    return mismatch.kind === 'shape'
      ? `shape [${mismatch.got}] against [${mismatch.want}]`
      : `dtype ${mismatch.got} against ${mismatch.want}`;
  const { index, got, want } = mismatch.worst;
  return `at [${index}] ${formatApart(got, want).join(' against ')}`;
}

/** {"B":1,"T":2} as "B = 1, T = 2". */
function sizes(params: unknown): string {
  if (typeof params !== 'object' || params === null) return JSON.stringify(params);
  return Object.entries(params)
    .map(([name, value]) => `${name} = ${typeof value === 'number' ? format(value) : JSON.stringify(value)}`)
    .join(', ');
}
