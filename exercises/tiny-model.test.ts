import { describe, expect, it } from 'vitest';
import { Draw } from '../kit/author/draw.ts';
import { at, fromNested, type NdArray, ndarray } from '../kit/author/ndarray.ts';
import type { RemoteTensor } from '../kit/subject/remote-values.ts';
import { subjectWithGiven } from '../kit/testing/given-file.ts';

const functions = ['splitHeads', 'mergeHeads', 'rotateHalf', 'rmsNorm', 'gruCell', 'crossEntropy'];
const subject = await subjectWithGiven(
  `export { ${functions.join(', ')} } from '../tiny-model';`,
  Object.fromEntries(functions.map((name) => [name, 'out'])),
);
const draw = new Draw('tiny model');

type Matrix = number[][];

/** In nested lists, with nothing left behind. */
async function computed(fn: string, ...args: unknown[]): Promise<never> {
  const y = await subject.read(await subject.submission[fn](...args));
  const { leaked, disposedOfCallers } = await subject.usage();
  expect({ leaked, disposedOfCallers }).toEqual({ leaked: [], disposedOfCallers: 0 });
  await subject.forget();
  return at(y) as never;
}

const close = (got: unknown, expected: unknown) => {
  const [a, b] = [got, expected].map((x) => fromNested(typeof x === 'number' ? x : (x as never)));
  expect(a.shape).toEqual(b.shape);
  a.data.forEach((value, i) => void expect(value).toBeCloseTo(b.data[i], 5));
};

/** The gradient of Σ f, by the tape and by differences of its own values. */
async function expectGradients(fn: string, args: unknown[], wrt: NdArray[], distance = 1e-2): Promise<void> {
  const sum = async () => {
    const { data } = await subject.read(await subject.submission[fn](...args));
    await subject.forget();
    return data.reduce((total, value, i) => total + value * Math.cos(i), 0);
  };
  const found = await subject.gradients(wrt, async () => {
    const y: RemoteTensor = await subject.submission[fn](...args);
    const size = y.shape.reduce((a, b) => a * b, 1);
    return {
      outputs: [y],
      cotangents: [
        ndarray(
          y.shape,
          Array.from({ length: size }, (_, i) => Math.cos(i)),
        ),
      ],
    };
  });
  const gradients = await Promise.all(found.map(async (x) => subject.read(x)));
  await subject.forget();
  for (const [i, { data }] of wrt.entries()) {
    for (let j = 0; j < data.length; j++) {
      const value = data[j];
      data[j] = Math.fround(value + distance);
      const above = { at: data[j], sum: await sum() };
      data[j] = Math.fround(value - distance);
      const slope = (above.sum - (await sum())) / (above.at - data[j]);
      data[j] = value;
      expect(gradients[i].data[j]).toBeCloseTo(slope, 2);
    }
  }
}

describe('heads', () => {
  it('are neighbouring columns, and come back to where they were', async () => {
    const x = draw.normal([2, 3, 8]);
    const split = await computed('splitHeads', x, 4);
    const [B, T, H, D] = [2, 3, 4, 2];
    const loops = Array.from({ length: B }, (_, b) =>
      Array.from({ length: H }, (_, h) =>
        Array.from({ length: T }, (_, t) => Array.from({ length: D }, (_, d) => at(x, b, t)[h * D + d])),
      ),
    );
    expect(split).toEqual(loops);
    expect(await computed('mergeHeads', fromNested(loops))).toEqual(at(x));
    await expect(subject.submission.splitHeads(x, 3)).rejects.toThrow('M is 8 in x_BTM [2,3,8], not a multiple of 3');
    await subject.forget();
  });
});

describe('rotary positions', () => {
  /** One sequence and head: [T][D]. */
  const rotated = (x: Matrix, positions: number[], base: number) =>
    x.map((row, t) => {
      const half = row.length / 2;
      return row.map((value, d) => {
        const i = d % half;
        const angle = positions[t] * base ** ((-2 * i) / row.length);
        return d < half
          ? value * Math.cos(angle) - row[d + half] * Math.sin(angle)
          : value * Math.cos(angle) + row[d - half] * Math.sin(angle);
      });
    });
  const loops = (x: NdArray, positions: Matrix, base = 10000) =>
    (at(x) as Matrix[][]).map((heads, b) => heads.map((head) => rotated(head, positions[b % positions.length], base)));

  it('are the same for all sequences, or each sequence has its own', async () => {
    const x = draw.normal([2, 3, 4, 6]);
    close(await computed('rotateHalf', x, [0, 1, 2, 7]), loops(x, [[0, 1, 2, 7]]));
    const own = [
      [0, 1, 2, 3],
      [131_072, 131_073, 5, 0],
    ];
    close(await computed('rotateHalf', x, own), loops(x, own));
    close(await computed('rotateHalf', x, [3, 2, 1, 0], 100), loops(x, [[3, 2, 1, 0]], 100));
  });

  it('that do not fit are refused', async () => {
    const { rotateHalf } = subject.submission;
    await expect(rotateHalf(draw.normal([2, 1, 3, 5]), [0, 1, 2])).rejects.toThrow('D must be even, but is 5');
    await expect(rotateHalf(draw.normal([2, 1, 3, 4]), [0, 1])).rejects.toThrow(
      'T is 3 in x_BHTD [2,1,3,4] but positions has 2',
    );
    const three = [
      [0, 1, 2],
      [0, 1, 2],
      [0, 1, 2],
    ];
    await expect(rotateHalf(draw.normal([2, 1, 3, 4]), three)).rejects.toThrow(
      'B is 2 in x_BHTD [2,1,3,4] but positions has 3 rows',
    );
    await subject.forget();
  });

  it('have a gradient', async () => {
    const x = draw.normal([1, 1, 2, 4]);
    await expectGradients('rotateHalf', [x, [1, 3]], [x]);
  });
});

describe('the norm', () => {
  it('is that of the root mean square, over the last axis, with eps under the root', async () => {
    const [x, weight] = [draw.normal([2, 3, 4]), draw.normal([4])];
    const norm = (row: number[], eps: number) => {
      const root = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0) / row.length + eps);
      return row.map((value, i) => (value / root) * weight.data[i]);
    };
    const loops = (eps: number) => (at(x) as number[][][]).map((rows) => rows.map((row) => norm(row, eps)));
    close(await computed('rmsNorm', x, weight), loops(1e-6));
    close(await computed('rmsNorm', x, weight, 0.5), loops(0.5));
    // A row of zeros stays one.
    close(await computed('rmsNorm', ndarray([2], [0, 0]), ndarray([2], [1, 1])), [0, 0]);
    await expect(subject.submission.rmsNorm(x, draw.normal([3]))).rejects.toThrow(
      'the last axis of x [2,3,4] is 4, but weight is [3]',
    );
    await subject.forget();
    await expectGradients('rmsNorm', [x, weight], [x, weight]);
  });
});

describe('the gated recurrent unit', () => {
  const [B, M, N] = [2, 3, 4];
  const [x, h] = [draw.normal([B, M]), draw.normal([B, N])];
  const gru = {
    wx: draw.normal([M, 3 * N]),
    wh: draw.normal([N, 3 * N]),
    bx: draw.normal([3 * N]),
    bh: draw.normal([3 * N]),
  };

  it('is that of torch: gates r, z, n, and the reset gate after the product', async () => {
    const sigmoid = (value: number) => 1 / (1 + Math.exp(-value));
    const loops = Array.from({ length: B }, (_, b) =>
      Array.from({ length: N }, (_, j) => {
        const part = (input: number[], w: NdArray, bias: NdArray, gate: number) =>
          input.reduce((sum, value, i) => sum + value * at(w, i)[gate * N + j], bias.data[gate * N + j]);
        const [xr, xz, xn] = [0, 1, 2].map((gate) => part(at(x, b), gru.wx, gru.bx, gate));
        const [hr, hz, hn] = [0, 1, 2].map((gate) => part(at(h, b), gru.wh, gru.bh, gate));
        const [r, z] = [sigmoid(xr + hr), sigmoid(xz + hz)];
        return (1 - z) * Math.tanh(xn + r * hn) + z * at(h, b)[j];
      }),
    );
    close(await computed('gruCell', x, h, gru), loops);
    await expectGradients('gruCell', [x, h, gru], [x, h, gru.bx, gru.bh]);
  });

  it('refuses weights that do not fit', async () => {
    const other = { ...gru, wh: draw.normal([N, 2 * N]) };
    await expect(subject.submission.gruCell(x, h, other)).rejects.toThrow(
      'wh must be [4,12] for M = 3 and N = 4, but is [4,8]',
    );
    await subject.forget();
  });
});

describe('cross-entropy', () => {
  it('is of each next token, and the last position has none', async () => {
    const [B, T, Y] = [2, 4, 5];
    const logits = draw.normal([B, T, Y], { std: 3 });
    const tokens = draw.integers([B, T], 0, Y - 1);
    let sum = 0;
    for (let b = 0; b < B; b++) {
      for (let t = 0; t + 1 < T; t++) {
        const row = at(logits, b, t) as number[];
        sum += Math.log(row.reduce((total, value) => total + Math.exp(value), 0)) - row[at(tokens, b, t + 1) as number];
      }
    }
    close(await computed('crossEntropy', logits, tokens), sum / (B * (T - 1)));
    const huge = ndarray([1, 2, 2], [10_000, -10_000, 0, 0]);
    close(await computed('crossEntropy', huge, ndarray([1, 2], [0, 1], 'int32')), 20_000);
    await expectGradients('crossEntropy', [logits, tokens], [logits]);
    await expect(subject.submission.crossEntropy(draw.normal([1, 1, 2]), draw.integers([1, 1], 0, 1))).rejects.toThrow(
      'T must be an integer of at least 2',
    );
    await subject.forget();
  });
});
