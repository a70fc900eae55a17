import { describe, expect, it } from 'vitest';
import { causeInWords } from './thrown.ts';
import { nextStep, todoInWords } from './todo.ts';

describe('an error of tfjs', () => {
  it.each([
    [
      "Argument 'b' passed to 'sub' must be a Tensor or TensorLike, but got 'Promise'",
      'tf.sub got a promise as its b; expected a tensor. An await is missing, or better, use no async call (x.data(), x.array())',
    ],
    [
      'this tensor has been disposed',
      'a tensor is used that was disposed of before, by dispose() or by a tf.tidy that did not return it',
    ],
    [
      'Operands could not be broadcast together with shapes 2,3,5 and 2,3.',
      'shapes [2,3,5] and [2,3] do not line up: their last axis is 5 in one and 3 in the other, where they must be the same or 1 (a keepDims missing?)',
    ],
    [
      'Error in matMul: inner shapes (4) and (5) of Tensors with shapes 2,3,4 and 2,5,4 and transposeA=false and transposeB=false must match.',
      'in a product of [2,3,4] and [2,5,4], 4 is summed against 5: the summed axes must have one size (with transposeB = true they would)',
    ],
    [
      'Size(12) must match the product of shape 5,2',
      '12 values do not fill the shape [5,2]; reshape keeps all values, so the sizes must multiply to 12',
    ],
    [
      'out of memory: 4.0 MiB more, with 1022.0 MiB in use, are over the limit of 1024.0 MiB',
      'memory is full: tensors of 1022.0 MiB are still in memory. tf.tidy disposes everything that its function does not return',
    ],
    [
      'out of memory: 1525.9 MiB more, with 0.0 MiB in use, are over the limit of 1024.0 MiB',
      'something of 1525.9 MiB is to be made, where there are 1024.0 MiB in all: a size is wrong, or what could be taken in parts is made at once',
    ],
    ['Maximum call stack size exceeded', 'a function calls itself without end'],
    [
      'BatchMatMul: the inner sizes 1 and 2 of [1,1,2,1] and [1,1,2,1] differ',
      'in a product of [1,1,2,1] and [1,1,2,1], 1 is summed against 2: the summed axes must have one size (with transposeB = true they would)',
    ],
    [
      'BatchMatMul: the inner sizes 4 and 3 of [2,4] and [4,3] transposed differ',
      'in a product of [2,4] and [4,3] transposed, 4 is summed against 3: the summed axes must have one size (with transposeB = false they would)',
    ],
    [
      'Softmax along a non-last dimension is not yet supported. Logits was rank 4 and dim was 2',
      'tf.softmax runs along the last axis alone, which is 3 of a tensor of rank 4, not 2',
    ],
    ['exp is not defined', 'exp is not declared and not imported'],
  ])('%s has plain words', (message, words) => {
    expect(causeInWords(message)).toBe(words);
  });

  it.each(["import type * as tf from '@tensorflow/tfjs';", "import type tf, {\n  Tensor,\n} from 'x';"])(
    'for want of what was imported as a type says so: %s',
    (source) => {
      expect(causeInWords('tf is not defined', { source: `// …\n${source}\n` })).toBe(
        'tf is imported for its types alone: take the word "type" out of its import',
      );
      expect(causeInWords('exp is not defined', { source })).toContain('not declared and not imported');
    },
  );

  it('that speaks for itself is left to', () => {
    expect(causeInWords('softmax: x must be float32, but is int32')).toBeNull();
  });
});

describe('a TODO', () => {
  const source = `
  // TODO 1  Refuse wrong arguments.
  // TODO 2  The largest score of each row. Which axis,
  //         and why?
  throw new Error('TODO 1: softmax is not written yet');`;

  it('is told in the words of the file, further lines included', () => {
    expect(nextStep('TODO 1: softmax is not written yet', source)).toBe('. TODO 1 says: Refuse wrong arguments.');
    expect(nextStep('TODO 2', source)).toBe('. TODO 2 says: The largest score of each row. Which axis, and why?');
  });

  it('of a stub is said once, with the function that it belongs to', () => {
    expect(todoInWords('TODO 1: softmax is not written yet', source)).toBe(
      'softmax is not written yet: TODO 1: Refuse wrong arguments.',
    );
    expect(todoInWords('TODO: later', source)).toMatch(/^not written yet: TODO: later\. That TODO is gone/);
  });

  it('whose comment is gone leads to the first that is left, or to the throw', () => {
    expect(nextStep('TODO 1: x', source.replace(/.*TODO 1 .*/, ''))).toContain('next is TODO 2: The largest score');
    expect(nextStep('TODO 1: x', `throw new Error('TODO 1: x')`)).toContain('only this throw: take it out');
    expect(nextStep('TODO 1: x', '')).toBe('');
  });
});
