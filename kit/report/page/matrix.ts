/** Matrices as pictures: computed, due and error side by side, each value to be had by pointing at its cell. */
import { format } from '../../text/number.ts';
import { LEVELS } from './colours.ts';
import { type Html, html } from './html.ts';

export interface MatrixPicture {
  rows: number;
  columns: number;
  /** What was computed, row by row; null where it is not a finite number. Undefined where nothing was. */
  got?: (number | null)[];
  want: (number | null)[];
  tolerance: number;
  /** Row and column of the first value. */
  origin?: number[];
  /** Letters of the axes: T and S. */
  axes?: string[];
}

const MARGIN = 26;
const BAR = 18;

/** Pixels of a cell: a few are drawn large enough to point at with ease. */
const cellSize = (columns: number) => (columns <= 10 ? 26 : 18);

/** Fewer values are told, not drawn. */
const FEWEST = 3;
/** Of a number that fits in a cell. */
const MOST_DIGITS = 3;

/** The three maps with their scales; of whole numbers, of which shades say nothing, the numbers. */
export function matrixPictures(picture: MatrixPicture): Html {
  const { got, want, tolerance } = picture;
  if (want.length < FEWEST) return inWords(picture);
  if ([...(got ?? []), ...want].every(isShort)) return wholeNumbers(picture);
  const finite = [...(got ?? []), ...want].filter((value) => value !== null);
  const [least, most] = [Math.min(...finite, Infinity), Math.max(...finite, -Infinity)];
  const errors = got?.map((value, i) => errorOf(value, want[i]));
  const worst = Math.max(...(errors ?? []).filter(Number.isFinite), 0);
  const value = (i: number, x: number | null): Cell => ({
    colour: x === null ? null : `v${level(most > least ? (x - least) / (most - least) : 0.5)}`,
    text: `${cellName(picture, i)} ${shown(x)}`,
  });
  // What the tolerance allows is not an error.
  const error = (i: number, x: number): Cell => ({
    colour: !Number.isFinite(x) ? null : x <= tolerance ? 'e0' : `e${Math.max(3, level(x / worst))}`,
    text: `${cellName(picture, i)} ${Number.isFinite(x) ? format(x) : 'no number'}`,
  });
  return html`<div class="maps">
${got && map('got', picture, (i) => value(i, got[i]))}
${map('expected', picture, (i) => value(i, want[i]))}
${errors && map('error', picture, (i) => error(i, errors[i]))}
</div>
${finite.length > 0 && scale('values', 'v', format(least), format(most))}
${errors && worst > tolerance && scale('errors', 'e', `within ${format(tolerance)}`, format(worst))}`;
}

function inWords({ got, want }: MatrixPicture): Html {
  const list = (values: (number | null)[]) => values.map(shown).join(', ');
  return html`<p>${got && `got ${list(got)}, `}expected ${list(want)}</p>`;
}

const isShort = (value: number | null) => Number.isInteger(value) && String(value).length <= MOST_DIGITS;

function wholeNumbers(picture: MatrixPicture): Html {
  const { got, want } = picture;
  const cell = (list: (number | null)[], isWrong: (i: number) => boolean) => (i: number) => ({
    colour: isWrong(i) ? 'whole wrong' : 'whole',
    text: `${cellName(picture, i)} ${list[i]}`,
    number: String(list[i]),
  });
  return html`<div class="maps">
${
  got &&
  map(
    'got',
    picture,
    cell(got, (i) => got[i] !== want[i]),
  )
}
${map(
  'expected',
  picture,
  cell(want, () => false),
)}
</div>`;
}

interface Cell {
  /** Shown in the cell. */
  number?: string;
  /** Null for what is not a finite number. */
  colour: string | null;
  text: string;
}

function map(name: string, picture: MatrixPicture, cellAt: (i: number) => Cell): Html {
  const { rows, columns, origin = [0, 0], axes = [] } = picture;
  const cell = cellSize(columns);
  const [width, height] = [MARGIN + columns * cell + 2, MARGIN + rows * cell + 2];
  const cells = Array.from({ length: rows * columns }, (_, i) => {
    const { colour, text, number } = cellAt(i);
    const [x, y] = [MARGIN + (i % columns) * cell, MARGIN + Math.floor(i / columns) * cell];
    const tip = html`<title>${name} ${text}</title>`;
    const rect = html`<rect class="${colour ?? 'odd'}" data-i="${i}" x="${x}" y="${y}" width="${cell - 1}" height="${cell - 1}">${tip}</rect>`;
    const mark = html`<text class="oddmark" x="${x + cell / 2 - 3}" y="${y + cell / 2 + 4}" pointer-events="none">!</text>`;
    const digits =
      number &&
      html`<text class="digits" x="${x + cell / 2}" y="${y + cell / 2 + 3}" text-anchor="middle" pointer-events="none">${number}</text>`;
    return [rect, colour === null && mark, digits];
  });
  return html`<figure class="map"><figcaption>${name}</figcaption>
<svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${name}, ${rows} by ${columns}">
${axes.length === 2 && corner(axes)}
${ticks(columns, origin[1] ?? 0).map(([at, text]) => html`<text x="${MARGIN + at * cell + cell / 2}" y="${MARGIN - 7}" text-anchor="middle">${text}</text>`)}
${ticks(rows, origin[0] ?? 0).map(([at, text]) => html`<text x="${MARGIN - 6}" y="${MARGIN + at * cell + cell / 2 + 3}" text-anchor="end">${text}</text>`)}
${cells}</svg></figure>`;
}

/** Which axis goes down and which goes across, parted by a stroke. */
function corner([down, across]: string[]): Html {
  return html`<text class="axis" x="1" y="${MARGIN - 3}">${down}</text><text class="axis" x="${MARGIN - 4}" y="9" text-anchor="end">${across}</text><line class="corner" x1="3" y1="3" x2="${MARGIN - 4}" y2="${MARGIN - 4}"/>`;
}

/** Numbers that do not crowd. */
function ticks(size: number, origin: number): [number, string][] {
  const step = size <= 10 ? 1 : size <= 20 ? 5 : 10;
  const numbers = Array.from({ length: size }, (_, i): [number, string] => [i, String(origin + i)]);
  return numbers.filter(([, text]) => Number(text) % step === 0);
}

/** A vector as bars that stand on zero: expected as an outline, got filled. */
export function vectorPicture({ columns, got, want, tolerance, axes }: MatrixPicture): Html {
  const finite = [...(got ?? []), ...want].filter((value) => value !== null);
  const [least, most] = [Math.min(0, ...finite), Math.max(0, ...finite)];
  const [bar, tall] = [BAR, 120];
  const y = (value: number) => 4 + ((most - value) / (most - least || 1)) * tall;
  const width = columns * bar + 4;
  const bars = Array.from({ length: columns }, (_, i) => {
    const [computed, due] = [got?.[i] ?? null, want[i]];
    const wrong = got !== undefined && !(errorOf(computed, due) <= tolerance);
    const tip = html`<title>${`${axes?.at(-1) ?? ''} ${i}: ${got ? `got ${shown(computed)}, ` : ''}expected ${shown(due)}`}</title>`;
    const rect = (value: number | null, className: string, inset: number) =>
      value !== null &&
      html`<rect class="${className}" x="${2 + i * bar + inset}" y="${Math.min(y(0), y(value))}" width="${bar - 2 - 2 * inset}" height="${Math.max(1, Math.abs(y(value) - y(0)))}">${tip}</rect>`;
    return [rect(due, 'v3', 0), rect(computed, wrong ? 'e8' : 'v8', 4)];
  });
  return html`<div class="maps"><figure class="map"><figcaption>${got ? 'wide: expected; narrow: got, orange where wrong' : 'expected'}</figcaption>
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

function cellName({ columns, origin = [0, 0], axes = [] }: MatrixPicture, i: number): string {
  const at = [(origin[0] ?? 0) + Math.floor(i / columns), (origin[1] ?? 0) + (i % columns)];
  return axes.length === 2 ? `${axes[0]} ${at[0]}, ${axes[1]} ${at[1]}:` : `[${at}]:`;
}

const shown = (value: number | null) => (value === null ? 'no number' : format(value));
const level = (share: number) => Math.max(0, Math.min(LEVELS - 1, Math.round(share * (LEVELS - 1))));
