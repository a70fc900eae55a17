/** Values and stability: what the submission computes, held against the oracle. */
import { type Counter, NOT_COUNTED, type Submission } from '../../author/grader.ts';
import { type Failure, inCase, SubmissionFault } from '../../subject/failure.ts';
import type { Subject } from '../../subject/subject.ts';
import type { PreparedCase } from '../cases.ts';
import { withOrigin } from '../first-nan.ts';
import { flattenRemote, isPlainValue } from '../outputs.ts';
import { type CaseSign, signOf, type WrongOutput } from '../signs.ts';
import { concurrently } from './concurrently.ts';
import type { Check, CheckContext, CheckOutcome } from './context.ts';
import { judgeOutput, largestOf, NO_NUMBER, type Ratio } from './judge-output.ts';
import { ratioInWords, sizesIn, type WrongNumber } from './ratio.ts';
import { signOfFault, wrongOutput } from './wrong-output.ts';

export const checkValues: Check = async (context) => {
  const { subject, grader, cases } = context;
  const attempts = cases.map((prepared) => () => judgeCase(context, prepared));
  const right = await concurrently(subject, attempts, ({ failure }) => failure === null);
  if (right) return { failure: null, ratio: largestOf(right.map(({ ratio }) => ratio)), signs: {} };
  const ratios: Ratio[] = [];
  const outcome: CheckOutcome = { failure: null, ratio: largestOf(ratios), signs: {} };
  const failed: FailedCase[] = [];
  for (const prepared of context.cases) {
    const { submission, called } = recorded(subject.submission);
    const result = await runCase({ ...context, submission }, prepared);
    ratios.push(result.ratio);
    if (result.failure) {
      outcome.failure ??= await withOrigin(result.failure, {
        subject,
        body: () => grader.run(subject.submission, prepared.inputs, prepared.params, NOT_COUNTED),
      });
      outcome.signs = { ...outcome.signs, ...(result.sign && { [prepared.name]: result.sign }) };
      failed.push({ prepared, result, called });
    }
  }
  if (outcome.failure) outcome.failure = withRatio(outcome.failure, failed);
  return outcome;
};

interface FailedCase {
  prepared: PreparedCase;
  result: CaseResult;
  /** What the functions were called with. */
  called: unknown[];
}

function recorded(functions: Submission): { submission: Submission; called: unknown[] } {
  const called: unknown[] = [];
  const entries = Object.entries(functions).map(([name, fn]) => [
    name,
    (...args: unknown[]) => {
      called.push(...args);
      return fn(...args);
    },
  ]);
  return { submission: Object.fromEntries(entries), called };
}

/** A number is told with what it has to do with the expected one, in all the cases where it is wrong. */
function withRatio(failure: Failure, failed: FailedCase[]): Failure {
  const [first] = failed[0].result.wrong;
  if (!first?.expected?.isNumber) return failure;
  const numbers = failed.flatMap(({ prepared: { params }, result: { wrong }, called }): WrongNumber[] => {
    const { value, expected } = wrong.find(({ name }) => name === first.name) ?? {};
    if (value === undefined || expected === undefined || isPlainValue(value)) return [];
    return [{ got: value.data[0], want: expected.array.data[0], sizes: sizesIn(params, ...called) }];
  });
  const ratio = ratioInWords(numbers);
  return ratio ? { ...failure, message: `${failure.message}. ${ratio}` } : failure;
}

interface Judged extends Pick<CheckContext, 'subject' | 'grader' | 'axisWords'> {
  /** What the grader's marks are for. */
  counter?: Counter;
  /** The functions, where someone listens to their calls. */
  submission?: Submission;
}

interface CaseResult {
  failure: Failure | null;
  ratio: Ratio;
  sign: CaseSign | null;
  wrong: WrongOutput[];
}

/** Runs a case and compares all its outputs. @throws SubmissionFault */
async function judgeCase(
  { subject, grader, axisWords, counter = NOT_COUNTED, submission = subject.submission }: Judged,
  prepared: PreparedCase,
): Promise<CaseResult> {
  const returned = await grader.run(submission, prepared.inputs, prepared.params, counter);
  return judgeOutputs(subject, returned, prepared, axisWords);
}

/** Compares what a case returned with what is expected of it. @throws SubmissionFault */
export async function judgeOutputs(
  subject: Subject,
  returned: unknown,
  prepared: PreparedCase,
  axisWords: CheckContext['axisWords'],
): Promise<CaseResult> {
  const wrong: WrongOutput[] = [];
  const ratios: Ratio[] = [];
  let failure: Failure | null = null;
  const outputs = flattenRemote(returned);
  for (const name of Object.keys(prepared.expected)) {
    const judged = await judgeOutput(subject, name, outputs[name], prepared, axisWords);
    ratios.push(judged.ratio);
    if (judged.failure) wrong.push(wrongOutput(name, outputs[name], judged, prepared));
    failure ??= judged.failure;
  }
  return { failure, ratio: largestOf(ratios), sign: signOf(wrong), wrong };
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
    return { failure: inCase(error.failure, prepared.name), ratio: NO_NUMBER, sign: signOfFault(error), wrong: [] };
  }
}
