import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { defineMistakes, disposesInputs, type Functions, headByHead, type WrittenMistake } from './mistakes.ts';

const made = (mistake: WrittenMistake<Functions>, right: Functions) =>
  mistake.instead(right) as Record<string, (...args: unknown[]) => tf.Tensor>;

describe('mistakes that recur', () => {
  it('headByHead computes the same, with the mask of each head, one call per head', async () => {
    await tf.setBackend('cpu');
    let calls = 0;
    const attend = (q: tf.Tensor, k: tf.Tensor, { mask }: { mask?: tf.Tensor } = {}) => {
      calls++;
      const scores = tf.matMul(q, k, false, true);
      return mask ? tf.mul(scores, tf.cast(mask, 'float32')) : scores;
    };
    const [q, k] = [tf.randomNormal([2, 3, 4, 5]), tf.randomNormal([2, 3, 6, 5])];
    const mask = tf.greater(tf.randomNormal([1, 3, 4, 6]), 0);
    const whole = attend(q, k, { mask });
    calls = 0;
    const heads = made(headByHead('attend', ['q_BHTD', 'k_BHSD'], { mask: 'BHTS', out: 'BHTS' }), { attend });
    const same = heads.attend(q, k, { mask });
    expect(calls).toBe(3);
    expect(Array.from(same.dataSync())).toEqual(Array.from(whole.dataSync()));
    expect(() => heads.attend(q, tf.zeros([2, 3, 6, 4]))).toThrow(RangeError);
  });

  it('disposesInputs returns what is right, and then the caller’s tensors are gone, also those in objects', () => {
    const x = tf.tensor1d([1, 2]);
    const w = tf.tensor1d([3, 4]);
    const out = made(disposesInputs, { f: (a: tf.Tensor, { w: b }: { w: tf.Tensor }) => tf.add(a, b) }).f(x, { w });
    expect(Array.from(out.dataSync())).toEqual([4, 6]);
    expect([x.isDisposed, w.isDisposed]).toEqual([true, true]);
  });
});

describe('the types of an exercise’s mistakes', () => {
  type Stub = { f: (x: number, options?: { scale?: number }) => number };

  it('are those of the stub, or tsc refuses the file', () => {
    const right = defineMistakes<Stub, Stub>({ none: { edit: ['a', 'b'], says: 'It is wrong.' } });
    expect(Object.keys(right)).toEqual(['none']);
    // @ts-expect-error the solution's function takes another option
    defineMistakes<{ f: (x: number, options?: { base?: number }) => number }, Stub>({});
    // @ts-expect-error the solution's function returns something else
    defineMistakes<{ f: (x: number, options?: { scale?: number }) => string }, Stub>({});
    // @ts-expect-error the solution lacks the function
    defineMistakes<{ g: () => void }, Stub>({});
  });
});
