import { ndarray } from '../../kit/author/ndarray.ts';
import { hasOnly, numberOf } from '../../kit/goldens/fields.ts';
import { defineGoldenAdapters } from '../../kit/goldens/golden.ts';

export default defineGoldenAdapters([
  {
    mechanism: 'softmax-stability',
    inputs: ['x'],
    covers(golden) {
      const { shape } = golden.inputs.x;
      const axis = numberOf(golden, 'dim', 'axis') ?? -1;
      return hasOnly(golden, ['x', 'd_out']) && shape.length > 0 && [-1, shape.length - 1].includes(axis);
    },
    compute(oracle, { inputs: { x, d_out } }) {
      const S = x.shape[x.shape.length - 1];
      const rows = Array.from({ length: x.data.length / S }, (_, row) => {
        const scores = [...x.data.subarray(row * S, (row + 1) * S)];
        const largest = Math.max(...scores);
        const weights: number[] = oracle.softmax(scores);
        // The weight of the largest score is exp(largest − lse), and the only one that cannot vanish.
        const lse = largest === -Infinity ? largest : largest - Math.log(Math.max(...weights));
        // A row of nothing but -Infinity is NaN with torch, and zeros with us.
        return { scores, lse, weights: largest === -Infinity ? weights.map(() => NaN) : weights };
      });
      const outputs = {
        softmax: ndarray(
          x.shape,
          rows.flatMap(({ weights }) => weights),
        ),
        log_softmax: ndarray(
          x.shape,
          rows.flatMap(({ scores, lse }) => scores.map((score) => score - lse)),
        ),
        logsumexp: ndarray(
          x.shape.slice(0, -1),
          rows.map(({ lse }) => lse),
        ),
        jacobian: ndarray(
          [...x.shape, S],
          rows.flatMap(({ weights: p }) => p.flatMap((pi, i) => p.map((pj, j) => (i === j ? pi : 0) - pi * pj))),
        ),
      };
      if (!d_out) return outputs;
      const d_x = rows.flatMap(({ weights: p }, row) => {
        const due = d_out.data.subarray(row * S, (row + 1) * S);
        const mean = p.reduce((sum, pi, i) => sum + pi * due[i], 0);
        return p.map((pi, i) => pi * (due[i] - mean));
      });
      return { ...outputs, d_x: ndarray(x.shape, d_x) };
    },
  },
]);
