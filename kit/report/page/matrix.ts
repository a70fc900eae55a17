/** Matrices as pictures: computed, due and error side by side, each value to be had by pointing at its cell. */
import { format } from '../../grade/failure.ts';
import { LEVELS } from './colours.ts';
import { type Html, html } from './html.ts';

export interface MatrixPicture {
  rows: number;
  columns: number;
  /** What was computed, row by row; null where it is no finite number. Undefined where nothing was. */
  got?: (number | null)[];
  want: (number | null)[];
  tolerance: number;
  /** Row and column of the first value. */
  origin?: number[];
  /** Letters of the axes: T and S. */
  axes?: string[];
}

const CELL = 18;
const MARGIN = 22;

/** The three maps with their scales. */
export function matrixPictures(picture: MatrixPicture): Html {
  const { got, want, tolerance } = picture;
  const finite = [...(got ?? []), ...want].filter((value) => value !== null);
  const [least, most] = [Math.min(...finite, Infinity), Math.max(...finite, -Infinity)];
  const errors = got?.map((value, i) => errorOf(value, want[i]));
  const worst = Math.max(...(errors ?? []).filter(Number.isFinite), 0);
  const value = (i: number, x: number | null): Cell => ({
    colour: x === null ? null : `v${level(most > least ? (x - least) / (most - least) : 0.5)}`,
    text: `${place(picture, i)} ${shown(x)}`,
  });
  // What the tolerance allows is no error.
  const error = (i: number, x: number): Cell => ({
    colour: !Number.isFinite(x) ? null : x <= tolerance ? 'e0' : `e${Math.max(3, level(x / worst))}`,
    text: `${place(picture, i)} ${Number.isFinite(x) ? format(x) : 'no number'}`,
  });
  return html`<div class="maps">
${got && map('got', picture, (i) => value(i, got[i]))}
${map('due', picture, (i) => value(i, want[i]))}
${errors && map('error', picture, (i) => error(i, errors[i]))}
</div>
${finite.length > 0 && scale('values', 'v', format(least), format(most))}
${errors && worst > tolerance && scale('errors', 'e', `within ${format(tolerance)}`, format(worst))}`;
}

interface Cell {
  /** Null for what is no finite number. */
  colour: string | null;
  text: string;
}

function map(name: string, picture: MatrixPicture, cellAt: (i: number) => Cell): Html {
  const { rows, columns, origin = [0, 0], axes = [] } = picture;
  const [width, height] = [MARGIN + columns * CELL + 2, MARGIN + rows * CELL + 2];
  const cells = Array.from({ length: rows * columns }, (_, i) => {
    const { colour, text } = cellAt(i);
    const [x, y] = [MARGIN + (i % columns) * CELL, MARGIN + Math.floor(i / columns) * CELL];
    const tip = html`<title>${name} ${text}</title>`;
    const rect = html`<rect class="${colour ?? 'odd'}" data-i="${i}" x="${x}" y="${y}" width="${CELL - 1}" height="${CELL - 1}">${tip}</rect>`;
    const mark = html`<text class="oddmark" x="${x + CELL / 2 - 3}" y="${y + 13}" pointer-events="none">!</text>`;
    return colour === null ? [rect, mark] : rect;
  });
  return html`<figure class="map"><figcaption>${name}</figcaption>
<svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${name}, ${rows} by ${columns}">
${ticks(columns, origin[1] ?? 0, axes[1]).map(([at, text]) => html`<text x="${MARGIN + at * CELL + CELL / 2}" y="${MARGIN - 7}" text-anchor="middle">${text}</text>`)}
${ticks(rows, origin[0] ?? 0, axes[0]).map(([at, text]) => html`<text x="${MARGIN - 5}" y="${MARGIN + at * CELL + 13}" text-anchor="end">${text}</text>`)}
${cells}</svg></figure>`;
}

/** The axis' letter first, then numbers that do not crowd. */
function ticks(size: number, origin: number, letter = ''): [number, string][] {
  const step = size <= 8 ? 1 : size <= 20 ? 5 : 10;
  const numbers = Array.from({ length: size }, (_, i): [number, string] => [i, String(origin + i)]).filter(
    ([i, text]) => Number(text) % step === 0 && !(letter && i === 0),
  );
  return letter ? [[0, letter], ...numbers] : numbers;
}

/** A vector as bars that stand on zero: what is due as an outline, what was computed filled. */
export function vectorPicture({ columns, got, want, tolerance, axes }: MatrixPicture): Html {
  const finite = [...(got ?? []), ...want].filter((value) => value !== null);
  const [least, most] = [Math.min(0, ...finite), Math.max(0, ...finite)];
  const [bar, tall] = [CELL, 120];
  const y = (value: number) => 4 + ((most - value) / (most - least || 1)) * tall;
  const width = columns * bar + 4;
  const bars = Array.from({ length: columns }, (_, i) => {
    const [computed, due] = [got?.[i] ?? null, want[i]];
    const wrong = got !== undefined && !(errorOf(computed, due) <= tolerance);
    const tip = html`<title>${`${axes?.at(-1) ?? ''} ${i}: ${got ? `got ${shown(computed)}, ` : ''}due ${shown(due)}`}</title>`;
    const rect = (value: number | null, className: string, inset: number) =>
      value !== null &&
      html`<rect class="${className}" x="${2 + i * bar + inset}" y="${Math.min(y(0), y(value))}" width="${bar - 2 - 2 * inset}" height="${Math.max(1, Math.abs(y(value) - y(0)))}">${tip}</rect>`;
    return [rect(due, 'v3', 0), rect(computed, wrong ? 'e8' : 'v8', 4)];
  });
  return html`<div class="maps"><figure class="map"><figcaption>${got ? 'wide: due; narrow: got, orange where it is off' : 'due'}</figcaption>
<svg viewBox="0 0 ${width} ${tall + 8}" width="${width}" height="${tall + 8}" role="img" aria-label="${columns} values">
${bars}<line class="zero" x1="0" x2="${width}" y1="${y(0)}" y2="${y(0)}"/></svg></figure></div>`;
}

function scale(name: string, ramp: string, from: string, to: string): Html {
  const steps = Array.from(
    { length: LEVELS },
    (_, i) => html`<rect class="${ramp}${i}" x="${i}" width="1" height="1"/>`,
  );
  return html`<p class="scale"><span>${name}: ${from}</span><svg viewBox="0 0 ${LEVELS} 1" preserveAspectRatio="none" shape-rendering="crispEdges" aria-hidden="true">${steps}</svg><span>${to}</span></p>`;
}

function errorOf(got: number | null, want: number | null): number {
  if (got === null || want === null) return got === want ? 0 : Number.NaN;
  return Math.abs(got - want);
}

function place({ columns, origin = [0, 0], axes = [] }: MatrixPicture, i: number): string {
  const at = [(origin[0] ?? 0) + Math.floor(i / columns), (origin[1] ?? 0) + (i % columns)];
  return axes.length === 2 ? `${axes[0]} ${at[0]}, ${axes[1]} ${at[1]}:` : `[${at}]:`;
}

const shown = (value: number | null) => (value === null ? 'no number' : format(value));
const level = (share: number) => Math.max(0, Math.min(LEVELS - 1, Math.round(share * (LEVELS - 1))));
