/** Plain SVG for the handouts: readable on light and dark pages, the same bytes for the same numbers. */

const STYLE = `
  text { font: 13px system-ui, sans-serif; fill: #1f2328; }
  .small { font-size: 11px; } .title { font-size: 15px; font-weight: 600; }
  .line { stroke: #1f2328; fill: none; } .faint { stroke: #8c959f; fill: none; }
  .onDark { fill: #ffffff; } .onLight { fill: #1f2328; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; } .line { stroke: #e6edf3; } .onLight { fill: #1f2328; } .onDark { fill: #ffffff; }
  }`;

/** Colour-blind safe (Okabe and Ito 2008), and legible on white and on black. */
export const PALETTE = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#8a7000', '#56b4e9'];

export const number = (value: number, digits = 2): string => String(Number(value.toFixed(digits)));

const escapeXml = (value: string) => value.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');

export function text(x: number, y: number, content: string, attributes = ''): string {
  return `<text x="${number(x)}" y="${number(y)}" ${attributes}>${escapeXml(content)}</text>`;
}

export function rect(x: number, y: number, width: number, height: number, attributes = ''): string {
  return `<rect x="${number(x)}" y="${number(y)}" width="${number(width)}" height="${number(height)}" ${attributes}/>`;
}

/** A whole picture. `description` is what a screen reader says. */
export function svg(width: number, height: number, description: string, parts: string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    `<title>${escapeXml(description)}</title>`,
    `<style>${STYLE}</style>`,
    ...parts,
    '</svg>\n',
  ].join('\n');
}

/** 0 is pale, 1 is deep blue. */
export function shade(value: number): string {
  const clamped = Math.max(0, Math.min(1, value));
  const mix = (pale: number, deep: number) => Math.round(pale + (deep - pale) * clamped);
  return `rgb(${mix(238, 0)},${mix(244, 82)},${mix(250, 155)})`;
}

export interface HeatmapOptions {
  x?: number;
  y?: number;
  cell?: number;
  title?: string;
  rows?: string[];
  columns?: string[];
  /** Value that gets the deepest colour; default: the largest. */
  max?: number;
  /** Decimals written into the cells; none if undefined. */
  digits?: number;
}

/** A matrix of values ≥ 0 (weights, a mask) as coloured cells. Width: cell · columns, plus the room that row labels take to the left of x. */
export function heatmap(matrix: number[][], options: HeatmapOptions = {}): string {
  const { x = 60, y = 50, cell = 36, title, rows, columns, digits } = options;
  const max = options.max ?? Math.max(...matrix.flat(), 1e-12);
  const parts: string[] = [];
  if (title) parts.push(text(x, y - (columns ? 26 : 10), title, 'class="title"'));
  columns?.forEach((label, s) => {
    parts.push(text(x + (s + 0.5) * cell, y - 8, label, 'class="small" text-anchor="middle"'));
  });
  matrix.forEach((row, t) => {
    if (rows) parts.push(text(x - 8, y + (t + 0.5) * cell + 4, rows[t], 'class="small" text-anchor="end"'));
    row.forEach((value, s) => {
      parts.push(rect(x + s * cell, y + t * cell, cell - 1, cell - 1, `fill="${shade(value / max)}"`));
      if (digits !== undefined) {
        const tone = value / max > 0.5 ? 'onDark' : 'onLight';
        const label = number(value, digits);
        parts.push(
          text(x + (s + 0.5) * cell, y + (t + 0.5) * cell + 4, label, `class="small ${tone}" text-anchor="middle"`),
        );
      }
    });
  });
  return parts.join('\n');
}

export interface Series {
  name: string;
  points: [number, number][];
}

export interface ChartOptions {
  x?: number;
  y?: number;
  width?: number;
  height?: number;
  title?: string;
  xLabel: string;
  yLabel: string;
  logX?: boolean;
  logY?: boolean;
  /** Where ticks go, with their labels. */
  xTicks: [number, string][];
  yTicks: [number, string][];
}

/** Lines over labelled axes; each line is named at its end. */
export function lineChart(series: Series[], options: ChartOptions): string {
  const { x = 80, y = 50, width = 420, height = 240, title, xTicks, yTicks } = options;
  const scale = (log: boolean | undefined, ticks: [number, string][], value: number) => {
    const map = (v: number) => (log ? Math.log(v) : v);
    const [low, high] = [map(ticks[0][0]), map(ticks[ticks.length - 1][0])];
    return (map(value) - low) / (high - low);
  };
  const px = (value: number) => x + width * scale(options.logX, xTicks, value);
  const py = (value: number) => y + height * (1 - scale(options.logY, yTicks, value));
  const parts = [rect(x, y, width, height, 'class="faint"')];
  if (title) parts.push(text(x, y - 16, title, 'class="title"'));
  for (const [value, label] of xTicks) {
    parts.push(text(px(value), y + height + 18, label, 'class="small" text-anchor="middle"'));
  }
  for (const [value, label] of yTicks) {
    parts.push(text(x - 8, py(value) + 4, label, 'class="small" text-anchor="end"'));
  }
  parts.push(text(x + width / 2, y + height + 38, options.xLabel, 'text-anchor="middle"'));
  parts.push(text(x, y - 4, options.yLabel, 'class="small"'));
  series.forEach(({ name, points }, i) => {
    const colour = PALETTE[i % PALETTE.length];
    const path = points.map(([a, b]) => `${number(px(a))},${number(py(b))}`).join(' ');
    parts.push(`<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>`);
    const [endX, endY] = points[points.length - 1];
    parts.push(text(px(endX) + 6, py(endY) + 4, name, `class="small" style="fill:${colour}"`));
  });
  return parts.join('\n');
}
