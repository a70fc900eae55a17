/** Gradients: tf's tape through the submission, against differences of the oracle. */
import { type CaseParams, NOT_COUNTED } from '../../author/grader.ts';
import type { Plain } from '../../author/plain.ts';
import { type Failure, inCase, SubmissionFault } from '../../subject/failure.ts';
import { RemoteTensor } from '../../subject/remote-values.ts';
import { isSameBeneathOnes } from '../../wire/shapes.ts';
import { floatInputs, type PreparedCase } from '../cases.ts';
import { placedFault, withOrigin } from '../first-nan.ts';
import { flattenRemote } from '../outputs.ts';
import { type CaseSign, signOf, type WrongOutput } from '../signs.ts';
import { axisHint } from './axis-names.ts';
import type { Check, CheckContext, CheckOutcome } from './context.ts';
import { judgeOutput, largestOf, NO_NUMBER, type Ratio } from './judge-output.ts';
import { signOfFault, wrongOutput } from './wrong-output.ts';

export const checkGradient: Check = async (context) => {
  const ratios: Ratio[] = [];
  const outcome: CheckOutcome = { failure: null, ratio: largestOf(ratios), signs: {} };
  for (const prepared of context.cases) {
    const { failure, fault, ratio, sign, differentiated } = await runCase(context, prepared);
    ratios.push(ratio);
    if (failure) {
      const again = { subject: context.subject, body: differentiated };
      outcome.failure ??= fault
        ? faultInWords(await placedFault(fault, again), prepared.name)
        : await withOrigin(failure, again);
      outcome.signs = { ...outcome.signs, ...(sign && { [prepared.name]: sign }) };
    }
  }
  return outcome;
};

async function runCase({ subject, grader, axisWords }: CheckContext, prepared: PreparedCase) {
  const inputs = floatInputs(prepared.inputs);
  const wrong: WrongOutput[] = [];
  let sign: CaseSign | null = null;
  let failure: Failure | null = null;
  let fault: SubmissionFault | null = null;
  const ratios: Ratio[] = [];
  const differentiated = () =>
    subject.gradients(
      inputs.map(([, x]) => x),
      async () => {
        const outputs = flattenRemote(
          await grader.run(subject.submission, prepared.inputs, prepared.params, NOT_COUNTED),
        );
        const entries = Object.entries(prepared.cotangents);
        return {
          outputs: entries.map(([name, { shape }]) => asTensor(outputs[name], name, shape, prepared.params, axisWords)),
          cotangents: entries.map(([, cotangent]) => cotangent),
        };
      },
    );
  try {
    const found = await differentiated();
    for (const [i, [name]] of inputs.entries()) {
      const gradient = found[i];
      if (!gradient) {
        // No path from an input to the outputs is right where the gradient is zero.
        if (prepared.expected[name].array.data.every((value) => value === 0)) continue;
        failure ??= { code: `no-gradient:${name}`, message: `case "${prepared.name}": no gradient reaches ${name}` };
        wrong.push({ name, kind: 'none' });
        ratios.push(NO_NUMBER);
        continue;
      }
      const named = new RemoteTensor(gradient.handle, gradient.shape, gradient.dtype, `d loss / d ${name}`, 0, []);
      const judged = await judgeOutput(subject, name, named, prepared, axisWords);
      if (judged.failure) wrong.push(wrongOutput(name, named, judged, prepared));
      ratios.push(judged.ratio);
      failure ??= judged.failure;
    }
    sign = signOf(wrong);
  } catch (error) {
    if (!(error instanceof SubmissionFault) || error.fatal) throw error;
    fault = error;
    failure = error.failure;
    sign = signOfFault(error);
    ratios.push(NO_NUMBER);
  }
  await subject.forget();
  return { failure, fault, ratio: largestOf(ratios), sign, differentiated };
}

/** One that can be multiplied by its cotangent. @throws SubmissionFault */
function asTensor(
  value: RemoteTensor | Plain | undefined,
  name: string,
  want: readonly number[],
  params: CaseParams,
  axisWords: CheckContext['axisWords'],
): RemoteTensor {
  if (!(value instanceof RemoteTensor)) {
    throw new SubmissionFault({ code: 'wrong-kind', message: `${name} is not a tensor, so it has no gradient` });
  }
  if (isSameBeneathOnes(value.shape, want)) return value;
  const hint = axisHint(value.name, value.shape, want, params, axisWords);
  const message = `${value.name}: expected shape [${want}], got [${value.shape}]${hint}`;
  throw new SubmissionFault({ code: `shape:${value.shape.length}`, message });
}

const faultInWords = ({ failure }: SubmissionFault, name: string) =>
  inCase({ ...failure, message: noPath(failure.message) }, name);

/** tfjs's own sentence for "nothing on the tape" speaks of x and y. */
function noPath(message: string): string {
  return message.includes('Cannot compute gradient of y=f(x)')
    ? 'no gradient reaches any input: the result does not come from them by differentiable operations'
    : message;
}
