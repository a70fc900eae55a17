import { slidingWindow } from '../../reference/07-sparse-attention/sliding-window.ts';
import { heatmap, rect, svg, text } from './svg.ts';

const positions = (count: number) => Array.from({ length: count }, (_, t) => t);
const square = (T: number, allowed: (t: number, s: number) => boolean) =>
  positions(T).map((t) => positions(T).map((s) => (allowed(t, s) ? 1 : 0)));

/** Where the oracle puts weight: with the unit vectors as values, its output is the table of weights. */
function windowMask(T: number, window: number): number[][] {
  const zeros = positions(T).map(() => [0]);
  const units = square(T, (t, s) => t === s);
  return slidingWindow(zeros, zeros, units, { window }).map((row) => row.map((weight) => (weight > 0 ? 1 : 0)));
}

/** The block that each block of queries sees besides window and global ones: drawn by BigBird, fixed here. */
const RANDOM_BLOCK = [-1, 6, 9, 7, 11, 2, 10, 3, 5, 1, 4, 8];

const T = 24;
const patterns: [string, number[][]][] = [
  ['full causal', square(T, (t, s) => s <= t)],
  ['sliding window, W = 4', windowMask(T, 4)],
  ['strided, every 5th', square(T, (t, s) => s <= t && (t - s < 5 || (t - s) % 5 === 0))],
  ['dilated, every 2nd', square(T, (t, s) => s <= t && t - s < 8 && (t - s) % 2 === 0)],
  ['Longformer', square(T, (t, s) => Math.abs(t - s) <= 2 || t === 0 || s === 0)],
  [
    'BigBird, blocks of 2',
    square(T, (t, s) => {
      const [i, j] = [Math.floor(t / 2), Math.floor(s / 2)];
      return Math.abs(i - j) <= 1 || i === 0 || j === 0 || RANDOM_BLOCK[i] === j;
    }),
  ],
];

/** Scores that the block form computes: 1 inside the window, 0.35 computed and masked, 0 never computed. */
function computed(length: number, window: number): number[][] {
  const mask = windowMask(length, window);
  return mask.map((row, t) => {
    const first = (Math.floor(t / window) - 1) * window;
    return positions(length + window).map((column) => {
      const s = column - window;
      if (s >= 0 && row[s] === 1) return 1;
      return s >= first && s < first + 2 * window ? 0.35 : 0;
    });
  });
}

function blocks(): string {
  const [length, window, cell, x, y] = [12, 4, 24, 60, 74];
  const labels = positions(length).map(String);
  const parts = [
    heatmap(computed(length, window), {
      x,
      y,
      cell,
      title: 'blocks of W = 4: queries down, keys across',
      rows: labels,
      columns: [...positions(window).map(() => '·'), ...labels],
      max: 1,
    }),
  ];
  positions(length / window).forEach((n) => {
    const [left, top] = [x + n * window * cell, y + n * window * cell];
    parts.push(rect(left, top, 2 * window * cell - 1, window * cell - 1, 'class="line"'));
  });
  const legend = x + (length + window) * cell + 24;
  const entry = (line: number, content: string, fill: string) => [
    rect(legend, y + 8 + 26 * line, 16, 16, `fill="${fill}"`),
    text(legend + 24, y + 21 + 26 * line, content),
  ];
  parts.push(
    ...entry(0, 'in the window', 'rgb(0,82,155)'),
    ...entry(1, 'computed, then masked', 'rgb(155,187,217)'),
    ...entry(2, 'never computed', 'rgb(238,244,250)'),
    text(legend, y + 21 + 26 * 3.5, '· padding before key 0'),
  );
  return svg(700, 385, 'Each block of queries meets its own block of keys and the one before', parts);
}

export const figures: Record<string, () => string> = {
  patterns: () =>
    svg(
      650,
      515,
      'Which keys each query sees in six attention patterns',
      patterns.flatMap(([title, mask], i) => {
        const [x, y, cell] = [20 + (i % 3) * 215, 40 + Math.floor(i / 3) * 255, 8];
        const count = mask.flat().reduce((a, b) => a + b);
        return [
          heatmap(mask, { x, y, cell, title, max: 1 }),
          text(x, y + T * cell + 18, `${count} of ${T * T} scores`, 'class="small"'),
        ];
      }),
    ),
  blocks,
};
