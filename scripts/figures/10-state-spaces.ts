import { selectiveScan } from '../../reference/10-state-spaces/selective-scan.ts';
import { heatmap, svg, text } from './svg.ts';

/** How much of input s is in output t: the output of a one-channel, one-state scan for an impulse at s. */
function influence(steps: number[]): number[][] {
  const ones = steps.map(() => [1]);
  const delta = steps.map((step) => [step]);
  const columns = steps.map((_, s) => {
    const impulse = steps.map((_, t) => [t === s ? 1 : 0]);
    return selectiveScan(impulse, delta, [[-1]], ones, ones).y.map(([y]) => y);
  });
  return steps.map((_, t) => columns.map((column) => column[t]));
}

/** 1 where position t has composed step s after `rounds` rounds of doubling. */
function covered(length: number, rounds: number): number[][] {
  const positions = Array.from({ length }, (_, t) => t);
  return positions.map((t) => positions.map((s) => (s <= t && s > t - 2 ** rounds ? 1 : 0)));
}

const words = ['Ada', 'was', 'in', 'the', 'Rome', 'of', 'the', 'end'];

export const figures: Record<string, () => string> = {
  'what-is-remembered': () => {
    const fixed = influence(words.map(() => 0.7));
    const selective = influence(words.map((word) => (/^[A-Z]/.test(word) ? 1.5 : 0.03)));
    const shared = { y: 52, cell: 34, columns: words, digits: 2, max: 1.5 };
    return svg(670, 336, 'Share of each input in each output, with one step size for all and with chosen ones', [
      heatmap(fixed, { ...shared, x: 56, title: 'δ = 0.7 for every token', rows: words }),
      heatmap(selective, { ...shared, x: 384, title: 'δ = 1.5 for names, 0.03 else', rows: words }),
    ]);
  },
  'scan-rounds': () => {
    const panel = 168;
    return svg(680, 210, 'Which steps each position of a scan has composed at the start and after rounds 1, 2 and 3', [
      ...[0, 1, 2, 3].map((rounds) =>
        heatmap(covered(8, rounds), {
          ...{ x: 20 + rounds * panel, y: 36, cell: 17, max: 1.3 },
          title: rounds === 0 ? 'start' : `round ${rounds}, span ${2 ** (rounds - 1)}`,
        }),
      ),
      text(
        20,
        196,
        'Rows: position t. Columns: step s. Blue: step s is part of what position t holds.',
        'class="small"',
      ),
    ]);
  },
};
