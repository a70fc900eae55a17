/** Products, forwards and backwards, as students call them. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe } from 'vitest';
import { startBackends } from '../../testing/run-for-real.ts';
import { gradient, holds, leavesOutNoneOf } from '../../testing/watch-tfjs.ts';
import { matrices } from './matrix.ts';

beforeAll(startBackends);

describe('every kernel call that tfjs makes goes as planned', () => {
  holds('products of matrices, and their gradients', (draw) => {
    const batch = draw.sizes(0, 3);
    const other = draw.pick([batch, batch.map(() => 1), batch.slice(draw.int(0, batch.length)), []]);
    const [m, k, n] = draw.sizes(3);
    const [ta, tb] = [draw.flag(), draw.flag()];
    const a = draw.float([...batch, ...(ta ? [k, m] : [m, k])]);
    const b = draw.float([...other, ...(tb ? [n, k] : [k, n])]);
    tf.matMul(a, b, ta, tb);
    tf.matMul(draw.ints([m, k]) as tf.Tensor, draw.ints([k, n]) as tf.Tensor);
    const bias = draw.float(draw.pick([[n], [1], [m, n], []]));
    const activation = draw.pick(['linear', 'relu', 'relu6', 'sigmoid', 'elu', 'leakyrelu'] as const);
    // tf.fused.matMul flattens the batches, and so broadcasts none but single ones.
    const weights = draw.float([...draw.pick([batch, []]), ...b.shape.slice(-2)]);
    const args = { a, b: weights, transposeA: ta, transposeB: tb, activation };
    tf.fused.matMul({ ...args, bias: draw.flag() ? bias : undefined });
    gradient((x, y) => tf.matMul(x, y, ta, tb), a, draw.float([...batch, ...b.shape.slice(-2)]));
    tf.dot(draw.float([k]), draw.float([k, n]));
    tf.outerProduct(draw.float([m]) as unknown as tf.Tensor1D, draw.float([n]) as unknown as tf.Tensor1D);
    gradient(
      (x, y) => tf.dot(x as unknown as tf.Tensor1D, y as unknown as tf.Tensor1D),
      draw.float([k]),
      draw.float([k]),
    );
  });

  holds('einsum', (draw) => {
    const size = new Map([...'bhqkdv'].map((letter) => [letter, draw.int(1, 3)]));
    const equations =
      'bhqd,bhkd->bhqk bhqk,bhkv->bhqv bqhd,bkhd->bhqk ij,jk->ik i,j->ij i,i-> ij->ji ij->i ijk->ki bq,bq->b bqd->dbq q,kq->k';
    const letters = (term: string) => [...term].map((letter) => size.get(letter) ?? (letter.charCodeAt(0) % 3) + 1);
    for (const equation of equations.split(' ')) {
      const terms = equation.split('->')[0].split(',');
      tf.einsum(equation, ...terms.map((term) => draw.float(letters(term))));
      tf.einsum(equation, ...terms.map((term) => draw.ints(letters(term))));
    }
  });

  leavesOutNoneOf(matrices);
});
