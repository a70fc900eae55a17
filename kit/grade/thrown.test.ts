import { describe, expect, it } from 'vitest';
import { causeInWords } from './thrown.ts';
import { nextStep } from './todo.ts';

describe('an error of tfjs', () => {
  it.each([
    [
      "Argument 'b' passed to 'sub' must be a Tensor or TensorLike, but got 'Promise'",
      'a promise was given to tf.sub as its b, where a tensor is due: an await is missing, or better, leave out what is async (x.data(), x.array())',
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
    ['Maximum call stack size exceeded', 'a function calls itself without end'],
    ['exp is not defined', 'there is no exp here: it is neither declared nor imported'],
  ])('%s has plain words', (message, words) => {
    expect(causeInWords(message)).toBe(words);
  });

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

  it('whose comment is gone leads to the first that is left, or to the throw', () => {
    expect(nextStep('TODO 1: x', source.replace(/.*TODO 1 .*/, ''))).toContain('next is TODO 2: The largest score');
    expect(nextStep('TODO 1: x', `throw new Error('TODO 1: x')`)).toContain('only this throw: take it out');
    expect(nextStep('TODO 1: x', '')).toBe('');
  });
});
