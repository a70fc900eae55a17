import { defineGrader, type Verdict } from '../../kit/author/grader.ts';
import { at, type NdArray, stack } from '../../kit/author/ndarray.ts';

interface Case {
  B: number;
  H: number;
  T: number;
  D: number;
  pairing: 'half' | 'interleaved';
  base?: number;
  /** Position of the first token; the others follow. */
  offset?: number;
  /** All positions, where they do not follow one another. */
  positions?: number[];
}

const positionsOf = ({ T, offset = 0, positions }: Case) =>
  positions ?? Array.from({ length: T }, (_, t) => offset + t);
const options = ({ pairing, base }: Case) => ({ pairing, ...(base !== undefined && { base }) });

export default defineGrader({
  inputs: (draw, { B, H, T, D }: Case) => ({ x: draw.normal([B, H, T, D]) }),

  run: async (submission, { x }, c) => ({ out: await submission.rope(x, positionsOf(c), options(c)) }),

  expected: (oracle, { x }, c) => ({
    out: stack([c.B, c.H], (b, h) => oracle.rope(at(x, b, h), positionsOf(c), options(c))),
  }),

  // Each component is a sum of two products.
  reduction: () => 2,

  properties: {
    distanceOnly: {
      params: (fc) =>
        fc.record({ ...sizes(fc), offset: fc.integer({ min: 0, max: 50 }), shift: fc.integer({ min: 1, max: 5000 }) }),
      holds:
        ({ submission, draw, read, difference }) =>
        async (c) => {
          const { shift = 0, ...here } = c as Case & { shift?: number };
          const there = { ...here, offset: (here.offset ?? 0) + shift };
          const [q, k] = [draw.normal([c.B, c.H, c.T, c.D]), draw.normal([c.B, c.H, c.T, c.D])];
          const turned = async (x: NdArray, at: Case) =>
            read(await submission.rope(x, positionsOf(at), options(at))) as Promise<NdArray>;
          const near = scores(await turned(q, here), await turned(k, here));
          const far = scores(await turned(q, there), await turned(k, there));
          return say(difference(near, far), `all positions moved on by ${shift} change the scores q·k`);
        },
    },

    rotation: {
      params: (fc) => fc.record({ ...sizes(fc), offset: fc.integer({ min: 0, max: 200 }) }),
      holds:
        ({ submission, inputs, read, difference }) =>
        async (c) => {
          const { x } = inputs(c) as { x: NdArray };
          const out = await read(await submission.rope(x, positionsOf(c), options(c)));
          const stretched = difference(squaredLengths(x), squaredLengths(out));
          if (stretched) return `the squared length of a vector changes: ${stretched}`;
          const atZero = await read(await submission.rope(x, new Array(c.T).fill(0), options(c)));
          return say(difference(x, atZero), 'a token at position 0 changes');
        },
    },
  },

  rejects: {
    oddDimension: {
      error: 'RangeError',
      mentions: ['rope', 'D', 5],
      call: (f, draw) => f.rope(draw.normal([1, 2, 3, 5]), [0, 1, 2], { pairing: 'half' }),
    },
    positionsTooFew: {
      error: 'RangeError',
      mentions: ['rope', 'T', 4, 3],
      call: (f, draw) => f.rope(draw.normal([1, 2, 4, 6]), [0, 1, 2], { pairing: 'half' }),
    },
    positionNegative: {
      error: 'RangeError',
      mentions: ['rope', 'positions', -7],
      call: (f, draw) => f.rope(draw.normal([1, 1, 2, 4]), [0, -7], { pairing: 'interleaved' }),
    },
    positionFractional: {
      error: 'RangeError',
      mentions: ['rope', 'positions', 1.5],
      call: (f, draw) => f.rope(draw.normal([1, 1, 2, 4]), [0, 1.5], { pairing: 'interleaved' }),
    },
    pairingUnknown: {
      error: 'RangeError',
      mentions: ['rope', 'pairing', 'thirds'],
      call: (f, draw) => f.rope(draw.normal([1, 1, 2, 6]), [0, 1], { pairing: 'thirds' }),
    },
    baseZero: {
      error: 'RangeError',
      mentions: ['rope', 'base', 0],
      call: (f, draw) => f.rope(draw.normal([1, 1, 2, 6]), [0, 1], { pairing: 'half', base: 0 }),
    },
    integerTensor: {
      error: 'TypeError',
      mentions: ['rope', 'x_BHTD', 'int32'],
      call: (f, draw) => f.rope(draw.integers([1, 1, 2, 6], 0, 9), [0, 1], { pairing: 'half' }),
    },
  },

  limits: {
    input: ({ B, H, T, D }) => 4 * B * H * T * D,
  },
});

const say = (difference: Verdict, sentence: string): Verdict => difference && `${sentence}: ${difference}`;

const sizes = (fc: typeof import('fast-check')) => ({
  B: fc.constant(1),
  H: fc.integer({ min: 1, max: 2 }),
  T: fc.integer({ min: 1, max: 4 }),
  D: fc.integer({ min: 1, max: 5 }).map((pairs) => 2 * pairs),
  pairing: fc.constantFrom<Case['pairing']>('half', 'interleaved'),
});

const dot = (a: number[], b: number[]) => a.reduce((sum, value, d) => sum + value * b[d], 0);

/** q·k of every query with every key, [B,H,T,T]. */
function scores(q: NdArray, k: NdArray): NdArray {
  const [B, H, T] = q.shape;
  return stack([B, H, T, T], (b, h, t, s) => dot(at(q, b, h, t), at(k, b, h, s)));
}

/** |x|² of every vector, [B,H,T]. */
function squaredLengths(x: NdArray): NdArray {
  const [B, H, T] = x.shape;
  return stack([B, H, T], (b, h, t) => dot(at(x, b, h, t), at(x, b, h, t)));
}
