import { lineChart, PALETTE, rect, svg, text } from './svg.ts';

const HEADS = 6;

/** Query heads above, key/value heads below, a line from each head h to its group ⌊h·G/H⌋. */
function sharing(left: number, title: string, groups: number): string {
  const [pitch, size, top, bottom] = [24, 18, 60, 132];
  const centre = (h: number) => left + h * pitch + size / 2;
  const groupOf = (h: number) => Math.floor((h * groups) / HEADS);
  const groupCentre = (g: number) => {
    const heads = [...Array(HEADS).keys()].filter((h) => groupOf(h) === g).map(centre);
    return heads.reduce((sum, x) => sum + x, 0) / heads.length;
  };
  const parts = [text(left, 30, title, 'class="title"')];
  for (let h = 0; h < HEADS; h++) {
    const colour = PALETTE[groupOf(h) % PALETTE.length];
    const [x1, x2] = [centre(h), groupCentre(groupOf(h))];
    parts.push(
      `<line x1="${x1}" y1="${top + size}" x2="${x2}" y2="${bottom}" stroke="${colour}" stroke-width="1.5"/>`,
      rect(left + h * pitch, top, size, size, `fill="${colour}"`),
      text(centre(h), top - 6, `${h}`, 'class="small" text-anchor="middle"'),
    );
  }
  for (let g = 0; g < groups; g++) {
    const colour = PALETTE[g % PALETTE.length];
    parts.push(
      rect(groupCentre(g) - size / 2, bottom, size, size, `fill="${colour}"`),
      text(groupCentre(g), bottom + size + 14, `${g}`, 'class="small" text-anchor="middle"'),
    );
  }
  return parts.join('\n');
}

/** Keys and values of one sequence, 16 bits each, in GiB, at the shape of Llama 2 70B. */
function cacheGiB(kvHeads: number, tokens: number): number {
  const [layers, headDim, bytes] = [80, 128, 2];
  return (2 * layers * kvHeads * headDim * bytes * tokens) / 2 ** 30;
}

const contexts = [1024, 4096, 16384, 65536, 131072];

export const figures: Record<string, () => string> = {
  sharing: () =>
    svg(640, 180, 'Six query heads over six, two and one key/value heads', [
      text(8, 73, 'queries', 'class="small"'),
      text(8, 145, 'keys,', 'class="small"'),
      text(8, 158, 'values', 'class="small"'),
      sharing(64, 'multi-head, G = 6', 6),
      sharing(268, 'grouped, G = 2', 2),
      sharing(472, 'multi-query, G = 1', 1),
    ]),
  'cache-size': () =>
    svg(640, 350, 'Key/value cache of one sequence at the shape of Llama 2 70B against the context length', [
      text(60, 26, 'Cache of one sequence: 80 layers, 64 heads of 128, 16 bits', 'class="title"'),
      lineChart(
        [64, 8, 1].map((kvHeads) => ({
          name: `G = ${kvHeads}${kvHeads === 64 ? ' (multi-head)' : kvHeads === 1 ? ' (multi-query)' : ''}`,
          points: contexts.map((tokens): [number, number] => [tokens, cacheGiB(kvHeads, tokens)]),
        })),
        {
          x: 60,
          y: 56,
          width: 440,
          height: 240,
          xLabel: 'tokens in context',
          yLabel: 'GiB',
          logX: true,
          logY: true,
          xTicks: contexts.map((tokens): [number, string] => [tokens, `${tokens / 1024}k`]),
          yTicks: [0.01, 0.1, 1, 10, 100, 1000].map((value): [number, string] => [value, `${value}`]),
        },
      ),
    ]),
};
