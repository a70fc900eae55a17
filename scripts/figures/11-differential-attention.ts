import { scaledDotProduct } from '../../reference/01-attention-fundamentals/scaled-dot-product.ts';
import { heatmap, lineChart, number, svg } from './svg.ts';

/** Scores of ten keys: what both maps see alike, and what only one of them sees. Key 4 is the one that matters. */
const common = [1.1, 0.2, 1.4, 0.6, -0.5, 1.3, 0.1, 0.9, 1.2, -0.2];
const first = common.map((score, s) => score + [0.1, 0, -0.1, 1.9, 0.1, -0.1, 0, 0.1, -0.2, 0][s]);
const second = common.map((score, s) => score + [0, 0.1, 0, -0.3, 0, 0.1, -0.1, 0, 0, 0.1][s]);
const lambda = 0.6;

/** softmax of the scores: attention with the identity for values gives its weights. */
function weights(scores: number[]): number[] {
  const identity = scores.map((_, i) => scores.map((_, j) => (i === j ? 1 : 0)));
  const keys = scores.map((score) => [score]);
  return scaledDotProduct([[1]], keys, identity)[0];
}

const maps = { first: weights(first), second: weights(second) };

export const figures: Record<string, () => string> = {
  difference: () => {
    const difference = maps.first.map((weight, s) => weight - lambda * maps.second[s]);
    const sum = difference.reduce((a, b) => a + b);
    return svg(546, 236, 'Weights of two maps over ten keys, and their difference', [
      heatmap([maps.first, maps.second, difference, difference.map((weight) => weight / sum)], {
        ...{ x: 110, y: 52, cell: 42, digits: 2, max: 1 },
        title: 'One query, ten keys; key 4 holds the answer',
        rows: ['A₁', 'A₂', 'A₁ − 0.6 A₂', '… over its sum'],
        columns: common.map((_, s) => String(s + 1)),
      }),
    ]);
  },
  'lambda-init': () => {
    const points = Array.from({ length: 28 }, (_, i): [number, number] => [i + 1, 0.8 - 0.6 * Math.exp(-0.3 * i)]);
    return svg(560, 330, 'λ_init against the depth of the layer', [
      lineChart([{ name: 'λ_init', points }], {
        ...{ x: 60, y: 40, width: 430, height: 220, title: 'λ starts small and approaches 0.8' },
        ...{ xLabel: 'depth of the layer', yLabel: '' },
        xTicks: [1, 4, 8, 12, 16, 20, 24, 28].map((depth) => [depth, String(depth)]),
        yTicks: [0, 0.2, 0.4, 0.6, 0.8, 1].map((value) => [value, number(value, 1)]),
      }),
    ]);
  },
};
