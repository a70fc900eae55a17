/** What a function computes, drawn beside what is expected: to look at while writing it. */

import { indexOf } from '../judge/compare.ts';
import type { ShownCase, ShownOutput } from '../judge/show-case.ts';
import { type Html, html } from './page/html.ts';
import { matrixPictures, vectorPicture } from './page/matrix.ts';
import { page } from './page/page.ts';
import { LINKED_CELLS, TABS } from './page/scripts.ts';

export interface ShowPage {
  id: string;
  title: string;
  /** The known mistake that is drawn in place of the reader's own code. */
  mistake?: { name: string; says: string; edits: [from: string, to: string][] };
  cases: ShownCase[];
}

/** Rows and columns that are drawn, and matrices of one output: more is not taken in at a glance. */
const MOST_CELLS = 40;
const MOST_MATRICES = 24;
/** Of a value that is shown as text. */
const MOST_CHARACTERS = 600;

export function showPage({ id, title, mistake, cases }: ShowPage): string {
  return page({
    title,
    kicker: id,
    lead: `What ${mistake ? `the known mistake ${mistake.name}` : 'your function'} computes, what is expected, and the error. Nothing is judged here.`,
    body: [mistake && mistakeSection(mistake), cases.map(caseSection)],
    scripts: [TABS, LINKED_CELLS],
  });
}

function mistakeSection({ says, edits }: NonNullable<ShowPage['mistake']>): Html {
  const lines = (mark: string, text: string) => text.split('\n').map((line) => `${mark} ${line}\n`);
  return html`<section><p class="note">${says}</p>
${edits.map(([from, to]) => html`<pre>${lines('−', from)}${lines('+', to)}</pre>`)}</section>`;
}

function caseSection({ name, params, problem, outputs }: ShownCase): Html {
  const sizes = Object.entries(params).map(([key, value]) => `${key} = ${JSON.stringify(value)}`);
  return html`<section><h2>${name}</h2>
<p class="soft">${sizes.join(', ')}</p>
${problem && html`<p class="note">${problem}</p>`}
${outputs.map(outputSection)}</section>`;
}

function outputSection(output: ShownOutput): Html {
  const { name, shape, want, got, tolerance, text } = output;
  if (text) return textSection(name, text);
  const wrong = got ? countWrong(output, 0, want.length) : 0;
  const state = got
    ? wrong > 0
      ? html`<span class="fail">${wrong} of ${want.length} ${want.length === 1 ? 'value is' : 'values are'} off</span>`
      : html`<span class="pass">as expected</span>`
    : html`<span class="soft">not computed</span>`;
  const heading = html`<h3>${name} <span class="soft">[${shape.join(', ')}]</span> · ${state}</h3>`;
  if (shape.length === 0) return html`${heading}<p>${got && `got ${got[0]}, `}expected ${want[0]}</p>`;
  const letters = [...(name.match(/_([A-Z0-9]+)$/)?.[1] ?? '')];
  const axes = letters.length === shape.length ? letters : [];
  if (shape.length === 1) {
    const columns = Math.min(shape[0], MOST_CELLS);
    const cut = (values: Float64Array) => [...values.subarray(0, columns)].map(finite);
    return html`${heading}${vectorPicture({ rows: 1, columns, want: cut(want), ...(got && { got: cut(got) }), tolerance, axes })}`;
  }
  const leading = shape.slice(0, -2);
  const count = leading.reduce((a, b) => a * b, 1);
  const panels = Array.from({ length: Math.min(count, MOST_MATRICES) }, (_, m) => {
    const label = indexOf(m, leading)
      .map((index, axis) => (axes[axis] ? `${axes[axis].toLowerCase()} ${index}` : index))
      .join(', ');
    const size = want.length / count;
    const off = got && countWrong(output, m * size, (m + 1) * size) > 0;
    return html`<div data-tab="${label || 'all'}"${off && html` data-off=""`}>${label && html`<h4>${label}</h4>`}${matrixOf(output, m, axes.slice(-2))}</div>`;
  });
  const more = count > MOST_MATRICES && html`<p class="soft">The first ${MOST_MATRICES} of ${count}.</p>`;
  return html`${heading}${count > 1 ? html`<div data-tabs="${name}">${panels}</div>` : panels}${more}`;
}

function textSection(name: string, { want, got }: NonNullable<ShownOutput['text']>): Html {
  return html`<h3>${name}</h3><p>${got !== null && html`got <code>${cut(got)}</code>, `}expected <code>${cut(want)}</code></p>`;
}

const cut = (text: string) => (text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS - 1)}…` : text);

function matrixOf({ shape, want, got, tolerance }: ShownOutput, m: number, axes: string[]): Html {
  const [allRows, allColumns] = shape.slice(-2);
  const [rows, columns] = [Math.min(allRows, MOST_CELLS), Math.min(allColumns, MOST_CELLS)];
  const cut = (values: Float64Array) =>
    Array.from({ length: rows * columns }, (_, i) =>
      finite(values[(m * allRows + Math.floor(i / columns)) * allColumns + (i % columns)]),
    );
  const isCut = rows < allRows || columns < allColumns;
  return html`${matrixPictures({ rows, columns, want: cut(want), ...(got && { got: cut(got) }), tolerance, axes })}
${isCut && html`<p class="soft">The first ${rows} by ${columns} of ${allRows} by ${allColumns}.</p>`}`;
}

function countWrong({ got, want, tolerance }: ShownOutput, from: number, to: number): number {
  let wrong = 0;
  for (let i = from; got && i < to; i++) {
    const same = Object.is(got[i], want[i]) || Math.abs(got[i] - want[i]) <= tolerance;
    if (!same) wrong++;
  }
  return wrong;
}

const finite = (value: number) => (Number.isFinite(value) ? value : null);
