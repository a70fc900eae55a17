/** Text in the columns of a terminal: East Asian characters and emoji take two, combining marks and colours none. */

import stringWidth from 'fast-string-width';
import pc from 'picocolors';

export const columnsOf = (text: string): number => stringWidth(text);

export const padded = (text: string, columns: number): string =>
  text + ' '.repeat(Math.max(0, columns - columnsOf(text)));

/** Made when it is needed: it takes longer than all else that a short command does. */
let graphemes: Intl.Segmenter | undefined;

/** The first so many columns. Colours are switched off at the cut. */
export function cut(line: string, columns: number): string {
  if (columnsOf(line) <= columns) return line;
  graphemes ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  let [used, out] = [0, ''];
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is how colours are written
  for (const part of line.split(/(\u001b\[[\d;]*m)/)) {
    if (part.startsWith('\u001b[')) {
      out += part;
      continue;
    }
    for (const { segment } of graphemes.segment(part)) {
      used += columnsOf(segment);
      if (used > columns) return `${out}${out.includes('\u001b') ? '\u001b[0m' : ''}`;
      out += segment;
    }
  }
  return out;
}

/** At most so many columns; what is left out is marked. */
export function shortened(text: string, columns: number): string {
  return columnsOf(text) <= columns ? text : `${cut(text, Math.max(1, columns - 1)).trimEnd()}…`;
}

/** A file's path without its first folders where there is no room for them: its end tells most. */
export function shortPath(path: string, columns: number): string {
  if (columnsOf(path) <= columns) return path;
  const parts = path.split('/');
  while (parts.length > 1 && columnsOf(parts.join('/')) + 2 > columns) parts.shift();
  return `…/${parts.join('/')}`;
}

/** Left and right text on one line, dots between them. */
export function dotted(left: string, right: string, width: number): string {
  return `${left} ${pc.dim('·'.repeat(Math.max(2, width - columnsOf(left) - columnsOf(right) - 2)))} ${right}`;
}

/** Broken between words, further lines indented. @param first columns that are taken on the first line */
export function wrapped(text: string, indent: number, width: number, first = 0): string {
  const lines: string[] = [];
  let current = '';
  for (const word of text.split(' ').flatMap((word) => pieces(word, Math.max(10, width - indent)))) {
    const room = width - indent - (lines.length === 0 ? first : 0);
    if (current && columnsOf(current) + 1 + columnsOf(word) > room) {
      lines.push(current);
      current = word;
    } else current = current ? `${current} ${word}` : word;
  }
  return [...lines, current].join(`\n${' '.repeat(indent)}`);
}

/** A word that is longer than a line, such as a path. */
function pieces(word: string, columns: number): string[] {
  const found: string[] = [];
  for (let rest = word; rest !== ''; rest = rest.slice(found[found.length - 1].length)) {
    const piece = cut(rest, columns);
    found.push(piece === '' ? rest : piece);
  }
  return found.length > 0 ? found : [''];
}
