/** Values and stability: what the submission computes, held against the oracle. */
import type { NdArray } from '../../tensors/ndarray.ts';
import type { PreparedCase } from '../cases.ts';
import { type Failure, inCase, SubmissionFault } from '../failure.ts';
import { nanInWords } from '../first-nan.ts';
import { flattenRemote } from '../outputs.ts';
import type { Check, CheckContext, CheckOutcome } from './context.ts';
import { judgeOutput } from './judge-output.ts';
import { sideBySide } from './side-by-side.ts';

export const checkValues: Check = async (context) => {
  const { subject, cases } = context;
  const attempts = cases.map((prepared) => () => judgeCase(context, prepared));
  const right = await sideBySide(subject, attempts, ({ failure }) => failure === null);
  if (right) return { failure: null, ratio: Math.max(...right.map(({ ratio }) => ratio)), observed: {} };
  const outcome: CheckOutcome = { failure: null, ratio: 0, observed: {} };
  for (const prepared of context.cases) {
    const result = await runCase(context, prepared);
    outcome.ratio = Math.max(outcome.ratio ?? 0, result.ratio);
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
  const first = await subject.firstNaN(() => grader.run(subject.submission, prepared.inputs, prepared.params));
  return first ? { ...failure, message: `${failure.message.replace(/\.$/, '')}. ${nanInWords(first)}` } : failure;
}

type Judged = Pick<CheckContext, 'subject' | 'grader'>;

interface CaseResult {
  failure: Failure | null;
  ratio: number;
  observed: Record<string, NdArray>;
}

/** Runs a case and compares all its outputs. @throws SubmissionFault */
async function judgeCase({ subject, grader }: Judged, prepared: PreparedCase): Promise<CaseResult> {
  const observed: Record<string, NdArray> = {};
  let ratio = 0;
  let failure: Failure | null = null;
  const outputs = flattenRemote(await grader.run(subject.submission, prepared.inputs, prepared.params));
  for (const [name, expected] of Object.entries(prepared.expected)) {
    const judged = await judgeOutput(subject, name, outputs[name], expected, prepared.tolerances[name], prepared);
    if (judged.value) observed[name] = judged.value;
    ratio = Math.max(ratio, judged.ratio);
    failure ??= judged.failure;
  }
  return { failure, ratio, observed };
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
    return { failure: inCase(error.failure, prepared.name), ratio: Infinity, observed: {} };
  }
}
