/** What a submission computes on a public case, to be looked at; nothing is judged. */

import { NOT_COUNTED } from '../author/grader.ts';
import type { NdArray } from '../author/ndarray.ts';
import { type Plain, shapeOfNumbers } from '../author/plain.ts';
import { InputError } from '../course/input-error.ts';
import { SubmissionFault } from '../subject/failure.ts';
import { RemoteTensor } from '../subject/remote-values.ts';
import type { Subject } from '../subject/subject.ts';
import type { PreparedCase } from './cases.ts';
import type { Fixture } from './fixture.ts';
import type { Materials } from './materials.ts';
import { flattenRemote, numbersOf } from './outputs.ts';

export interface ShownCase {
  name: string;
  /** Its sizes and options. */
  params: Record<string, unknown>;
  /** Why there is nothing computed, or not all. */
  problem: string | null;
  outputs: ShownOutput[];
}

export interface ShownOutput {
  /** With its axes, where the exercise names them: out_BHTV. */
  name: string;
  shape: readonly number[];
  want: Float64Array;
  /** Null where it was not computed, or is of another shape. */
  got: Float64Array | null;
  tolerance: number;
  /** Of a plain value that is not nested lists of numbers: as JSON. */
  text?: { want: string; got: string | null };
}

/**
 * The grader's views, which were made to be looked at, then the largest public case of its first check;
 * or the one that is asked for. @throws InputError that lists what there is
 */
export function shownCases({ cases, views = {} }: Fixture, name?: string): PreparedCase[] {
  const judged = Object.entries(cases).flatMap(([check, list]) => (/^(values|stability)\//.test(check) ? list : []));
  if (name === undefined) {
    const [first = []] = Object.values(cases);
    const size = ({ expected }: PreparedCase) =>
      Object.values(expected).reduce((n, { array }) => n + array.data.length, 0);
    const largest = first.reduce<PreparedCase | null>((a, b) => (a === null || size(b) > size(a) ? b : a), null);
    return [...Object.values(views), ...(largest ? [largest] : [])];
  }
  const found = [...Object.values(views), ...judged].find((prepared) => prepared.name === name);
  if (!found) {
    const names = [...new Set([...Object.keys(views), ...judged.map((prepared) => prepared.name)])];
    throw new InputError(`there is no case "${name}"; there are ${names.join(', ')}`);
  }
  return [found];
}

export async function showCase(subject: Subject, { grader }: Materials, prepared: PreparedCase): Promise<ShownCase> {
  const { name, params, inputs, expected, tolerances } = prepared;
  let problem: string | null = null;
  const outputs: ShownOutput[] = [];
  const computed = await fault(async () =>
    flattenRemote(await grader.run(subject.submission, inputs, params, NOT_COUNTED)),
  );
  if (typeof computed === 'string') problem = computed;
  for (const [output, { array: want, plain }] of Object.entries(expected)) {
    const computedHere = typeof computed === 'string' ? undefined : computed[output];
    const tolerance = tolerances[output].abs;
    if (plain !== undefined) {
      outputs.push(shownPlain(output, plain, computedHere, tolerance));
      continue;
    }
    const remote = computedHere instanceof RemoteTensor ? computedHere : undefined;
    const label = grader.views?.[name]?.as ?? (remote ? remote.name : output);
    let got: NdArray | null = null;
    if (typeof computedHere === 'number') got = { ...want, data: Float64Array.of(computedHere) };
    else if (remote && String(remote.shape) !== String(want.shape)) {
      problem ??= `${label}: expected shape [${want.shape}], got [${remote.shape}]`;
    } else if (remote) {
      const read = await fault(() => subject.read(remote));
      if (typeof read === 'string') problem ??= read;
      else got = read;
    }
    outputs.push({ name: label, shape: want.shape, want: want.data, got: got?.data ?? null, tolerance });
  }
  await subject.forget();
  const { name: _, ...sizes } = params;
  return { name, params: sizes, problem, outputs };
}

function shownPlain(name: string, want: Plain, got: RemoteTensor | Plain | undefined, tolerance: number): ShownOutput {
  const found = got instanceof RemoteTensor ? undefined : got;
  const shape = shapeOfNumbers(want);
  if (shape) {
    const isAlike = found !== undefined && String(shapeOfNumbers(found)) === String(shape);
    return { name, shape, want: numbersOf(want).data, got: isAlike ? numbersOf(found).data : null, tolerance };
  }
  const text = { want: JSON.stringify(want), got: found === undefined ? null : JSON.stringify(found) };
  return { name, shape: [], want: new Float64Array(), got: null, tolerance, text };
}

async function fault<T>(body: () => Promise<T>): Promise<T | string> {
  try {
    return await body();
  } catch (error) {
    if (!(error instanceof SubmissionFault)) throw error;
    const { message, at } = error.failure;
    return at ? `${message} (${at})` : message;
  }
}
