/** tfjs's errors that a learner meets, in plain words. The error itself is told besides. */
import { functionOf } from './kernel-names.ts';

const shapeOf = (text: string) => `[${text.replace(/\s+/g, '')}]`;

export interface ThrownContext {
  /** The file that threw it. */
  source?: string;
  /** What the learner called there: tf.concat. */
  called?: string;
  /** It was thrown while gradients were taken: in the submission's own, or in that of an operation, named if it is known. */
  gradientOf?: 'own' | { called: string | undefined };
}

const CAUSES: [pattern: RegExp, words: (match: RegExpMatchArray, context: ThrownContext) => string][] = [
  [
    /Argument '(\w+)' passed to '(\w+)' must be .{0,200}but got '(?:Promise|object Promise)'/s,
    ([, argument, fn]) =>
      `tf.${fn} got a promise as its ${argument}; expected a tensor. An await is missing, or better, use no async call (x.data(), x.array())`,
  ],
  [
    /Argument '(\w+)' passed to '(\w+)' must be .{0,200}but got '(undefined|null)'/s,
    ([, argument, fn, what]) => `tf.${fn} got ${what} as its ${argument}; expected a tensor`,
  ],
  [
    /Argument '(\w+)' passed to '(\w+)' must be (\w+) tensor, but got (\w+) tensor/,
    ([, argument, fn, want, got]) =>
      `tf.${fn} wants a ${want} tensor as its ${argument}, and got ${got}: tf.cast changes the dtype`,
  ],
  [/Tensor is disposed|this tensor has been disposed/, (_, context) => disposed(context)],
  [
    /Operands could not be broadcast together with shapes ([\d, ]*?) and ([\d, ]*?)\.?$/m,
    ([, a, b]) => `shapes ${shapeOf(a)} and ${shapeOf(b)} do not line up${broadcastHint(a, b)}`,
  ],
  [
    /^BatchMatMul: \[([\d,]*)\] and \[([\d,]*)\] do not broadcast/,
    ([, a, b]) =>
      `in a product, the leading axes ${shapeOf(a)} and ${shapeOf(b)} do not line up${leadingHint(a, b)}. A product multiplies the matrices in the last two axes pair by pair, so the axes before them must be the same`,
  ],
  [
    /^\w+: \[([\d,]*)\] and \[([\d,]*)\] do not broadcast/,
    ([, a, b], { called }) =>
      `${inCall(called)}shapes ${shapeOf(a)} and ${shapeOf(b)} do not line up${broadcastHint(a, b)}`,
  ],
  [
    /inner shapes \((\d+)\) and \((\d+)\) of Tensors with shapes ([\d,]*) and ([\d,]*) and transposeA=(\w+) and transposeB=(\w+)/,
    ([, a, b, first, second, transposeA, transposeB]) =>
      `in a product of ${shapeOf(first)} and ${shapeOf(second)}${transposition(transposeA, transposeB)}, ${a} is summed against ${b}: the summed axes must have one size${productHint(first, second, transposeA, transposeB)}`,
  ],
  [
    /^BatchMatMul: the inner sizes (\d+) and (\d+) of \[([\d,]*)\]( transposed)? and \[([\d,]*)\]( transposed)? differ/,
    ([, a, b, first, transposeA, second, transposeB]) =>
      `in a product of [${first}]${transposeA ?? ''} and [${second}]${transposeB ?? ''}, ${a} is summed against ${b}: the summed axes must have one size${productHint(first, second, String(!!transposeA), String(!!transposeB))}`,
  ],
  [
    /^Concat: tensor (\d+) is \[([\d,]*)\], but must be \[([\d,]*)\] but for axis (\d+)/,
    ([, i, odd, first, axis], { called }) => concatenation(called ?? 'tf.concat', Number(i), odd, first, Number(axis)),
  ],
  [
    /Pass at least one tensor to (?:tf\.)?(concat|stack)/,
    ([, fn], context) =>
      differentiated(context) === 'tf.split'
        ? 'TensorFlow.js has no gradient of tf.split into a single part: leave the tensor whole where there is one'
        : `tf.${fn} got an empty list: there is nothing to put together`,
  ],
  [
    /Softmax along a non-last dimension.{0,100}rank (\d+) and dim was (-?\d+)/s,
    ([, rank, dim]) =>
      `tf.softmax runs along the last axis alone, which is ${Number(rank) - 1} of a tensor of rank ${rank}, not ${dim}`,
  ],
  [
    /^(\w+): (?:axis|dim|dims|reductionIndices)(?:\[\d+\])? is (-?\d+), not within -(\d+) … \d+/,
    ([, kernel, axis, rank], { called }) =>
      `${called ?? functionOf(kernel)} is asked for axis ${axis} of a tensor that has ${rank === '1' ? '1 axis' : `${rank} axes`} (-1 is the last one, whatever the rank)`,
  ],
  [
    /^(\w+): (\w+) is (int32|bool|float32|complex64), but must be ([\w ]+): tf\.cast/,
    ([, kernel, argument, got, want], { called }) =>
      `${called ?? functionOf(kernel)} got ${got} as its ${argument}; expected ${want}: tf.cast changes the dtype`,
  ],
  [
    /is (?:undefined|NaN|missing), not a whole number|shape comprised of positive integers but got shape \[[^\]]{0,200}(?:undefined|NaN)/,
    (_, { called }) => `${called ?? 'tf'} got a size that is undefined or NaN. ${UNDEFINED_SIZES}`,
  ],
  [
    /Size\((\d+)\) must match the product of shape ([\d,]*)/,
    ([, size, shape]) =>
      `${size} values do not fill the shape ${shapeOf(shape)}; reshape keeps all values, so the sizes must multiply to ${size}`,
  ],
  [
    /^out of memory: ([\d.]+) MiB more, with ([\d.]+) MiB in use, are over the limit of ([\d.]+) MiB/,
    ([, more, used, limit]) =>
      Number(more) > Number(limit)
        ? `something of ${more} MiB is to be made, where there are ${limit} MiB in all: a size is wrong, or what could be taken in parts is made at once`
        : `memory is full: tensors of ${used} MiB are still in memory. tf.tidy disposes everything that its function does not return`,
  ],
  [/Maximum call stack size exceeded/, () => 'a function calls itself without end'],
  [
    /Cannot compute gradient: gradient function not found for (\w+)/,
    ([, kernel], context) => noGradient(differentiated(context) ?? functionOf(kernel), functionOf(kernel)),
  ],
  [
    /Error in gradient for op \w+\. The gradient of input '?indices'? must have 'float32' dtype/,
    (_, context) =>
      `gradients cannot pass ${differentiated(context) ?? 'tf.gather'}: its indices are computed from an input that is differentiated, and indices have no gradient. Keep the choice off the tape (tf.customGrad with a gradient of zeros)`,
  ],
  [
    /Error in gradient for op (\w+)\. The gradient of input '?\w+'? has shape '([\d,]*)', which does not match the shape of the input '([\d,]*)'/,
    ([, kernel, got, want], context) =>
      `the gradient of ${differentiated(context) ?? functionOf(kernel)} comes out as ${shapeOf(got)} for an input of shape ${shapeOf(want)}: TensorFlow.js does not sum over axes that were broadcast there. Give both inputs the same rank, or fold the axes before the last two into one`,
  ],
  [
    /^(\w+) is not defined$/,
    ([, name], { source = '' }) =>
      typeImport(name, source)
        ? `${name} is imported for its types alone: take the word "type" out of its import`
        : `${name} is not declared and not imported`,
  ],
  [
    /Cannot read properties of (undefined|null) \(reading '(\w+)'\)/,
    ([, what, property]) =>
      `something is ${what} that was expected to have .${property} (a return or an argument forgotten?)`,
  ],
  [
    /^(.+) is not a function$/,
    ([, name]) => `${name.slice(0, 60)} is called, but it is not a function (is the name spelled correctly?)`,
  ],
];

/** JavaScript's own ways to NaN that come from other languages. */
export const UNDEFINED_SIZES =
  'In JavaScript shape[-1] is undefined: the last size is shape.at(-1), or shape[rank - 1]';

/** Words that a sentence may begin with; null for an error that speaks for itself. */
export function causeInWords(message: string, context: ThrownContext = {}): string | null {
  for (const [pattern, words] of CAUSES) {
    const match = message.slice(0, 2000).match(pattern);
    if (match) return words(match, context);
  }
  return null;
}

/** What the kit refused to run: "Slice: axis 1 of [2,3] has no 4 values from 0 on". */
export function refusalInWords(message: string, called?: string): string {
  const [, kernel, problem] = message.match(/^(_?[A-Z]\w*): (.*)$/s) ?? [];
  return kernel ? `${called ?? functionOf(kernel)}: ${problem}` : message;
}

const inCall = (called: string | undefined) => (called ? `in ${called}, ` : '');

const differentiated = ({ gradientOf }: ThrownContext) =>
  typeof gradientOf === 'object' ? gradientOf.called : undefined;

function disposed({ gradientOf }: ThrownContext): string {
  if (gradientOf === undefined)
    return 'a tensor is used that was disposed of before, by dispose() or by a tf.tidy that did not return it';
  if (gradientOf === 'own')
    return 'your gradient uses a tensor that was disposed of by then, since tf.tidy had ended. In tf.customGrad, give save what the gradient needs, and take it from what was saved';
  const it = gradientOf.called ?? 'an operation';
  return `the gradient of ${it} uses a tensor that TensorFlow.js did not keep: inside tf.tidy, ${it} has no gradient that works. Write it with other operations`;
}

/** What can be written in its place. */
const WITH_GRADIENT: Record<string, string> = {
  'tf.einsum': 'tf.matMul, with tf.transpose and tf.reshape, computes the same and has one',
  'tf.topk': 'keep the choice off the tape (tf.customGrad with a gradient of zeros)',
  'tf.divNoNan': 'tf.div has one: make sure that its denominator is never 0, by tf.where or tf.maximum',
  'tf.stridedSlice': 'tf.slice has one',
};

/** @param part what it is made of, where that lacks the gradient */
function noGradient(called: string, part: string): string {
  const inIt = part === called ? '' : ` (it is made of ${part}, which has none)`;
  return `TensorFlow.js has no gradient of ${called}${inIt}, so gradients cannot pass it; ${WITH_GRADIENT[called] ?? 'use operations that have one'}`;
}

function concatenation(called: string, i: number, odd: string, first: string, axis: number): string {
  const [a, b] = [numbers(first), numbers(odd)];
  if (a.length !== b.length)
    return `${called} got tensors of rank ${a.length} and ${b.length}: ${shapeOf(first)} and ${shapeOf(odd)}`;
  const off = a.flatMap((size, at) => (at !== axis && size !== b[at] ? [at] : []));
  const other = off.length === 1 ? `; is axis ${off[0]} the one to put them together along?` : '';
  return `${called} along axis ${axis}: tensor 0 is ${shapeOf(first)} and tensor ${i} is ${shapeOf(odd)}. They may differ along axis ${axis} only, and differ along axis ${off.join(', ')}${other}`;
}

/** Characters of one import; a real one has some dozens. */
const MOST_IMPORTED = 2000;

/** `import type * as tf`, `import type { Tensor }`: gone when the code runs. */
function typeImport(name: string, source: string): boolean {
  return [...source.matchAll(/^import\s+type\b([^;'"]*)/gm)].some(([, text]) => {
    const words: string[] = text.slice(0, MOST_IMPORTED).match(/[\w$]+/g) ?? [];
    const at = words.indexOf(name);
    return at !== -1 && words.indexOf('from', at + 1) !== -1;
  });
}

const numbers = (text: string) =>
  text
    .split(',')
    .filter((size) => size.trim() !== '')
    .map(Number);

/** Counted from the last axis, since that is how shapes are lined up. */
function broadcastHint(first: string, second: string): string {
  const off = unlike(first, second);
  if (!off) return '';
  const which = off.back === 1 ? 'their last axis is' : `their axis ${off.back} from the end is`;
  const lost = off.sameRank ? '' : ' (a keepDims missing?)';
  return `: ${which} ${off.x} in one and ${off.y} in the other, where they must be the same or 1${lost}`;
}

function leadingHint(first: string, second: string): string {
  const off = unlike(first, second);
  if (!off) return '';
  return `: ${off.back === 1 ? 'the last of them' : `number ${off.back} from the end`} is ${off.x} in one and ${off.y} in the other`;
}

/** The first axis from the end at which two shapes do not broadcast. */
function unlike(first: string, second: string) {
  const [a, b] = [numbers(first), numbers(second)];
  for (let back = 1; back <= Math.min(a.length, b.length); back++) {
    const [x, y] = [a.at(-back), b.at(-back)];
    if (x !== y && x !== 1 && y !== 1) return { back, x, y, sameRank: a.length === b.length };
  }
  return null;
}

function transposition(a: string, b: string): string {
  const flags = [a === 'true' ? 'transposeA' : '', b === 'true' ? 'transposeB' : ''].filter(Boolean);
  return flags.length > 0 ? ` with ${flags.join(' and ')}` : '';
}

/** What the other choice of transposeB would sum. */
function productHint(first: string, second: string, transposeA: string, transposeB: string): string {
  const [a, b] = [numbers(first), numbers(second)];
  const inner = transposeA === 'true' ? a.at(-2) : a.at(-1);
  const other = transposeB === 'true' ? b.at(-2) : b.at(-1);
  return inner === other ? ` (with transposeB = ${transposeB !== 'true'} they would)` : '';
}
