/** Gradients: tf's tape through the submission, against differences of the oracle. */
import { NOT_COUNTED } from '../../author/grader.ts';
import type { Plain } from '../../author/plain.ts';
import { type Failure, inCase, SubmissionFault } from '../../subject/failure.ts';
import { RemoteTensor } from '../../subject/remote-values.ts';
import { floatInputs, type PreparedCase } from '../cases.ts';
import { flattenRemote, type Value } from '../outputs.ts';
import type { Check, CheckContext, CheckOutcome } from './context.ts';
import { judgeOutput, largestOf, NO_NUMBER, type Ratio } from './judge-output.ts';

export const checkGradient: Check = async (context) => {
  const ratios: Ratio[] = [];
  const outcome: CheckOutcome = { failure: null, ratio: largestOf(ratios), observed: {} };
  for (const prepared of context.cases) {
    const { failure, ratio, observed } = await runCase(context, prepared);
    ratios.push(ratio);
    if (failure) {
      outcome.failure ??= failure;
      outcome.observed = { ...outcome.observed, [prepared.name]: observed };
    }
  }
  return outcome;
};

async function runCase({ subject, grader, axisWords }: CheckContext, prepared: PreparedCase) {
  const inputs = floatInputs(prepared.inputs);
  const observed: Record<string, Value> = {};
  let failure: Failure | null = null;
  const ratios: Ratio[] = [];
  try {
    const found = await subject.gradients(
      inputs.map(([, x]) => x),
      async () => {
        const outputs = flattenRemote(
          await grader.run(subject.submission, prepared.inputs, prepared.params, NOT_COUNTED),
        );
        const names = Object.keys(prepared.cotangents);
        return {
          outputs: names.map((name) => asTensor(outputs[name], name)),
          cotangents: names.map((name) => prepared.cotangents[name]),
        };
      },
    );
    for (const [i, [name]] of inputs.entries()) {
      const gradient = found[i];
      if (!gradient) {
        // No path from an input to the outputs is right where the gradient is zero.
        if (prepared.expected[name].array.data.every((value) => value === 0)) continue;
        failure ??= { code: `no-gradient:${name}`, message: `case "${prepared.name}": no gradient reaches ${name}` };
        ratios.push(NO_NUMBER);
        continue;
      }
      const named = new RemoteTensor(gradient.handle, gradient.shape, gradient.dtype, `d loss / d ${name}`, 0, []);
      const judged = await judgeOutput(subject, name, named, prepared, axisWords);
      if (judged.value) observed[name] = judged.value;
      ratios.push(judged.ratio);
      failure ??= judged.failure;
    }
  } catch (error) {
    if (!(error instanceof SubmissionFault) || error.fatal) throw error;
    failure = inCase({ ...error.failure, message: noPath(error.failure.message) }, prepared.name);
    ratios.push(NO_NUMBER);
  }
  await subject.forget();
  return { failure, ratio: largestOf(ratios), observed };
}

function asTensor(value: RemoteTensor | Plain | undefined, name: string): RemoteTensor {
  if (value instanceof RemoteTensor) return value;
  throw new SubmissionFault({ code: 'wrong-kind', message: `${name} is not a tensor, so it has no gradient` });
}

/** tfjs's own sentence for "nothing on the tape" speaks of x and y. */
function noPath(message: string): string {
  return message.includes('Cannot compute gradient of y=f(x)')
    ? 'no gradient reaches any input: the result does not come from them by differentiable operations'
    : message;
}
