import { eachHead } from '../../kit/author/attention.ts';
import { largestOf, type Sizes, shapeOf } from '../../kit/author/axes.ts';
import { defineGrader, type Range, type Rejection } from '../../kit/author/grader.ts';
import { at, type NdArray, stack } from '../../kit/author/ndarray.ts';
import { refusals } from '../../kit/author/refusals.ts';

interface Case extends Sizes<'BHTD'> {
  pairing: 'half' | 'interleaved';
  base?: number;
  /** Position of the first token; the others follow. */
  offset?: number;
  /** All positions, where they are not consecutive. */
  positions?: number[];
}

const positionsOf = ({ T, offset = 0, positions }: Case) =>
  positions ?? Array.from({ length: T }, (_, t) => offset + t);
const options = ({ pairing, base }: Case) => ({ pairing, ...(base !== undefined && { base }) });

const RANGES = {
  ...{ B: 1, H: [1, 2], T: [1, 4] },
  D: (fc) => fc.integer({ min: 1, max: 5 }).map((pairs) => 2 * pairs),
  pairing: (fc) => fc.constantFrom('half', 'interleaved'),
} satisfies Record<string, Range>;

export default defineGrader({
  inputs: (draw, c: Case) => ({ x: draw.normal(shapeOf('BHTD', c)) }),

  run: (f, { x }, c) => f.rope(x, positionsOf(c), options(c)),

  expected: (oracle, { x }, c) => eachHead(c, (b, h) => oracle.rope(at(x, b, h), positionsOf(c), options(c))),

  // Each component is a sum of two products.
  reduction: () => 2,

  properties: {
    distance: {
      sizes: { ...RANGES, offset: [0, 50], shift: [1, 5000] },
      async holds(c, { f, inputs, read, same }) {
        const { shift = 0, ...here } = c as Case & { shift?: number };
        const there = { ...here, offset: (here.offset ?? 0) + shift };
        const [q, k] = [inputs(c).x, inputs(c).x];
        const turned = async (x: NdArray, at: Case) => read(f.rope(x, positionsOf(at), options(at)), x.shape);
        const near = scores(await turned(q, here), await turned(k, here));
        const far = scores(await turned(q, there), await turned(k, there));
        return same(near, far, `all positions moved by ${shift} change the scores q·k`);
      },
    },

    rotation: {
      sizes: { ...RANGES, offset: [0, 200] },
      async holds(c, { f, inputs, read, same }) {
        const { x } = inputs(c);
        const out = await read(f.rope(x, positionsOf(c), options(c)), x.shape);
        const stretched = await same(squaredLengths(x), squaredLengths(out), 'the squared length of a vector changes');
        return stretched ?? same(x, f.rope(x, new Array(c.T).fill(0), options(c)), 'a token at position 0 changes');
      },
    },
  },

  fitSizes: (c) => ({ ...c, D: 2 * Math.round(c.D / 2) }),

  rejects: {
    ...refusals('rope', ['x_BHTD'], {
      sizes: { T: 3, D: 6 },
      call: (f, { x_BHTD }) => f.rope(x_BHTD, [0, 1, 2], { pairing: 'half' }),
    }),
    'D is odd': {
      error: 'RangeError',
      names: ['rope', 'x_BHTD', 'x', 'D'],
      call: (f, draw) => f.rope(draw.normal([1, 2, 3, 5]), [0, 1, 2], { pairing: 'half' }),
    },
    '3 positions for 4 tokens': withOption('positions', [0, 1, 2]),
    'a position is negative': withOption('positions', [0, 1, 2, -7]),
    'a position is 1.5': withOption('positions', [0, 1.5, 2, 3]),
    'a position is "2"': withOption('positions', [0, 1, '2', 3]),
    'pairing is unknown': withOption('pairing', 'thirds'),
    'base is 0': withOption('base', 0),
  },

  limits: { threeInputs: (c) => 3 * largestOf(c, 'BHTD') },
});

/** One of the arguments is this in a call that is otherwise right. */
function withOption(name: 'positions' | 'pairing' | 'base', value: unknown): Rejection {
  const { positions, ...rest } = { positions: [0, 1, 2, 3], pairing: 'half', [name]: value };
  return {
    error: 'RangeError',
    names: ['rope', name, ...(name === 'positions' ? ['position', 'T'] : [])],
    call: (f, draw) => f.rope(draw.normal([1, 2, 4, 6]), positions, rest),
  };
}

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
