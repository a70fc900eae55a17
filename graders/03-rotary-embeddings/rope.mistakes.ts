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
const TURNED_B = 'tf.add(tf.mul(a, sin), tf.mul(b, cos))';
const EACH_POSITION = 'positions.flatMap((position) =>';
const FREQUENCIES = `Array.from({ length: pairs }, (_, i) => ${FREQUENCY})`;
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
  turnsHalvesBackwards: {
    edit: ['angles.map(Math.sin)', "angles.map((angle) => Math.sin(pairing === 'half' ? -angle : angle))"],
    says: "With 'half', every pair turns the wrong way. The first half becomes a·cos − b·sin: of the two halves, the second one gets the minus when they change places.",
  },
  turnsNeighboursBackwards: {
    edit: ['angles.map(Math.sin)', "angles.map((angle) => Math.sin(pairing === 'half' ? angle : -angle))"],
    says: "With 'interleaved', every pair turns the wrong way. Component 2i is a, component 2i + 1 is b, and a becomes a·cos − b·sin.",
  },
  cosAndSinExchanged: {
    edit: ['angles.map(Math.cos)', 'angles.map(Math.sin)', 'angles.map(Math.sin)', 'angles.map(Math.cos)'],
    says: 'Cosine and sine are exchanged. At angle 0, where the cosine is 1, a vector must stay as it is.',
  },
  exponentPositive: {
    edit: [FREQUENCY, 'base ** ((2 * i) / D)'],
    says: 'The frequencies rise with i, because the exponent is 2i/D. It is −2i/D: pair 0 is the fastest.',
  },
  pairsFromOne: {
    edit: [FREQUENCY, 'base ** ((-2 * (i + 1)) / D)'],
    says: 'The pairs are counted from 1 in −2i/D. Pair 0 turns by one radian per position, so θ = 1.',
  },
  frequenciesToTheEnd: {
    edit: [FREQUENCY, 'base ** (-i / Math.max(pairs - 1, 1))'],
    says: 'The frequencies are spread so that the last one is 1/base. The exponent is −2i/D, and the last is −(D − 2)/D.',
  },
  turnsInsteadOfRadians: {
    edit: ['position * frequency', '2 * Math.PI * position * frequency'],
    says: 'The angles have a factor 2π too many. θ counts radians per position.',
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
    edit: [EACH_POSITION, 'positions.flatMap((_, position) =>'],
    says: 'The positions are taken to be 0 … T−1. With a cache, the first token of x is seldom the first of the text.',
  },
  positionsFromOne: {
    edit: ['position * frequency', '(position + 1) * frequency'],
    says: 'Counting starts at 1. At position 0 nothing turns.',
  },
  firstPositionOnly: {
    edit: [EACH_POSITION, 'positions.map((_, t) => positions[0] + t).flatMap((position) =>'],
    says: 'Only the first position is read, and the others are counted from it. Positions may come in any order.',
  },
  onePositionForAll: {
    edit: [EACH_POSITION, 'positions.map(() => positions[0]).flatMap((position) =>'],
    says: 'All tokens are turned by the first position. Token t stands at positions[t].',
  },
  positionsWrap: {
    edit: ['position * frequency', '(position % 8192) * frequency'],
    says: 'Positions start again from 0 after some thousands. Compute the angle of any position, without a table of fixed length.',
  },
  frequenciesInFloat32: {
    edit: [FREQUENCY, `Math.fround(${FREQUENCY})`],
    says: 'The frequencies are rounded to float32 before they are multiplied by the positions. Far away that is a wrong angle; keep them as plain numbers.',
  },
  tablesRemembered: {
    edit: [
      `const frequencies = ${FREQUENCIES};`,
      `if (remembered.length !== pairs) remembered = ${FREQUENCIES};
  const frequencies = remembered;`,
    ],
    with: 'let remembered: number[] = [];',
    says: 'The frequencies of an earlier call with the same D are used again, so another base has no effect. Keep nothing between calls, or keep it by all that it depends on.',
  },
  anglesRemembered: {
    edit: [
      'const angles = positions.flatMap((position) => frequencies.map((frequency) => position * frequency));',
      `const key = [base, D, T].join();
  if (rememberedFor !== key) remembered = positions.flatMap((position) => frequencies.map((each) => position * each));
  rememberedFor = key;
  const angles = remembered;`,
    ],
    with: "let remembered: number[] = [];\nlet rememberedFor = '';",
    says: 'The angles of an earlier call are used again although the positions are others. Keep nothing between calls, or keep it by all that it depends on.',
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
  turnsTwice: {
    edit: [TURNED_B, 'tf.add(tf.mul(turnedA, sin), tf.mul(b, cos))'],
    says: "b' is computed from a', which is turned already. Both come from the old a and b.",
  },
  cosineAlone: {
    edit: [TURNED_A, 'tf.mul(a, cos)', TURNED_B, 'tf.mul(b, cos)'],
    says: 'Only the products with the cosine are there. Each component also gets its partner times the sine.',
  },
  addsSinusoid: {
    edit: [TURNED_A, 'tf.add(a, sin)', TURNED_B, 'tf.add(b, cos)'],
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
  pairByPair: {
    edit: [
      TURNED_A,
      'eachPair([a, b, cos, sin], (a, b, cos, sin) => tf.sub(tf.mul(a, cos), tf.mul(b, sin)))',
      TURNED_B,
      'eachPair([a, b, cos, sin], (a, b, cos, sin) => tf.add(tf.mul(a, sin), tf.mul(b, cos)))',
    ],
    with: `
function eachPair(parts: tf.Tensor[], turn: (...of: tf.Tensor[]) => tf.Tensor): tf.Tensor {
  // Of the last two axes one has size 1; the other one counts the pairs.
  const axisOf = ({ shape }: tf.Tensor) => (shape[shape.length - 1] === 1 ? shape.length - 2 : shape.length - 1);
  const split = parts.map((part) => tf.split(part, part.shape[axisOf(part)], axisOf(part)));
  return tf.concat(split[0].map((_, i) => turn(...split.map((each) => each[i]))), axisOf(parts[0]));
}`,
    says: 'The pairs are turned one after another. With cosines and sines as tensors, one operation turns all of them.',
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
  reversesPositions: {
    edit: [
      'const pairs = D / 2;',
      'positions.reverse();\n  const pairs = D / 2;',
      EACH_POSITION,
      '[...positions].reverse().flatMap((position) =>',
    ],
    says: 'The positions of the caller are turned round by reverse(), which changes the array itself. Work on a copy.',
  },
  refusesPositionZero: {
    edit: ['position, 0);', 'position);'],
    says: 'Position 0 is refused. Positions are integers from 0 on, so the least integer to allow is 0.',
  },
  acceptsAnyPosition: {
    edit: [
      'if (positions.length !== T) {',
      'if (positions.length < 1) {',
      'positions.forEach((position, t) => {',
      '[0].forEach((position, t) => {',
    ],
    says: 'The positions are not checked. There must be T of them, each an integer of at least 0.',
  },
  acceptsAnyBase: {
    edit: ['!Number.isFinite(base) || base <= 0', 'Number.isNaN(base)'],
    says: 'A base of 0 is accepted. It must be a positive number.',
  },
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

/** x·cos + (x J)·sin: one D×D matrix J, the same at every position, turns each pair by a quarter. */
const quarterTurn: Rope = (x, positions, options) => {
  check(x, positions, options);
  const [B, H, T, D] = x.shape;
  const first = (i: number) => (options.pairing === 'half' ? i : 2 * i);
  const second = (i: number) => (options.pairing === 'half' ? i + D / 2 : 2 * i + 1);
  const [J, cos, sin] = [tf.buffer([D, D]), tf.buffer([T, D]), tf.buffer([T, D])];
  for (let i = 0; i < D / 2; i++) {
    J.set(-1, second(i), first(i));
    J.set(1, first(i), second(i));
    positions.forEach((position, t) => {
      const angle = position * (options.base ?? 10000) ** ((-2 * i) / D);
      for (const d of [first(i), second(i)]) {
        cos.set(Math.cos(angle), t, d);
        sin.set(Math.sin(angle), t, d);
      }
    });
  }
  return tf.tidy(() => {
    const turned = tf.reshape(tf.matMul(tf.reshape(x, [-1, D]), J.toTensor() as tf.Tensor2D), [B, H, T, D]);
    return tf.add(tf.mul(x, cos.toTensor()), tf.mul(turned, sin.toTensor()));
  });
};

export const alternates = {
  rotateHalf: { rope: rotateHalf },
  reversedPairs: { rope: reversedPairs },
  quarterTurn: { rope: quarterTurn },
  /** Components picked by their numbers; the inverse order puts them back. */
  gathered: {
    edit: [
      'tf.split(tf.reshape(x_BHTD, shape), 2, axis)',
      `[0, 1].map((first) => {
      const members = [...Array(pairs).keys()].map((i) => (pairing === 'half' ? i + first * pairs : 2 * i + first));
      return tf.reshape(tf.gather(x_BHTD, tf.tensor1d(members, 'int32'), 3), shape.map((size, at) => (at === axis ? 1 : size)));
    })`,
    ],
  },
  /** The members of a pair without an axis of size 1: unstacked, and stacked again. */
  stacked: {
    edit: [
      `const tableShape = ${IS_HALF} [T, 1, pairs] : [T, pairs, 1]`,
      'const tableShape = [T, pairs]',
      'tf.split(tf.reshape(x_BHTD, shape), 2, axis)',
      'tf.unstack(tf.reshape(x_BHTD, shape), axis)',
      JOINED,
      JOINED.replace('concat', 'stack'),
    ],
  },
  /** One head after another. */
  headByHead: {
    edit: [
      'const [a, b] = tf.split(tf.reshape(x_BHTD, shape), 2, axis);',
      `const heads = tf.split(x_BHTD, H, 1).map((x) => {
      const [a, b] = tf.split(tf.reshape(x, [B, 1, ...shape.slice(2)]), 2, axis);`,
      `return ${RESULT};`,
      `return tf.reshape(${JOINED}, [B, 1, T, D]);
    });
    return tf.concat(heads as tf.Tensor4D[], 1);`,
    ],
  },
};
