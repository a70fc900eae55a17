import { attentionCost } from '../../reference/04-context-length/attention-cost.ts';
import { heatmap, lineChart, type Series, svg, text } from './svg.ts';

const PROMPT = 3;
const STEPS = 4;
const tokens = Array.from({ length: PROMPT + STEPS }, (_, s) => String(s + 1));
const passes = ['prompt', ...Array.from({ length: STEPS }, (_, i) => `step ${i + 1}`)];

/** 1 where a pass projects a token. */
function projected(cached: boolean): number[][] {
  return passes.map((_, pass) => {
    const end = PROMPT + pass;
    const start = cached && pass > 0 ? end - 1 : 0;
    return tokens.map((_, s) => (start <= s && s < end ? 1 : 0));
  });
}

function map(x: number, title: string, cached: boolean): string {
  const cells = projected(cached);
  const sum = cells.flat().reduce((a, b) => a + b);
  return [
    heatmap(cells, { x, y: 76, cell: 32, title, rows: passes, columns: tokens, max: 1 }),
    text(x, 260, `${sum} tokens projected`),
  ].join('\n');
}

const llama2 = {
  layers: 32,
  modelDim: 4096,
  heads: 32,
  kvHeads: 32,
  headDim: 128,
  batch: 1,
  bytesPerValue: 2,
};
const lengths = Array.from({ length: 9 }, (_, i) => 64 * 2 ** i);

const stepFlops: Series[] = [
  { name: 'all tokens again', points: lengths.map((context) => [context, cost(context).prefillFlops]) },
  { name: 'with a cache', points: lengths.map((context) => [context, cost(context).decodeFlops]) },
];

function cost(context: number) {
  return attentionCost({ ...llama2, context });
}

export const figures: Record<string, () => string> = {
  projected: () =>
    svg(640, 280, 'Tokens projected in each pass: without a cache all so far, with a cache the new one only', [
      map(70, 'without a cache', false),
      map(390, 'with a cache', true),
    ]),
  'step-flops': () =>
    svg(660, 350, 'Flops of one more token over the length so far, with and without a cache', [
      lineChart(stepFlops, {
        x: 70,
        y: 50,
        width: 440,
        height: 230,
        title: 'Attention flops for one more token, Llama 2 7B',
        xLabel: 'tokens so far',
        yLabel: '',
        logX: true,
        logY: true,
        xTicks: [
          [64, '64'],
          [256, '256'],
          [1024, '1K'],
          [4096, '4K'],
          [16384, '16K'],
        ],
        yTicks: [
          [1e9, '10⁹'],
          [1e10, '10¹⁰'],
          [1e11, '10¹¹'],
          [1e12, '10¹²'],
          [1e13, '10¹³'],
          [1e14, '10¹⁴'],
          [1e15, '10¹⁵'],
        ],
      }),
    ]),
};
