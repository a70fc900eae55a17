import * as tf from '@tensorflow/tfjs';
import type * as stub from '../../exercises/03-rotary-embeddings/rope';
import { axes, requireInteger } from '../../exercises/arguments';
import { defineMistakes, disposesInputs } from '../../kit/author/mistakes';
import type * as solution from '../../solutions/03-rotary-embeddings/rope';

type Rope = typeof stub.rope;

const IS_HALF = "pairing === 'half' ?";
const FREQUENCY = 'base ** ((-2 * i) / D)';
const COS = 'tf.tensor(angles.map(Math.cos), tableShape)';
const SIN = 'tf.tensor(angles.map(Math.sin), tableShape)';
const TURNED_A = 'tf.sub(tf.mul(a, cos), tf.mul(b, sin))';
const JOINED = 'tf.concat([turnedA, turnedB], axis)';
const RESULT = `tf.reshape(${JOINED}, [B, H, T, D])`;

export default defineMistakes<typeof solution, typeof stub>({
  pairingIgnored: {
    everywhere: [IS_HALF, 'true ?'],
    says: "Both pairings give the result of 'half'. With 'interleaved', neighbours turn together.",
  },
  pairingsSwapped: {
    everywhere: [IS_HALF, "pairing !== 'half' ?"],
    says: "The two pairings are exchanged. 'half' pairs components that are D/2 apart, 'interleaved' pairs neighbours.",
  },
  turnsBackwards: {
    edit: ['angles.map(Math.sin)', 'angles.map((angle) => -Math.sin(angle))'],
    says: 'Every pair turns the wrong way, by −pθ. The scores stay the same if queries and keys do so alike, but a checkpoint gives other results.',
  },
  exponentHalved: {
    edit: [FREQUENCY, 'base ** (-i / D)'],
    says: 'The exponent is −i/D. The frequencies must fall from 1 nearly to 1/base over the D/2 pairs. What must multiply i?',
  },
  exponentDoubled: {
    edit: [FREQUENCY, 'base ** ((-2 * i) / pairs)'],
    says: 'The frequencies fall too fast, as if D were the number of pairs. D is the size of the whole head.',
  },
  frequenciesReversed: {
    edit: [FREQUENCY, 'base ** ((-2 * (pairs - 1 - i)) / D)'],
    says: 'The slowest pair comes first. Pair 0 is the fastest, with θ = 1.',
  },
  oneFrequency: {
    edit: [FREQUENCY, '1'],
    says: 'All pairs turn by the same angle. Each pair has a frequency of its own.',
  },
  baseIgnored: { edit: [FREQUENCY, '10000 ** ((-2 * i) / D)'], says: 'The option base has no effect.' },
  positionsIgnored: {
    edit: ['positions.flatMap((position) =>', 'positions.flatMap((_, position) =>'],
    says: 'The positions are taken to be 0 … T−1. With a cache, the first token of x is seldom the first of the text.',
  },
  positionsFromOne: {
    edit: ['position * frequency', '(position + 1) * frequency'],
    says: 'Counting starts at 1. At position 0 nothing turns.',
  },
  floatAngles: {
    edit: [
      `const cos = ${COS}`,
      `const turns = tf.outerProduct(tf.tensor1d(positions), tf.tensor1d(frequencies));
    const cos = tf.reshape(tf.cos(turns), tableShape)`,
      SIN,
      'tf.reshape(tf.sin(turns), tableShape)',
    ],
    says: 'The angles lose their fraction at far positions, because float32 has 24 bits for the whole number. Compute the angles before they become a tensor.',
  },
  notInterleavedAgain: {
    edit: [JOINED, 'tf.concat([turnedA, turnedB].map((turned) => tf.reshape(turned, [B, H, T, pairs])), 3)'],
    says: 'The pairs are turned correctly, but all first members are put before all second ones. Return the components in their original order.',
  },
  tablesMixed: {
    edit: [
      '// With the two members',
      "if (pairing === 'half') return neighbourTables(x_BHTD, angles);\n    // With the two members",
    ],
    with: `
/** x·cos + rotateHalf(x)·sin, with tables in which each angle serves neighbours. */
function neighbourTables(x_BHTD: tf.Tensor4D, angles: number[]): tf.Tensor4D {
  const [, , T, D] = x_BHTD.shape;
  const table = (f: (angle: number) => number) => {
    const half = tf.tensor2d(angles.map(f), [T, D / 2]);
    return tf.reshape(tf.stack([half, half], -1), [T, D]);
  };
  const [a, b] = tf.split(x_BHTD, 2, -1);
  return tf.add(tf.mul(x_BHTD, table(Math.cos)), tf.mul(tf.concat([tf.neg(b), a], -1), table(Math.sin)));
}`,
    says: 'The tables repeat each angle for neighbours, but the components that turn together are D/2 apart. Both members of a pair need the same angle.',
  },
  minusMissing: {
    edit: [TURNED_A, 'tf.add(tf.mul(a, cos), tf.mul(b, sin))'],
    says: 'Both rows of the rotation are added. A rotation has one minus sign; without it, lengths change.',
  },
  addsSinusoid: {
    edit: [TURNED_A, 'tf.add(a, sin)', 'tf.add(tf.mul(a, sin), tf.mul(b, cos))', 'tf.add(b, cos)'],
    says: 'A sinusoid is added to x. That is the absolute embedding of the first Transformer; RoPE turns and adds nothing.',
  },
  noGradient: {
    edit: [
      'tf.split(tf.reshape(x_BHTD, shape), 2, axis)',
      "pairing === 'half' ? tf.split(tf.reshape(x_BHTD, shape), 2, axis) : everySecond(x_BHTD)",
    ],
    with: `
/** [B,H,T,D/2,1] each: the even components, and the odd ones. */
function everySecond(x: tf.Tensor4D): tf.Tensor[] {
  return [0, 1].map((first) => tf.expandDims(tf.stridedSlice(x, [0, 0, 0, first], x.shape, [1, 1, 1, 2]), 4));
}`,
    says: 'One of the operations has no gradient in TensorFlow.js, so nothing can be learnt through it: slicing with strides has none; splitting and reshaping have one.',
  },
  readsBack: {
    edit: [RESULT, `tf.tensor4d(${RESULT}.dataSync(), [B, H, T, D])`],
    says: 'The values are read back into JavaScript. That waits for the device and cuts the gradient; only the angles need plain numbers.',
  },
  positionByPosition: {
    instead: ({ rope: right }) => ({
      rope: (x, positions, options) => {
        check(x, positions, options);
        return tf.tidy(() => {
          const token = (t: number) => tf.slice(x, [0, 0, t, 0], [-1, -1, 1, -1]);
          return tf.concat(
            positions.map((position, t) => right(token(t), [position], options)),
            2,
          );
        });
      },
    }),
    says: 'The positions are turned one after another, so the number of kernels grows with T. Tables with a T axis turn all of them at once.',
  },
  rotationMatrix: {
    instead: ({ rope: right }) => ({
      rope: (x, positions, options) => {
        check(x, positions, options);
        const [B, H, T, D] = x.shape;
        return tf.tidy(() => {
          // Row d of the matrix at position p is what the unit vector d becomes there.
          const units = tf.broadcastTo(tf.reshape(tf.eye(D), [1, D, 1, D]), [1, D, T, D]) as tf.Tensor4D;
          const turned_TDD = tf.transpose(tf.reshape(right(units, positions, options), [D, T, D]), [1, 0, 2]);
          const x_TND = tf.transpose(tf.reshape(x, [B * H, T, D]), [1, 0, 2]);
          return tf.reshape(tf.transpose(tf.matMul(x_TND, turned_TDD), [1, 0, 2]), [B, H, T, D]);
        });
      },
    }),
    says: 'A D×D matrix per position is nearly all zeros. Each component needs two products, not D.',
  },
  leaksTables: {
    edit: [`const sin = ${SIN}`, `tf.keep(cos);\n    const sin = ${SIN}`],
    says: 'A table of cosines or sines stays in memory after the call.',
  },
  disposesInput: disposesInputs,
  acceptsOddDimension: {
    edit: [
      'if (D % 2 !== 0) throw',
      'if (D % 2 !== 0) return lastUnturned(x_BHTD, positions, options);\n  if (D < 1) throw',
    ],
    with: `
function lastUnturned(x: tf.Tensor4D, positions: number[], options: Options): tf.Tensor4D {
  return tf.tidy(() => {
    const [even, rest] = tf.split(x, [x.shape[3] - 1, 1], -1) as tf.Tensor4D[];
    return tf.concat([rope(even, positions, options), rest], -1);
  });
}`,
    says: 'With an odd D one component has no partner. Refuse it instead of passing it through.',
  },
});

function check(...[x_BHTD, positions, { pairing, base = 1 }]: Parameters<Rope>): void {
  const { T, D } = axes('rope', { x_BHTD });
  if (D % 2 !== 0) throw new RangeError(`rope: D must be even, but is ${D}`);
  if (positions.length !== T) throw new RangeError(`rope: T is ${T} in x_BHTD but ${positions.length} in positions`);
  for (const position of positions) requireInteger('rope', 'positions', position, 0);
  if (!['half', 'interleaved'].includes(pairing)) throw new RangeError(`rope: pairing is ${pairing}`);
  if (!(base > 0)) throw new RangeError(`rope: base is ${base}`);
}

/** Hugging Face's form: x·cos + rotateHalf(x)·sin, with tables as wide as x. Neighbours are sorted into halves first. */
const rotateHalf: Rope = (x, positions, options) => {
  check(x, positions, options);
  const [B, H, T, D] = x.shape;
  const neighbours = options.pairing === 'interleaved';
  const frequencies = Array.from({ length: D / 2 }, (_, i) => 1 / (options.base ?? 10000) ** ((2 * i) / D));
  const angles = positions.map((position) => [...frequencies, ...frequencies].map((frequency) => position * frequency));
  return tf.tidy(() => {
    const swap = (y: tf.Tensor, rows: number, columns: number) =>
      tf.reshape(tf.transpose(tf.reshape(y, [B, H, T, rows, columns]), [0, 1, 2, 4, 3]), [B, H, T, D]);
    const halves = neighbours ? swap(x, D / 2, 2) : x;
    const [cos, sin] = [Math.cos, Math.sin].map((f) => tf.tensor2d(angles.map((row) => row.map(f))));
    const [a, b] = tf.split(halves, 2, -1);
    const turned = tf.add(tf.mul(halves, cos), tf.mul(tf.concat([tf.neg(b), a], -1), sin));
    return (neighbours ? swap(turned, 2, D / 2) : turned) as tf.Tensor4D;
  });
};

/** The partner of each component comes from reversing the pair axis, its sign from the table. */
const reversedPairs: Rope = (x, positions, options) => {
  check(x, positions, options);
  const [B, H, T, D] = x.shape;
  const half = options.pairing === 'half';
  const angle = (t: number, i: number) => positions[t] * Math.exp((-2 * i * Math.log(options.base ?? 10000)) / D);
  const table = (f: (t: number, i: number, member: number) => number) =>
    tf.tensor3d(
      positions.map((_, t) =>
        half
          ? [0, 1].map((member) => Array.from({ length: D / 2 }, (_, i) => f(t, i, member)))
          : Array.from({ length: D / 2 }, (_, i) => [0, 1].map((member) => f(t, i, member))),
      ),
    );
  return tf.tidy(() => {
    const pairs = tf.reshape(x, half ? [B, H, T, 2, D / 2] : [B, H, T, D / 2, 2]);
    const cos = table((t, i) => Math.cos(angle(t, i)));
    const sin = table((t, i, member) => (member === 0 ? -1 : 1) * Math.sin(angle(t, i)));
    const partners = tf.reverse(pairs, half ? 3 : 4);
    return tf.reshape(tf.add(tf.mul(pairs, cos), tf.mul(partners, sin)), [B, H, T, D]);
  });
};

export const alternates = { rotateHalf: { rope: rotateHalf }, reversedPairs: { rope: reversedPairs } };
