import { topKGating } from '../../reference/12-mixture-of-experts/top-k-gating.ts';
import { heatmap, lineChart, svg, text } from './svg.ts';

/** Logits of six tokens for four experts: the gate's weights are the identity, so that the tokens are their logits. */
const logits = [
  [2, 0.5, -1, 0],
  [0, 1.5, 1, -0.5],
  [-1, 0, 2, 1.5],
  [0.5, -0.5, 0, 2],
  [1.5, 1, 0, -1],
  [-0.5, 2, -1, 1],
];
const identity = (size: number) =>
  Array.from({ length: size }, (_, i) => Array.from({ length: size }, (_, j) => (i === j ? 1 : 0)));

function gates(): string {
  const map = (left: number, title: string, k: number, renormalise: boolean) =>
    heatmap(topKGating(logits, identity(4), { k, renormalise }).weights, {
      x: left,
      y: 78,
      cell: 44,
      title,
      rows: logits.map((_, t) => `token ${t}`),
      columns: ['e 0', 'e 1', 'e 2', 'e 3'],
      max: 1,
      digits: 2,
    });
  return svg(770, 360, 'Gate weights of six tokens over four experts: dense, top 2, and top 2 renormalised', [
    map(64, 'softmax over all', 4, false),
    map(322, 'top 2, as they are', 2, false),
    map(580, 'top 2, renormalised', 2, true),
  ]);
}

/** The load-balance loss as every token's logit for expert 0 rises by `tilt`; E = 8, tokens on a quasi-random grid. */
function balance(): string {
  const [T, E] = [512, 8];
  // Kronecker sequence: each expert's logits are spread evenly over −1 … 1, and differently for each.
  const spread = (t: number, e: number) => 2 * (((t + 1) * Math.sqrt([2, 3, 5, 7, 11, 13, 17, 19][e])) % 1) - 1;
  const lossAt = (tilt: number, k: number) => {
    const tokens = Array.from({ length: T }, (_, t) =>
      Array.from({ length: E }, (_, e) => spread(t, e) + (e === 0 ? tilt : 0)),
    );
    return topKGating(tokens, identity(E), { k }).loadBalanceLoss;
  };
  const tilts = Array.from({ length: 37 }, (_, i) => i / 6);
  const chart = lineChart(
    [1, 2, 4, 8].map((k) => ({ name: `k = ${k}`, points: tilts.map((tilt) => [tilt, lossAt(tilt, k)]) })),
    {
      x: 60,
      y: 60,
      width: 400,
      height: 240,
      xLabel: 'added to every logit of expert 0',
      yLabel: 'loss',
      xTicks: [0, 1, 2, 3, 4, 5, 6].map((tick) => [tick, String(tick)]),
      yTicks: [0, 2, 4, 6, 8].map((tick) => [tick, String(tick)]),
    },
  );
  return svg(540, 360, 'Load-balance loss against the preference for one expert, for k = 1, 2, 4 and 8', [
    text(60, 30, 'Load-balance loss of 8 experts, one of them favoured', 'class="title"'),
    chart,
  ]);
}

export const figures: Record<string, () => string> = { gates, balance };
