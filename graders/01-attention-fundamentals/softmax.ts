import { defineGrader } from '../../kit/author/grader.ts';
import { at, ndarray, sizeOf, stack } from '../../kit/author/ndarray.ts';

interface Case {
  shape: number[];
  /** Spread of the scores around `center`; every second row is around −center where `alternating` is set. */
  std?: number;
  center?: number;
  alternating?: boolean;
  /** Share of the scores that are -Infinity; each row keeps at least one, except the first where `emptyRow` is set. */
  blocked?: number;
  emptyRow?: boolean;
}

export default defineGrader({
  inputs(draw, c: Case) {
    const { shape, std = 2, center = 0, alternating = false, blocked = 0, emptyRow = false } = c;
    const S = shape[shape.length - 1];
    const x = draw.normal(shape, { std });
    const isBlocked = draw.mask(shape, blocked).data;
    const data = x.data.map((score, i) => {
      const row = Math.floor(i / S);
      if (emptyRow && row === 0) return -Infinity;
      // A different one in each row, so that the one that stays is not always the first.
      if (isBlocked[i] && i % S !== row % S) return -Infinity;
      return Math.fround(score + (alternating && row % 2 ? -center : center));
    });
    return { x: ndarray(shape, data) };
  },

  run: async (f, { x }) => ({ weights: await f.softmax(x) }),

  expected: (oracle, { x }) => ({ weights: stack(x.shape.slice(0, -1), (...row) => oracle.softmax(at(x, ...row))) }),

  reduction: ({ shape }) => shape[shape.length - 1],

  properties: {
    shift: {
      sizes: {
        shape: (fc) => fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 4 }),
        center: [-2000, 2000],
      },
      holds({ shape, center = 0 }, { f, draw, same }) {
        // Eighths stay exact in float32 when an integer is added.
        const eighths = draw.integers(shape, -32, 32).data;
        const shiftedBy = (by: number) =>
          f.softmax(
            ndarray(
              shape,
              eighths.map((score) => score / 8 + by),
            ),
          );
        const sentence = `softmax(x + ${center}) is not softmax(x) for x of shape [${shape}]`;
        return same(shiftedBy(0), shiftedBy(center), sentence);
      },
    },
  },

  rejects: {
    'x is a scalar': { error: 'RangeError', names: ['softmax', 'x', 'rank'], call: (f) => f.softmax(ndarray([], [3])) },
    'x is int32': {
      error: 'TypeError',
      names: ['softmax', 'x'],
      call: (f, draw) => f.softmax(draw.integers([2, 3], -4, 4)),
    },
    'x is an array': { error: 'TypeError', names: ['softmax', 'x'], call: (f) => f.softmax([1, 2, 3]) },
  },

  limits: { twiceInput: ({ shape }) => 2 * 4 * sizeOf(shape) },
});
