/** Where NaN first arises, in words. */

import { format } from '../text/number.ts';
import type { FirstNaN } from '../wire/first-nan.ts';
import { functionOf } from './kernel-names.ts';

const OPERATORS: Record<string, string> = { Sub: '−', Add: '+', AddV2: '+', Multiply: '·', RealDiv: '/' };

/** A sentence: the operation, the place, and what was put into it there. */
export function nanInWords({ kernel, shape, index, operands, infinite }: FirstNaN): string {
  const where = index.length > 0 ? ` at [${index}] of its result, of shape [${shape}]` : ' in its result, a scalar';
  const made =
    arithmetic(kernel, operands) ||
    (infinite ? 'its input holds Infinity, and Infinity − Infinity and 0 · Infinity are NaN' : '');
  return `NaN first arises in ${functionOf(kernel)},${where}${made ? `: ${made}` : ''}.`;
}

/** `-Infinity − (-Infinity)`. */
function arithmetic(kernel: string, operands: number[]): string {
  if (kernel === 'Softmax') {
    return operands.every((score) => score === -Infinity) ? 'every score in that row is -Infinity' : '';
  }
  const [a, b] = operands.map(format);
  const operator = OPERATORS[kernel];
  if (operands.length === 2 && operator) {
    const second = operands[1] < 0 ? `(${b})` : b;
    return `${a} ${operator} ${second}`;
  }
  if (operands.length === 1) return `${functionOf(kernel).replace('tf.', '')}(${a})`;
  return '';
}
