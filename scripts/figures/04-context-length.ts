import { attentionCost } from '../../reference/04-context-length/attention-cost.ts';
import { heatmap, lineChart, type Series, svg, text } from './svg.ts';

const KIB = 1024;
const GIB = 1024 ** 3;

const llama2 = { layers: 32, modelDim: 4096, heads: 32, kvHeads: 32, headDim: 128, batch: 1, bytesPerValue: 2 };
const llama3 = { ...llama2, kvHeads: 8 };

const contexts = Array.from({ length: 11 }, (_, i) => KIB * 2 ** i);

function bytes(name: string, of: (context: number) => number): Series {
  return { name, points: contexts.map((context) => [context, of(context) / GIB]) };
}

const memory: Series[] = [
  bytes('scores, one layer', (context) => attentionCost({ ...llama3, context }).scoreBytes),
  bytes('cache, Llama 2 7B', (context) => attentionCost({ ...llama2, context }).kvCacheBytes),
  bytes('cache, Llama 3 8B', (context) => attentionCost({ ...llama3, context }).kvCacheBytes),
  bytes('weights, Llama 3 8B', (context) => attentionCost({ ...llama3, context }).weightBytes),
];

/**
 * The weight that one head gives a needle among `length` keys. The needle's logit is `lead` above the others', which are
 * all the same, and every logit falls by `slope` for each token of distance from the query at the end (ALiBi).
 */
function needleWeight(length: number, depth: number, lead: number, slope: number): number {
  const needle = Math.round(depth * (length - 1));
  let sum = 0;
  for (let s = 0; s < length; s++) sum += Math.exp((s === needle ? lead : 0) - slope * (length - 1 - s));
  return Math.exp(lead - slope * (length - 1 - needle)) / sum;
}

const lengths = [1, 2, 4, 8, 16, 32, 64, 128];
const depths = [0, 0.25, 0.5, 0.75, 1];

function haystack(x: number, title: string, slope: number): string {
  const weights = depths.map((depth) => lengths.map((length) => needleWeight(length * KIB, depth, 10, slope)));
  return heatmap(weights, {
    x,
    y: 76,
    cell: 36,
    title,
    rows: depths.map((depth) => `${100 * depth}%`),
    columns: lengths.map((length) => `${length}K`),
    max: 1,
    digits: 2,
  });
}

export const figures: Record<string, () => string> = {
  bytes: () =>
    svg(680, 370, 'Bytes of scores, caches and weights over the context, from 1K to 1M tokens', [
      lineChart(memory, {
        x: 80,
        y: 50,
        width: 440,
        height: 250,
        title: 'Memory of attention, batch of 1, 16 bits',
        xLabel: 'context (tokens)',
        yLabel: '',
        logX: true,
        logY: true,
        xTicks: [KIB, 4 * KIB, 16 * KIB, 64 * KIB, 256 * KIB, 1024 * KIB].map((value) => [
          value,
          value < 1024 * KIB ? `${value / KIB}K` : '1M',
        ]),
        yTicks: [
          [2 ** -5, '32 MiB'],
          [1, '1 GiB'],
          [2 ** 5, '32 GiB'],
          [2 ** 10, '1 TiB'],
          [2 ** 16, '64 TiB'],
        ],
      }),
    ]),
  needle: () =>
    svg(
      740,
      300,
      'Weight of a needle over depth and length, for a head without and with a preference for what is near',
      [
        haystack(60, 'no preference', 0),
        haystack(420, 'nearer is better', 1 / (4 * KIB)),
        text(60, 284, 'rows: depth of the needle; columns: tokens', 'class="small"'),
        text(420, 284, 'the logit falls by 1 every 4K tokens', 'class="small"'),
      ],
    ),
};
