/** Got, want and error side by side, as blocks of colour or of grey letters. */
import pc from 'picocolors';
import type { Picture } from '../subject/failure.ts';

const SHADES = ' ░▒▓█';
/** xterm colours from pale to deep: blue for values, red for errors. */
const BLUES = [255, 153, 75, 33, 21];
const REDS = [255, 224, 217, 203, 160];

/** What the lines show: shades say how large values are, and of whole numbers nothing that the numbers do not say better. */
interface Drawn {
  of: '|values|' | 'values';
  rows: string[];
}

/** Lines of text, about as wide as three times the picture's columns, twice that if they are few. */
export function heatMap(picture: Picture, colour = pc.isColorSupported): Drawn {
  const whole = wholeNumbers(picture, colour);
  return whole ? { of: 'values', rows: whole } : { of: '|values|', rows: shades(picture, colour) };
}

const MOST_COLUMNS = 70;
/** In colours where they are asked for. */
const COLOURS = pc.createColors(true);

/** Both matrices in numbers, if all are whole and there is room: what is wrong is marked. */
function wholeNumbers({ shape: [rows, columns], got, want }: Picture, colour: boolean): string[] | null {
  const values = [...got, ...want];
  if (!values.every(Number.isInteger)) return null;
  const digits = Math.max(...values.map((value) => String(value).length));
  const block = Math.max(columns * (digits + 2), 'expected'.length);
  if (2 * block + 3 > MOST_COLUMNS) return null;
  const shown = (value: number | null, isWrong: boolean) => {
    const text = String(value).padStart(digits);
    if (!isWrong) return `${text}  `;
    return colour ? `${COLOURS.red(COLOURS.bold(text))}  ` : `${text}* `;
  };
  const line = (row: number, list: (number | null)[], marked: boolean) =>
    Array.from({ length: columns }, (_, column) => {
      const i = row * columns + column;
      return shown(list[i], marked && got[i] !== want[i]);
    }).join('') + ' '.repeat(block - columns * (digits + 2));
  const lines = Array.from({ length: rows }, (_, row) => `${line(row, got, true)}   ${line(row, want, false)}`);
  return [`${'got'.padEnd(block)}   expected`, ...lines.map((each) => each.trimEnd())];
}

function shades({ shape, got, want, tolerance }: Picture, colour: boolean): string[] {
  const [rows, columns] = shape;
  const wide = columns <= 8 ? 2 : 1;
  const finite = [...got, ...want].filter((value) => value !== null).map(Math.abs);
  const largest = Math.max(...finite, 1e-30);
  const errors = got.map((value, i) => (value === null || want[i] === null ? null : Math.abs(value - (want[i] ?? 0))));
  const worst = Math.max(...errors.map((error) => error ?? 0), tolerance);

  const value = (x: number | null) => cell(x === null ? null : Math.abs(x) / largest, BLUES, wide, colour);
  const error = (x: number | null) =>
    cell(x === null ? null : x <= tolerance ? 0 : Math.max(0.25, x / worst), REDS, wide, colour);
  const blocks: [string, (number | null)[], (x: number | null) => string][] = [
    ['got', got, value],
    ['expected', want, value],
    ['error', errors, error],
  ];
  const width = Math.max(columns * wide, 'expected'.length);
  const title = blocks.map(([name]) => name.padEnd(width)).join('   ');
  const lines = Array.from({ length: rows }, (_, row) =>
    blocks
      .map(([, values, draw]) => {
        const cells = values
          .slice(row * columns, (row + 1) * columns)
          .map(draw)
          .join('');
        return cells + ' '.repeat(width - columns * wide);
      })
      .join('   '),
  );
  return [title.trimEnd(), ...lines.map((line) => line.trimEnd())];
}

function cell(level: number | null, colours: number[], wide: number, colour: boolean): string {
  const text = (letter: string) => letter.repeat(wide);
  if (level === null) return colour ? pc.bold(pc.magenta(text('!'))) : text('!');
  const step = Math.min(SHADES.length - 1, Math.ceil(level * (SHADES.length - 1)));
  return colour ? `\u001b[48;5;${colours[step]}m${text(' ')}\u001b[0m` : text(SHADES[step]);
}
