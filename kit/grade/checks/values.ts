/** Values and stability: what the submission computes, held against the oracle. */
import type { NdArray } from '../../tensors/ndarray.ts';
import type { PreparedCase } from '../cases.ts';
import { type Failure, inCase, SubmissionFault } from '../failure.ts';
import { nanInWords } from '../first-nan.ts';
import { flattenRemote } from '../outputs.ts';
import type { Check, CheckContext, CheckOutcome } from './context.ts';
import { judgeOutput } from './judge-output.ts';

export const checkValues: Check = async (context) => {
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

interface CaseResult {
  failure: Failure | null;
  ratio: number;
  observed: Record<string, NdArray>;
}

/** Runs a case and compares all its outputs. @throws SubmissionFault only where the sandbox ended */
export async function runCase(
  { subject, grader }: Pick<CheckContext, 'subject' | 'grader'>,
  prepared: PreparedCase,
): Promise<CaseResult> {
  const observed: Record<string, NdArray> = {};
  let ratio = 0;
  try {
    const outputs = flattenRemote(await grader.run(subject.submission, prepared.inputs, prepared.params));
    let failure: Failure | null = null;
    for (const [name, expected] of Object.entries(prepared.expected)) {
      const judged = await judgeOutput(subject, name, outputs[name], expected, prepared.tolerances[name], prepared);
      if (judged.value) observed[name] = judged.value;
      ratio = Math.max(ratio, judged.ratio);
      failure ??= judged.failure;
    }
    await subject.forget();
    return { failure, ratio, observed };
  } catch (error) {
    if (!(error instanceof SubmissionFault)) throw error;
    if (error.fatal) throw error;
    await subject.forget();
    return {
      failure: inCase(error.failure, prepared.name),
      ratio: Infinity,
      observed,
    };
  }
}
