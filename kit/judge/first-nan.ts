/** Where NaN first arises, in words. */
import type { Failure, SubmissionFault } from '../subject/failure.ts';
import { functionOf } from '../subject/kernel-names.ts';
import type { PlacedNaN } from '../subject/placed-nan.ts';
import type { Subject } from '../subject/subject.ts';
import { UNDEFINED_SIZES } from '../subject/thrown.ts';
import { Thrown } from '../subject/thrown-fault.ts';
import { format } from '../text/number.ts';

const OPERATORS: Record<string, string> = { Sub: '−', Add: '+', AddV2: '+', Multiply: '·', RealDiv: '/' };

/** What failed, to be run once more. */
interface Again {
  subject: Subject;
  body: () => Promise<unknown>;
}

/**
 * A failure with where it comes from: NaN with the operation that made it, and an error that names no place with the
 * operation whose gradient was being taken. That takes a second run, and only a failure pays for it.
 */
export async function withOrigin(failure: Failure, { subject, body }: Again): Promise<Failure> {
  if (failure.code !== 'nan') return failure;
  const { firstNaN } = await subject.traced(body);
  if (!firstNaN) return failure;
  const { at } = firstNaN;
  const message = `${failure.message.replace(/\.$/, '')}. ${nanInWords(firstNaN)}`;
  return { ...failure, code: codeOf(firstNaN), message, ...(at !== undefined && { at }) };
}

/** The same for what was thrown. */
export async function placedFault(fault: SubmissionFault, { subject, body }: Again): Promise<SubmissionFault> {
  if (!(fault instanceof Thrown) || fault.isPlaced) return fault;
  const traced = await subject.traced(body);
  return traced.fault instanceof Thrown && traced.fault.errorMessage === fault.errorMessage ? traced.fault : fault;
}

/** By what made it, so that NaN of one origin is not taken for NaN of another. */
function codeOf({ kernel, operands, given, inGradient }: PlacedNaN): string {
  const of =
    kernel === 'Softmax' ? '' : operands.map((value) => (value < 0 ? '-' : '') + sortOfNumber(value)).join(',');
  return `nan:${inGradient ? 'gradient ' : ''}${given ? 'JavaScript' : `${kernel}(${of})`}`;
}

const sortOfNumber = (value: number) => (value === 0 ? '0' : Number.isFinite(value) ? 'x' : 'Infinity');

/** A sentence: the operation, the place, and what was put into it there. */
export function nanInWords(first: PlacedNaN): string {
  const { kernel, shape, index, operands, madeBy, infinite, given, called, inGradient } = first;
  const part = functionOf(kernel);
  if (given) return givenInWords(first);
  const where = index.length > 0 ? ` at [${index}] of its result, of shape [${shape}]` : ' in its result, a scalar';
  const made =
    arithmetic(kernel, operands) ||
    (infinite ? 'its input holds Infinity, and Infinity − Infinity and 0 · Infinity are NaN' : '');
  const why = `${where}${made ? `: ${made}` : ''}${vanished(operands, madeBy)}.`;
  if (inGradient) {
    return `The result has no NaN, its gradient has: NaN first arises in the gradient of ${called ?? 'an operation'}, where ${part} is computed,${why}`;
  }
  const whole = called === undefined || called === part ? part : `${called}, where ${part} is computed`;
  return `NaN first arises in ${whole},${why}`;
}

function givenInWords({ kernel, index, called, source }: PlacedNaN): string {
  const what = kernel === 'upload' && index.length > 0 ? `values that are NaN, at [${index}]` : 'a number that is NaN';
  const why = /\[\s*-\d/.test(source)
    ? UNDEFINED_SIZES
    : "JavaScript's own -, +, * and / make NaN of a tensor; tf.neg, tf.add, tf.mul and tf.div compute with it";
  return `NaN comes in from JavaScript: ${called ?? functionOf(kernel)} is given ${what}. ${why}.`;
}

/** `-Infinity − (-Infinity)`. */
function arithmetic(kernel: string, operands: number[]): string {
  if (kernel === 'Softmax') {
    return operands.every((score) => score === -Infinity) ? 'every score in that row is -Infinity' : '';
  }
  const [a, b] = operands.map((value) => format(value));
  const operator = OPERATORS[kernel];
  if (operands.length === 2 && operator) {
    const second = operands[1] < 0 ? `(${b})` : b;
    return `${a} ${operator} ${second}`;
  }
  if (operands.length === 1) return `${functionOf(kernel).replace('tf.', '')}(${a})`;
  return '';
}

/** An operand that float32 rounded to 0, or that grew to Infinity: ", where 0 is tf.square(1.00e-30)". */
function vanished(operands: number[], madeBy: PlacedNaN['madeBy'] = []): string {
  const told = madeBy.flatMap((made, i) => {
    const isOdd = operands[i] === 0 || Math.abs(operands[i]) === Infinity;
    if (!made || !isOdd || !Number.isFinite(made.of) || made.of === 0) return [];
    const size = operands[i] === 0 ? 'small' : 'large';
    return [`${format(operands[i])} is ${functionOf(made.kernel)}(${format(made.of)}), too ${size} for float32`];
  });
  return told.length > 0 ? `, where the ${told.join(' and the ')}` : '';
}
