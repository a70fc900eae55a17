import { defineGrader } from '../../kit/author/grader.ts';
import { at, ndarray, stack } from '../../kit/author/ndarray.ts';

interface Case {
  shape: number[];
  /** Spread of the scores around `center`; every second row is around −center where `alternating` is set. */
  std?: number;
  center?: number;
  alternating?: boolean;
  /** Share of the scores that are -Infinity; each row keeps at least one, save the first where `emptyRow` is set. */
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

  run: async (submission, { x }) => ({ weights: await submission.softmax(x) }),

  expected: (oracle, { x }) => ({
    weights: stack(x.shape.slice(0, -1), (...row) => oracle.softmax(at(x, ...row))),
  }),

  reduction: ({ shape }) => shape[shape.length - 1],

  properties: {
    shift: {
      params: (fc) =>
        fc.record({
          shape: fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 4 }),
          center: fc.integer({ min: -2000, max: 2000 }),
        }),
      holds:
        ({ submission, draw, read, difference }) =>
        async ({ shape, center = 0 }) => {
          // Eighths stay exact in float32 when an integer is added.
          const eighths = draw.integers(shape, -32, 32).data;
          const shiftedBy = (by: number) => {
            const x = Array.from(eighths, (score) => score / 8 + by);
            return submission.softmax(ndarray(shape, x)).then(read);
          };
          const found = difference(await shiftedBy(0), await shiftedBy(center));
          return found && `softmax(x + ${center}) is not softmax(x) for x of shape [${shape}]: ${found}`;
        },
    },
  },

  rejects: {
    scalar: {
      error: 'RangeError',
      mentions: ['softmax', 0],
      call: (f) => f.softmax(ndarray([], [3])),
    },
    integers: {
      error: 'TypeError',
      mentions: ['softmax', 'float32', 'int32'],
      call: (f, draw) => f.softmax(draw.integers([2, 3], -4, 4)),
    },
    noTensor: {
      error: 'TypeError',
      mentions: ['softmax', 'tensor'],
      call: (f) => f.softmax([1, 2, 3]),
    },
  },

  limits: {
    input: ({ shape }) => 4 * shape.reduce((product, size) => product * size, 1),
  },
});
