import { rope } from '../../reference/03-rotary-embeddings/rope.ts';
import { lineChart, number, PALETTE, type Series, svg, text } from './svg.ts';

/** Three pairs of a vector, each [1, 0] at position 0, at positions 0 to 6. Base 100, so that the slow pairs move too. */
function turning(): string {
  const [D, base, radius] = [6, 100, 80];
  const positions = [0, 1, 2, 3, 4, 5, 6];
  const x = positions.map(() => [1, 0, 1, 0, 1, 0]);
  const turned = rope(x, positions, { pairing: 'interleaved', base });
  const parts = Array.from({ length: D / 2 }, (_, i) => {
    const [cx, cy] = [120 + i * 220, 160];
    const frequency = base ** ((-2 * i) / D);
    const pair = [
      text(cx, 30, `pair ${i}`, 'class="title" text-anchor="middle"'),
      text(cx, 48, `θ = ${number(frequency, 3)}`, 'class="small" text-anchor="middle"'),
      `<circle cx="${cx}" cy="${cy}" r="${radius}" class="faint"/>`,
    ];
    positions.forEach((position, p) => {
      const [a, b] = [turned[p][2 * i], turned[p][2 * i + 1]];
      const [endX, endY] = [cx + radius * a, cy - radius * b];
      // Later positions are fainter arrows, so that the first stands out.
      const style = `stroke="${PALETTE[i]}" stroke-width="2" stroke-opacity="${number(1 - 0.1 * p)}"`;
      pair.push(`<line x1="${cx}" y1="${cy}" x2="${number(endX)}" y2="${number(endY)}" ${style}/>`);
      // Labels of the slowest pair would lie on one another; its ends are enough.
      if (i === 2 && p % 2 === 1) return;
      const away = radius + 14;
      pair.push(text(cx + away * a, cy - away * b + 4, String(position), 'class="small" text-anchor="middle"'));
    });
    return pair.join('\n');
  });
  return svg(680, 280, 'Three pairs of components, turned by the positions 0 to 6, each at its own frequency', parts);
}

/** (q·k)/D for q = k = all ones at each distance from 0 to `farthest`: the mean of cos(distance · θ_i). */
function scoresByDistance(base: number, D: number, farthest: number): number[] {
  const ones = new Array<number>(D).fill(1);
  const positions = Array.from({ length: farthest + 1 }, (_, p) => p);
  const keys = rope(new Array(farthest + 1).fill(ones), positions, { pairing: 'half', base });
  return keys.map((k) => k.reduce((sum, value) => sum + value, 0) / D);
}

/** The score itself swings with the fast pairs, so a point is the mean over distances up to a quarter nearer or farther. */
function smoothed(scores: number[], distances: number[]): [number, number][] {
  return distances.map((distance) => {
    const window = scores.slice(Math.ceil(distance * 0.75), Math.floor(distance * 1.25) + 1);
    return [distance, window.reduce((a, b) => a + b) / window.length];
  });
}

function distance(): string {
  const distances = Array.from({ length: 81 }, (_, i) => Math.round(10 ** (i / 20)));
  const series: Series[] = [10000, 500000].map((base) => ({
    name: `base ${base / 1000} 000`,
    points: smoothed(scoresByDistance(base, 128, 12500), distances),
  }));
  return svg(640, 350, 'The score of two equal vectors falls with their distance, and more slowly with a larger base', [
    text(80, 22, 'q = k, all ones, D = 128, averaged over nearby distances', 'class="title"'),
    lineChart(series, {
      width: 440,
      xLabel: 'distance between query and key',
      yLabel: 'q·k, relative to distance 0',
      logX: true,
      xTicks: [1, 10, 100, 1000, 10000].map((tick) => [tick, String(tick)]),
      yTicks: [-0.25, 0, 0.25, 0.5, 0.75, 1].map((tick) => [tick, String(tick)]),
    }),
  ]);
}

/** By how much each pair is slowed down, to read `factor` times the trained length. */
function scaling(): string {
  const [D, base, factor, trained] = [128, 10000, 8, 4096];
  const pairs = Array.from({ length: D / 2 }, (_, i) => i);
  const frequency = (i: number, ofBase = base) => ofBase ** ((-2 * i) / D);
  const ntkBase = base * factor ** (D / (D - 2));
  const yarn = (i: number) => {
    const turns = (trained * frequency(i)) / (2 * Math.PI);
    const kept = Math.min(1, Math.max(0, (turns - 1) / (32 - 1)));
    return 1 / (kept + (1 - kept) / factor);
  };
  const series: Series[] = [
    { name: 'linear', points: pairs.map((i) => [i, factor]) },
    { name: 'NTK', points: pairs.map((i) => [i, frequency(i) / frequency(i, ntkBase)]) },
    { name: 'YaRN', points: pairs.map((i) => [i, yarn(i)]) },
  ];
  // Each line is named where it runs alone, not at its end, where all three meet.
  const unnamed = series.map(({ points }) => ({ name: '', points }));
  const chart = lineChart(unnamed, {
    width: 440,
    xLabel: 'pair i (fast ones left, slow ones right)',
    yLabel: 'θ divided by',
    xTicks: [0, 16, 32, 48, 63].map((tick) => [tick, String(tick)]),
    yTicks: [0, 2, 4, 6, 8, 10].map((tick) => [tick, String(tick)]),
  });
  const label = (x: number, y: number, i: number) =>
    text(x, y, series[i].name, `class="small" style="fill:${PALETTE[i]}"`);
  return svg(560, 350, 'Linear scaling slows every pair by 8, NTK gradually more, YaRN only the slow pairs', [
    text(80, 22, 'Stretching 4096 positions to 32 768, D = 128', 'class="title"'),
    chart,
    label(95, 90, 0),
    label(190, 222, 1),
    label(312, 130, 2),
  ]);
}

export const figures: Record<string, () => string> = { turning, distance, scaling };
