import { lineChart, PALETTE, rect, type Series, svg, text } from './svg.ts';

/** DeepSeek-V2: 60 layers, 128 heads, D = V = 128, C = 512, R = 64. */
const LAYERS = 60;
const [H, D, V, C, R] = [128, 128, 128, 512, 64];

/** Which tensors each form makes for one query in the decode step; those with heads and keys are marked. */
function forms(): string {
  const box = (x: number, y: number, width: number, label: string, shape: string, colour: string) =>
    [
      rect(x, y, width, 40, `fill="none" stroke="${colour}" stroke-width="2" rx="4"`),
      text(x + width / 2, y + 17, label, 'text-anchor="middle"'),
      text(x + width / 2, y + 33, shape, 'class="small" text-anchor="middle"'),
    ].join('\n');
  const arrow = (x1: number, y1: number, x2: number, y2: number) => {
    const angle = Math.atan2(y2 - y1, x2 - x1);
    const tip = [2.6, -2.6].map((turn) => [x2 + 7 * Math.cos(angle + turn), y2 + 7 * Math.sin(angle + turn)]);
    const points = [tip[0], [x2, y2], tip[1]].map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' ');
    return `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" class="line"/><polyline points="${points}" class="line"/>`;
  };
  const [plain, large] = [PALETTE[0], PALETTE[1]];
  return svg(
    700,
    400,
    'Naive: keys and values of all heads are grown from the latents. Absorbed: queries move to them',
    [
      text(20, 26, 'naive', 'class="title"'),
      box(20, 100, 120, 'latents c', 'S × C', plain),
      box(20, 44, 120, 'queries q', 'H × T × D', plain),
      box(230, 100, 130, 'keys k', 'H × S × D', large),
      box(230, 156, 130, 'values v', 'H × S × V', large),
      box(410, 72, 120, 'scores', 'H × T × S', plain),
      box(570, 128, 110, 'out', 'H × T × V', plain),
      arrow(140, 120, 228, 120),
      text(184, 112, 'W_UK', 'class="small" text-anchor="middle"'),
      arrow(140, 132, 228, 172),
      text(176, 172, 'W_UV', 'class="small" text-anchor="middle"'),
      arrow(140, 60, 408, 84),
      arrow(360, 118, 408, 98),
      arrow(530, 100, 569, 138),
      arrow(360, 176, 568, 152),
      text(20, 226, 'absorbed', 'class="title"'),
      box(20, 244, 120, 'queries q', 'H × T × D', plain),
      box(20, 330, 120, 'latents c', 'S × C', plain),
      box(210, 244, 130, 'latent queries', 'H × T × C', plain),
      box(300, 330, 100, 'scores', 'H × T × S', plain),
      box(440, 330, 120, 'mean latents', 'H × T × C', plain),
      box(590, 330, 100, 'out', 'H × T × V', plain),
      arrow(140, 264, 208, 264),
      text(174, 256, 'W_UKᵀ', 'class="small" text-anchor="middle"'),
      arrow(290, 284, 335, 328),
      arrow(140, 350, 298, 350),
      arrow(400, 350, 438, 350),
      arrow(560, 350, 588, 350),
      text(575, 322, 'W_UV', 'class="small" text-anchor="middle"'),
      `<path d="M 80 370 V 388 H 500 V 374" class="line"/>`,
      `<polyline points="496,380 500,372 504,380" class="line"/>`,
    ],
  );
}

/** Bytes of the whole cache for one sequence, two bytes a number. */
function cache(): string {
  const contexts = [1024, 4096, 16384, 65536, 131072];
  const valuesPerToken: [string, number][] = [
    ['MHA, 32 768', 2 * H * D],
    ['GQA-8, 2048', 2 * 8 * D],
    ['MLA, 576', C + R],
    ['MQA, 256', 2 * D],
  ];
  const GIB = 2 ** 30;
  const series: Series[] = valuesPerToken.map(([name, values]) => ({
    name,
    points: contexts.map((context) => [context, (2 * LAYERS * values * context) / GIB]),
  }));
  return svg(650, 350, 'Cache size by context length for four kinds of attention at the sizes of DeepSeek-V2', [
    text(80, 22, 'Cache of one sequence, with the numbers a token and layer', 'class="title"'),
    lineChart(series, {
      width: 440,
      xLabel: 'tokens in the cache',
      yLabel: 'GiB a sequence',
      logX: true,
      logY: true,
      xTicks: [1024, 4096, 16384, 65536, 131072].map((tick) => [tick, `${tick / 1024}k`]),
      yTicks: [0.01, 0.1, 1, 10, 100, 1000].map((tick) => [tick, String(tick)]),
    }),
  ]);
}

/** Flops for one cached token in one layer, by the number of queries that attend to it at once. */
function breakEven(): string {
  const queries = Array.from({ length: 61 }, (_, i) => 2 ** (i / 5));
  const grow = 2 * C * (D + V) * H;
  const series: Series[] = [
    { name: 'naive', points: queries.map((T) => [T, grow + 2 * T * H * (D + R + V)]) },
    { name: 'absorbed', points: queries.map((T) => [T, 2 * T * H * (2 * C + R)]) },
  ];
  return svg(620, 350, 'The absorbed form is cheaper below 171 queries at once, the naive form above', [
    text(80, 22, 'Which form is cheaper at the sizes of DeepSeek-V2', 'class="title"'),
    lineChart(series, {
      width: 440,
      xLabel: 'queries at once (T)',
      yLabel: 'flops a cached token and layer',
      logX: true,
      logY: true,
      xTicks: [1, 8, 64, 512, 4096].map((tick) => [tick, String(tick)]),
      yTicks: [5, 6, 7, 8, 9, 10].map((power) => [10 ** power, `1e${power}`]),
    }),
  ]);
}

export const figures: Record<string, () => string> = { forms, cache, 'break-even': breakEven };
