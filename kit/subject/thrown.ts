/** tfjs's errors that a learner meets, in plain words. The error itself is told besides. */

const shapeOf = (text: string) => `[${text.replace(/\s+/g, '')}]`;

const CAUSES: [pattern: RegExp, words: (match: RegExpMatchArray, source: string) => string][] = [
  [
    /Argument '(\w+)' passed to '(\w+)' must be .*but got '(?:Promise|object Promise)'/s,
    ([, argument, fn]) =>
      `tf.${fn} got a promise as its ${argument}; expected a tensor. An await is missing, or better, use no async call (x.data(), x.array())`,
  ],
  [
    /Argument '(\w+)' passed to '(\w+)' must be .*but got '(undefined|null)'/s,
    ([, argument, fn, what]) => `tf.${fn} got ${what} as its ${argument}; expected a tensor`,
  ],
  [
    /Argument '(\w+)' passed to '(\w+)' must be (\w+) tensor, but got (\w+) tensor/,
    ([, argument, fn, want, got]) =>
      `tf.${fn} wants a ${want} tensor as its ${argument}, and got ${got}: tf.cast changes the dtype`,
  ],
  [
    /Tensor is disposed|this tensor has been disposed/,
    () => 'a tensor is used that was disposed of before, by dispose() or by a tf.tidy that did not return it',
  ],
  [
    /Operands could not be broadcast together with shapes ([\d, ]*?) and ([\d, ]*?)\.?$/m,
    ([, a, b]) => `shapes ${shapeOf(a)} and ${shapeOf(b)} do not line up${broadcastHint(a, b)}`,
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
    /Softmax along a non-last dimension.*rank (\d+) and dim was (-?\d+)/s,
    ([, rank, dim]) =>
      `tf.softmax runs along the last axis alone, which is ${Number(rank) - 1} of a tensor of rank ${rank}, not ${dim}`,
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
    ([, kernel]) => `tfjs has no gradient of ${kernel}, so gradients cannot pass; choose an operation that has one`,
  ],
  [
    /^(\w+) is not defined$/,
    ([, name], source) =>
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

/**
 * Words that a sentence may begin with; null for an error that speaks for itself.
 * @param source of the file that threw it
 */
export function causeInWords(message: string, source = ''): string | null {
  for (const [pattern, words] of CAUSES) {
    const match = message.slice(0, 2000).match(pattern);
    if (match) return words(match, source);
  }
  return null;
}

/** `import type * as tf`, `import type { Tensor }`: gone when the code runs. */
function typeImport(name: string, source: string): boolean {
  return new RegExp(`^import\\s+type\\b[^;'"]*\\b${name}\\b[^;'"]*\\bfrom\\b`, 'm').test(source);
}

const numbers = (text: string) =>
  text
    .split(',')
    .filter((size) => size.trim() !== '')
    .map(Number);

/** Counted from the last axis, since that is how shapes are lined up. */
function broadcastHint(first: string, second: string): string {
  const [a, b] = [numbers(first), numbers(second)];
  for (let back = 1; back <= Math.min(a.length, b.length); back++) {
    const [x, y] = [a.at(-back), b.at(-back)];
    if (x === y || x === 1 || y === 1) continue;
    const which = back === 1 ? 'their last axis is' : `their axis ${back} from the end is`;
    const lost = a.length !== b.length ? ' (a keepDims missing?)' : '';
    return `: ${which} ${x} in one and ${y} in the other, where they must be the same or 1${lost}`;
  }
  return '';
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
