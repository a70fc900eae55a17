/**
 * Submissions to rope: `wrong` ones make one mistake each, `alternates` are right but written differently.
 * `kit verify` judges them as it judges a student's.
 */
import * as tf from '@tensorflow/tfjs';
import { axes, requireInteger } from '../../exercises/arguments';
import { rope as solution } from '../../solutions/03-rotary-embeddings/rope';

type Pairing = 'half' | 'interleaved';
type Options = { pairing: Pairing; base?: number };
type Rope = (x_BHTD: tf.Tensor4D, positions: number[], options: Options) => tf.Tensor4D;
interface Tables {
  cos: tf.Tensor;
  sin: tf.Tensor;
}

/** The steps of a rotation, each of which a wrong variant can replace. Tables are [T, D/2]. */
interface Steps {
  pairing: (pairing: Pairing) => Pairing;
  positions: (positions: number[]) => number[];
  frequency: (i: number, D: number, base: number) => number;
  tables: (positions: number[], frequencies: number[]) => Tables;
  turn: (a: tf.Tensor, b: tf.Tensor, tables: Tables) => [tf.Tensor, tf.Tensor];
  join: (a: tf.Tensor, b: tf.Tensor, pairing: Pairing) => tf.Tensor;
}

const right: Steps = {
  pairing: (pairing) => pairing,
  positions: (positions) => positions,
  frequency: (i, D, base) => base ** ((-2 * i) / D),
  tables: (positions, frequencies) => {
    const angles = positions.map((position) => frequencies.map((frequency) => position * frequency));
    const table = (f: (angle: number) => number) => tf.tensor2d(angles.map((row) => row.map(f)));
    return { cos: table(Math.cos), sin: table(Math.sin) };
  },
  turn: (a, b, { cos, sin }) => [tf.sub(tf.mul(a, cos), tf.mul(b, sin)), tf.add(tf.mul(a, sin), tf.mul(b, cos))],
  join: (a, b, pairing) => {
    if (pairing === 'half') return tf.concat([a, b], -1);
    const [B, H, T, pairs] = a.shape;
    return tf.reshape(tf.stack([a, b], -1), [B, H, T, 2 * pairs]);
  },
};

/** The members of all pairs, [B, H, T, D/2] each. */
function members(x: tf.Tensor4D, pairing: Pairing): tf.Tensor[] {
  const [B, H, T, D] = x.shape;
  if (pairing === 'half') return tf.split(x, 2, -1);
  const [a, b] = tf.split(tf.reshape(x, [B, H, T, D / 2, 2]), 2, -1);
  return [tf.squeeze(a, [4]), tf.squeeze(b, [4])];
}

function refuseWrongArguments(x_BHTD: tf.Tensor4D, positions: number[], { pairing, base = 1 }: Options): void {
  const { T, D } = axes('rope', { x_BHTD });
  if (D % 2 !== 0) throw new RangeError(`rope: D must be even, but is ${D}`);
  refuseWrongOptions(T, positions, pairing, base);
}

function refuseWrongOptions(T: number, positions: number[], pairing: Pairing, base: number): void {
  if (positions.length !== T) throw new RangeError(`rope: T is ${T} in x_BHTD but ${positions.length} in positions`);
  for (const position of positions) requireInteger('rope', 'positions', position, 0);
  if (!['half', 'interleaved'].includes(pairing)) throw new RangeError(`rope: pairing is ${pairing}`);
  if (!(base > 0)) throw new RangeError(`rope: base is ${base}`);
}

function rotation(changed: Partial<Steps>): { rope: Rope } {
  const steps = { ...right, ...changed };
  return {
    rope: (x, positions, options) => {
      refuseWrongArguments(x, positions, options);
      const D = x.shape[3];
      const pairing = steps.pairing(options.pairing);
      const frequencies = Array.from({ length: D / 2 }, (_, i) => steps.frequency(i, D, options.base ?? 10000));
      return tf.tidy(() => {
        const [a, b] = members(x, pairing);
        const turned = steps.turn(a, b, steps.tables(steps.positions(positions), frequencies));
        return steps.join(turned[0], turned[1], pairing) as tf.Tensor4D;
      });
    },
  };
}

/** A rotation table in which each frequency serves neighbours, [T, D], as a checkpoint with interleaved pairs wants it. */
function doubled({ cos, sin }: Tables): Tables {
  const twice = (table: tf.Tensor) => tf.reshape(tf.stack([table, table], -1), [table.shape[0], -1]);
  return { cos: twice(cos), sin: twice(sin) };
}

export const wrong = {
  pairingIgnored: rotation({ pairing: () => 'half' }),
  pairingsSwapped: rotation({ pairing: (pairing) => (pairing === 'half' ? 'interleaved' : 'half') }),
  turnsBackwards: rotation({
    tables: (positions, frequencies) =>
      right.tables(
        positions,
        frequencies.map((frequency) => -frequency),
      ),
  }),
  exponentHalved: rotation({ frequency: (i, D, base) => base ** (-i / D) }),
  exponentDoubled: rotation({ frequency: (i, D, base) => base ** ((-2 * i) / (D / 2)) }),
  frequenciesReversed: rotation({ frequency: (i, D, base) => right.frequency(D / 2 - 1 - i, D, base) }),
  oneFrequency: rotation({ frequency: () => 1 }),
  baseIgnored: rotation({ frequency: (i, D) => right.frequency(i, D, 10000) }),
  positionsIgnored: rotation({ positions: (positions) => positions.map((_, t) => t) }),
  positionsFromOne: rotation({ positions: (positions) => positions.map((position) => position + 1) }),
  floatAngles: rotation({
    tables: (positions, frequencies) => {
      const angles = tf.outerProduct(tf.tensor1d(positions), tf.tensor1d(frequencies));
      return { cos: tf.cos(angles), sin: tf.sin(angles) };
    },
  }),
  notInterleavedAgain: rotation({ join: (a, b) => tf.concat([a, b], -1) }),
  tablesMixed: {
    rope: ((x, positions, options) => {
      if (options.pairing !== 'half') return solution(x, positions, options);
      refuseWrongArguments(x, positions, options);
      const D = x.shape[3];
      const frequencies = Array.from({ length: D / 2 }, (_, i) => right.frequency(i, D, options.base ?? 10000));
      return tf.tidy(() => {
        const { cos, sin } = doubled(right.tables(positions, frequencies));
        const [a, b] = tf.split(x, 2, -1);
        return tf.add(tf.mul(x, cos), tf.mul(tf.concat([tf.neg(b), a], -1), sin));
      });
    }) as Rope,
  },
  minusMissing: rotation({
    turn: (a, b, { cos, sin }) => [tf.add(tf.mul(a, cos), tf.mul(b, sin)), tf.add(tf.mul(a, sin), tf.mul(b, cos))],
  }),
  addsSinusoid: rotation({ turn: (a, b, { cos, sin }) => [tf.add(a, sin), tf.add(b, cos)] }),
  noGradient: {
    rope: ((x, positions, options) => {
      if (options.pairing === 'half') return solution(x, positions, options);
      refuseWrongArguments(x, positions, options);
      const { shape } = x;
      const D = shape[3];
      const frequencies = Array.from({ length: D / 2 }, (_, i) => right.frequency(i, D, options.base ?? 10000));
      return tf.tidy(() => {
        const every2nd = (first: number) => tf.stridedSlice(x, [0, 0, 0, first], shape, [1, 1, 1, 2]);
        const [a, b] = right.turn(every2nd(0), every2nd(1), right.tables(positions, frequencies));
        return right.join(a, b, 'interleaved') as tf.Tensor4D;
      });
    }) as Rope,
  },
  readsBack: {
    rope: ((x, positions, options) => {
      refuseWrongArguments(x, positions, options);
      const { shape } = x;
      const D = shape[3];
      const values = x.dataSync();
      const turned = new Float32Array(values.length);
      for (let start = 0; start < values.length; start += D) {
        const position = positions[(start / D) % shape[2]];
        for (let i = 0; i < D / 2; i++) {
          const [first, second] = options.pairing === 'half' ? [i, i + D / 2] : [2 * i, 2 * i + 1];
          const [a, b] = [values[start + first], values[start + second]];
          const angle = position * right.frequency(i, D, options.base ?? 10000);
          turned[start + first] = a * Math.cos(angle) - b * Math.sin(angle);
          turned[start + second] = a * Math.sin(angle) + b * Math.cos(angle);
        }
      }
      return tf.tensor(turned, shape);
    }) as Rope,
  },
  positionByPosition: {
    rope: ((x, positions, options) => {
      refuseWrongArguments(x, positions, options);
      return tf.tidy(() => {
        const token = (t: number) => tf.slice(x, [0, 0, t, 0], [-1, -1, 1, -1]);
        return tf.concat(
          positions.map((position, t) => solution(token(t), [position], options)),
          2,
        );
      });
    }) as Rope,
  },
  rotationMatrix: {
    rope: ((x, positions, options) => {
      refuseWrongArguments(x, positions, options);
      const [B, H, T, D] = x.shape;
      return tf.tidy(() => {
        // Row d of the matrix at position p is what becomes of the unit vector d there.
        const units = tf.broadcastTo(tf.reshape(tf.eye(D), [1, D, 1, D]), [1, D, T, D]) as tf.Tensor4D;
        const turned_TDD = tf.transpose(tf.reshape(solution(units, positions, options), [D, T, D]), [1, 0, 2]);
        const x_TND = tf.transpose(tf.reshape(x, [B * H, T, D]), [1, 0, 2]);
        return tf.reshape(tf.transpose(tf.matMul(x_TND, turned_TDD), [1, 0, 2]), [B, H, T, D]);
      });
    }) as Rope,
  },
  leaksTables: rotation({
    tables: (positions, frequencies) => {
      const tables = right.tables(positions, frequencies);
      tf.keep(tables.cos);
      return tables;
    },
  }),
  disposesInput: {
    rope: ((x, positions, options) => {
      const out = solution(x, positions, options);
      x.dispose();
      return out;
    }) as Rope,
  },
  acceptsOddDimension: {
    rope: ((x, positions, options) => {
      const { T, D } = axes('rope', { x_BHTD: x });
      refuseWrongOptions(T, positions, options.pairing, options.base ?? 1);
      if (D % 2 === 0) return solution(x, positions, options);
      return tf.tidy(() => {
        const [even, rest] = tf.split(x, [D - 1, 1], -1) as tf.Tensor4D[];
        return tf.concat([solution(even, positions, options), rest], -1);
      });
    }) as Rope,
  },
};

export const alternates = {
  /** Hugging Face's form: x·cos + rotateHalf(x)·sin, with tables as wide as x. Neighbours are sorted into halves first. */
  rotateHalf: {
    rope: ((x, positions, options) => {
      refuseWrongArguments(x, positions, options);
      const [B, H, T, D] = x.shape;
      const neighbours = options.pairing === 'interleaved';
      const frequencies = Array.from({ length: D / 2 }, (_, i) => 1 / (options.base ?? 10000) ** ((2 * i) / D));
      return tf.tidy(() => {
        const swap = (y: tf.Tensor, rows: number, columns: number) =>
          tf.reshape(tf.transpose(tf.reshape(y, [B, H, T, rows, columns]), [0, 1, 2, 4, 3]), [B, H, T, D]);
        const halves = neighbours ? swap(x, D / 2, 2) : x;
        const { cos, sin } = right.tables(positions, [...frequencies, ...frequencies]);
        const [a, b] = tf.split(halves, 2, -1);
        const turned = tf.add(tf.mul(halves, cos), tf.mul(tf.concat([tf.neg(b), a], -1), sin));
        return (neighbours ? swap(turned, 2, D / 2) : turned) as tf.Tensor4D;
      });
    }) as Rope,
  },
  /** The partner of each component comes from reversing the pair axis, its sign from the table. */
  reversedPairs: {
    rope: ((x, positions, options) => {
      refuseWrongArguments(x, positions, options);
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
    }) as Rope,
  },
};
