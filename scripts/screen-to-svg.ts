/** A terminal's screen as an SVG: `tmux capture-pane -p -e | npx tsx scripts/screen-to-svg.ts > docs/watch.svg`. */
import { readFileSync } from 'node:fs';

const COLOURS: Record<string, string> = { 31: '#ff7b72', 32: '#7ee787', 33: '#e3b341', 36: '#79c0ff' };
const [CELL, LINE, MARGIN] = [8.4, 19, 18];

const escaped = (text: string) => text.replace(/[&<>]/g, (mark) => `&#${mark.charCodeAt(0)};`);

/** One line: its runs of text, each at its column with its colour and weight. */
function runs(line: string): string {
  let style = { fill: '#e6edf3', bold: false, dim: false };
  let column = 0;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escapes are what is read here
  const parts = line.split(/\u001b\[([\d;]*)m/);
  return parts
    .map((part, i) => {
      if (i % 2 === 1) {
        for (const code of part.split(';')) {
          if (code === '' || code === '0') style = { fill: '#e6edf3', bold: false, dim: false };
          else if (code === '1') style = { ...style, bold: true };
          else if (code === '2') style = { ...style, dim: true };
          else if (code === '22') style = { ...style, bold: false, dim: false };
          else if (code === '39') style = { ...style, fill: '#e6edf3' };
          else if (COLOURS[code]) style = { ...style, fill: COLOURS[code] };
        }
        return '';
      }
      // Spaces at the beginning of a line are dropped by some renderers.
      const words = part.trim();
      const x = (column + part.indexOf(words)) * CELL;
      column += part.length;
      if (words === '') return '';
      const look = `fill="${style.fill}"${style.bold ? ' font-weight="bold"' : ''}${style.dim ? ' opacity="0.55"' : ''}`;
      return `<tspan x="${(MARGIN + x).toFixed(1)}" ${look} textLength="${(words.length * CELL).toFixed(1)}">${escaped(words)}</tspan>`;
    })
    .join('');
}

const lines = readFileSync(0, 'utf8').trimEnd().split('\n');
// What is empty in the middle says nothing on a page.
const shown = lines.filter((line, i) => line !== '' || lines[i - 1] !== '');
const height = shown.length * LINE + 2 * MARGIN;
process.stdout.write(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${Math.round(100 * CELL + 2 * MARGIN)} ${height}" font-family="ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14" xml:space="preserve">
<rect width="100%" height="100%" rx="10" fill="#0d1117"/>
${shown.map((line, i) => `<text y="${MARGIN + (i + 0.75) * LINE}">${runs(line)}</text>`).join('\n')}
</svg>
`);
