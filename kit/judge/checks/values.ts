/** Values and stability: what the submission computes, held against the oracle. */
import { type Counter, NOT_COUNTED } from '../../author/grader.ts';
import { type Failure, inCase, SubmissionFault } from '../../subject/failure.ts';
import type { PreparedCase } from '../cases.ts';
import { nanInWords } from '../first-nan.ts';
import { flattenRemote, type Value } from '../outputs.ts';
import { concurrently } from './concurrently.ts';
import type { Check, CheckContext, CheckOutcome } from './context.ts';
import { judgeOutput, largestOf, NO_NUMBER, type Ratio } from './judge-output.ts';

export const checkValues: Check = async (context) => {
  const { subject, cases } = context;
  const attempts = cases.map((prepared) => () => judgeCase(context, prepared));
  const right = await concurrently(subject, attempts, ({ failure }) => failure === null);
  if (right) return { failure: null, ratio: largestOf(right.map(({ ratio }) => ratio)), observed: {} };
  const ratios: Ratio[] = [];
  const outcome: CheckOutcome = { failure: null, ratio: largestOf(ratios), observed: {} };
  for (const prepared of context.cases) {
    const result = await runCase(context, prepared);
    ratios.push(result.ratio);
    if (result.failure) {
      outcome.failure ??= await withOrigin(result.failure, context, prepared);
      outcome.observed = { ...outcome.observed, [prepared.name]: result.observed };
    }
  }
  return outcome;
};

/** A NaN is told with where it arose, which takes a second run. */
async function withOrigin(
  failure: Failure,
  { subject, grader }: CheckContext,
  prepared: PreparedCase,
): Promise<Failure> {
  if (failure.code !== 'nan') return failure;
  const first = await subject.firstNaN(() =>
    grader.run(subject.submission, prepared.inputs, prepared.params, NOT_COUNTED),
  );
  return first ? { ...failure, message: `${failure.message.replace(/\.$/, '')}. ${nanInWords(first)}` } : failure;
}

interface Judged extends Pick<CheckContext, 'subject' | 'grader' | 'axisWords'> {
  /** What the grader's marks are for. */
  counter?: Counter;
}

interface CaseResult {
  failure: Failure | null;
  ratio: Ratio;
  observed: Record<string, Value>;
}

/** Runs a case and compares all its outputs. @throws SubmissionFault */
async function judgeCase(
  { subject, grader, axisWords, counter = NOT_COUNTED }: Judged,
  prepared: PreparedCase,
): Promise<CaseResult> {
  const observed: Record<string, Value> = {};
  const ratios: Ratio[] = [];
  let failure: Failure | null = null;
  const outputs = flattenRemote(await grader.run(subject.submission, prepared.inputs, prepared.params, counter));
  for (const name of Object.keys(prepared.expected)) {
    const judged = await judgeOutput(subject, name, outputs[name], prepared, axisWords);
    if (judged.value) observed[name] = judged.value;
    ratios.push(judged.ratio);
    failure ??= judged.failure;
  }
  return { failure, ratio: largestOf(ratios), observed };
}

/** The same, as a case of its own. @throws SubmissionFault only where the sandbox ended */
export async function runCase(judged: Judged, prepared: PreparedCase): Promise<CaseResult> {
  try {
    const result = await judgeCase(judged, prepared);
    await judged.subject.forget();
    return result;
  } catch (error) {
    if (!(error instanceof SubmissionFault) || error.fatal) throw error;
    await judged.subject.forget();
    return { failure: inCase(error.failure, prepared.name), ratio: NO_NUMBER, observed: {} };
  }
}
