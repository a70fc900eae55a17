import { describe, expect, it } from 'vitest';
import { Draw } from './draw.ts';
import { at, ndarray } from './ndarray.ts';
import { drawWeight, eachSequence, nestedWeights, tokensOf } from './sequences.ts';

describe('sequences of a batch', () => {
  const x_BTM = ndarray([2, 3, 2], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);

  it('are put together output by output, the batch first', () => {
    const { last, mean } = eachSequence(2, (b) => ({ last: at(x_BTM, b, 2), mean: b + 0.5 }));
    expect([last.shape, [...last.data]]).toEqual([
      [2, 2],
      [5, 6, 11, 12],
    ]);
    expect([mean.shape, [...mean.data]]).toEqual([[2], [0.5, 1.5]]);
  });

  it('give their tokens from one to before another', () => {
    const middle = tokensOf(x_BTM, 1, 2);
    expect([middle.shape, [...middle.data]]).toEqual([
      [2, 1, 2],
      [3, 4, 9, 10],
    ]);
    expect(tokensOf(x_BTM, 0, 3)).toEqual(x_BTM);
  });
});

describe('weights', () => {
  it('keep the scale of what they multiply, also with a matrix per head', () => {
    for (const shape of [
      [400, 50],
      [2, 400, 25],
    ]) {
      const { data } = drawWeight(new Draw('weights'), shape, 3);
      const variance = data.reduce((sum, value) => sum + value * value, 0) / data.length;
      expect(Math.sqrt(variance * 400)).toBeCloseTo(3, 1);
    }
  });

  it('go to an oracle as nested arrays under their names', () => {
    expect(nestedWeights({ wq: ndarray([1, 2], [3, 4]), norm: ndarray([1], [5]) })).toEqual({
      wq: [[3, 4]],
      norm: [5],
    });
  });
});
