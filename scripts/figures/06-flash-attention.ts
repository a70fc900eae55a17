import { flashAttention } from '../../reference/06-flash-attention/flash-forward.ts';
import { heatmap, lineChart, rect, svg, text } from './svg.ts';

/** Queries or keys of a smooth, repeatable kind: neighbours resemble each other, as tokens do. */
const vectors = (count: number, phase: number) =>
  Array.from({ length: count }, (_, t) => [2 * Math.cos(0.7 * t + phase), 2 * Math.sin(0.5 * t), Math.cos(1.9 * t)]);

/** Causal weights as the backward pass recovers them: exp(score − lse). */
function causalWeights(T: number): number[][] {
  const [q, k] = [vectors(T, 0), vectors(T, 0.4)];
  const { lse } = flashAttention(q, k, k, { causal: true });
  return q.map((query, t) =>
    k.map((key, s) => {
      if (s > t) return 0;
      const score = query.reduce((sum, x, d) => sum + x * key[d], 0) / Math.sqrt(query.length);
      return Math.exp(score - lse[t]);
    }),
  );
}

function tiles(): string {
  const [T, block, cell, x, y] = [12, 3, 24, 60, 70];
  const labels = Array.from({ length: T }, (_, t) => String(t));
  const parts = [heatmap(causalWeights(T), { x, y, cell, title: 'weights, causal', rows: labels, columns: labels })];
  const size = block * cell;
  for (let i = 0; i < T / block; i++)
    for (let j = 0; j < T / block; j++) {
      const [left, top] = [x + j * size, y + i * size];
      parts.push(rect(left, top, size - 1, size - 1, 'class="line"'));
      if (j > i) {
        parts.push(rect(left + 1, top + 1, size - 3, size - 3, 'fill="#8c959f" fill-opacity="0.45"'));
        parts.push(text(left + size / 2, top + size / 2 + 4, 'skipped', 'class="small onLight" text-anchor="middle"'));
      }
    }
  const legend = x + T * cell + 30;
  const row = (line: number, content: string, attributes = '') => text(legend, y + 20 + 22 * line, content, attributes);
  parts.push(
    row(0, '16 tiles of 3 × 3:', 'class="title"'),
    row(1, '6 above the diagonal: skipped'),
    row(2, '4 crossed by it: masked'),
    row(3, '6 below it: no mask'),
    row(5, 'Order of work', 'class="title"'),
    row(6, 'outer loop: rows of tiles'),
    row(7, 'inner loop: left to right'),
    row(8, 'one tile alive at a time'),
  );
  return svg(620, 375, 'A causal score table cut into tiles; those above the diagonal are skipped', parts);
}

/** Bytes to and from slow memory for one head, in float16, no mask. */
const standard = (T: number, D: number) => 2 * (4 * T * D + 4 * T * T);
const flash = (T: number, D: number, blockQ: number) => 2 * (2 * T * D + 2 * T * D * (T / blockQ));

const lengths = [512, 1024, 2048, 4096, 8192, 16384, 32768];
const chart = (values: (T: number) => number): [number, number][] => lengths.map((T) => [T, values(T)]);

export const figures: Record<string, () => string> = {
  tiles,
  traffic: () =>
    svg(640, 350, 'Bytes moved to and from slow memory, for standard and flash attention, against T', [
      lineChart(
        [
          { name: 'standard', points: chart((T) => standard(T, 64)) },
          { name: 'flash, 128 queries', points: chart((T) => flash(T, 64, 128)) },
          { name: 'inputs and output', points: chart((T) => 2 * 4 * T * 64) },
        ],
        {
          y: 60,
          title: 'Bytes to and from slow memory: one head, D = 64',
          xLabel: 'T (both axes logarithmic)',
          yLabel: '',
          logX: true,
          logY: true,
          xTicks: lengths.map((T) => [T, T < 1024 ? String(T) : `${T / 1024}k`]),
          yTicks: [
            [1e5, '100 kB'],
            [1e6, '1 MB'],
            [1e7, '10 MB'],
            [1e8, '100 MB'],
            [1e9, '1 GB'],
            [1e10, '10 GB'],
          ],
        },
      ),
    ]),
};
