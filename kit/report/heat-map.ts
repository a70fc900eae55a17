/** Got, want and error side by side, as blocks of colour or of grey letters. */
import pc from 'picocolors';
import type { Picture } from '../subject/failure.ts';

const SHADES = ' ░▒▓█';
/** xterm colours from pale to deep: blue for values, red for errors. */
const BLUES = [255, 153, 75, 33, 21];
const REDS = [255, 224, 217, 203, 160];

/** Lines of text, about as wide as three times the picture's columns, twice that if they are few. */
export function heatMap({ shape, got, want, tolerance }: Picture, colour = pc.isColorSupported): string[] {
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
