import { scaledDotProduct } from '../../reference/01-attention-fundamentals/scaled-dot-product';
import { heatmap, PALETTE, rect, svg, text } from './svg.ts';

type Matrix = number[][];

/** Softmax weights: attention over values that are the unit vectors. */
function weights(q: Matrix, k: Matrix): Matrix {
  return scaledDotProduct(
    q,
    k,
    k.map((_, s) => k.map((_, i) => (i === s ? 1 : 0))),
  );
}

/** The worked example of the handout: x is [kind | position], q = x Wq, k = x. */
const x = [
  [1, 0, 1, 0],
  [0, 1, 0, 1],
  [1, 0, -1, 0],
];
const q = x.map(([a, b, c, d]) => [2 * a, 2 * b, 2 * d, -2 * c]);
const columns = (matrix: Matrix, from: number, to: number) => matrix.map((row) => row.slice(from, to));
const tokens = ['A', 'B', 'A'].map((kind, t) => `${kind} at ${t + 1}`);

const map = (left: number, title: string, from: number, to: number) =>
  heatmap(weights(columns(q, from, to), columns(x, from, to)), {
    x: left,
    y: 66,
    cell: 50,
    title,
    rows: tokens,
    columns: tokens,
    max: 1,
    digits: 3,
  });

/** Cells such as b2 (token b, column 2), coloured by the head that owns the column. */
function cells(left: number, top: number, rows: string[][]): string {
  const size = 30;
  return rows
    .flatMap((row, i) =>
      row.flatMap((label, j) => [
        rect(left + j * size, top + i * size, size - 1, size - 1, `fill="${PALETTE[Number(label[1]) < 2 ? 0 : 1]}"`),
        text(left + (j + 0.5) * size, top + (i + 0.5) * size + 4, label, 'class="small onDark" text-anchor="middle"'),
      ]),
    )
    .join('\n');
}

const projected = ['a', 'b', 'c'].map((token) => [0, 1, 2, 3].map((column) => `${token}${column}`));

/** Two heads of a [H,T,D] tensor, side by side. */
function twoHeads(left: number, top: number, title: string, heads: string[][][]): string {
  return [
    text(left, top - 30, title, 'class="title"'),
    ...heads.flatMap((head, h) => [
      text(left + h * 84 + 30, top - 8, `head ${h}`, 'class="small" text-anchor="middle"'),
      cells(left + h * 84, top, head),
    ]),
  ].join('\n');
}

function splitHeads(): string {
  const flat = projected.flat();
  const straight = [0, 1].map((h) => [0, 1, 2].map((t) => flat.slice(h * 6 + t * 2, h * 6 + t * 2 + 2)));
  const moved = [0, 1].map((h) => projected.map((row) => row.slice(h * 2, h * 2 + 2)));
  return svg(600, 170, 'A projection of three tokens split into two heads: with a transpose, and by a reshape alone', [
    text(20, 30, 'x Wq: [T,M]', 'class="title"'),
    cells(20, 60, projected),
    twoHeads(200, 60, 'reshape, transpose', moved),
    twoHeads(410, 60, 'reshape alone: wrong', straight),
  ]);
}

export const figures: Record<string, () => string> = {
  'two-heads': () =>
    svg(730, 250, 'Attention weights of two heads, one for kind and one for position, and of one head with both', [
      map(70, 'head 0: same kind', 0, 2),
      map(310, 'head 1: one before', 2, 4),
      map(550, 'one head for both', 0, 4),
    ]),
  'split-heads': splitHeads,
};
