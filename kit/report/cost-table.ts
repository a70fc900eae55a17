/** What an answer with full marks costs beside the model solution: the same cases, counted in the same way. */
import pc from 'picocolors';
import { columnsOf, padded, shortened } from '../text/columns.ts';
import { plainLine } from '../text/plain.ts';
import { type ExerciseReport, isPassed } from './report.ts';

export const COST_METRICS = [
  ['kernels', 'kernels'],
  ['flops', 'flops'],
  ['peakBytes', 'peak bytes'],
] as const;

export interface CostRow {
  /** Of the check. */
  title: string;
  yours: Record<string, number>;
  model: Record<string, number>;
}

/** By check; those that say the same are told once. None unless all checks pass. */
export function costRows(exercise: ExerciseReport): CostRow[] {
  if (!isPassed(exercise)) return [];
  const isWhole = (cost: Record<string, number>) => COST_METRICS.every(([name]) => Number.isFinite(cost[name]));
  const rows = exercise.checks.flatMap(({ title, cost: yours, solutionCost: model }) =>
    yours && model && isWhole(yours) && isWhole(model) ? [{ title, yours, model }] : [],
  );
  const figures = ({ yours, model }: CostRow) => String(COST_METRICS.flatMap(([name]) => [yours[name], model[name]]));
  return rows.filter((row, i) => rows.findIndex((earlier) => figures(earlier) === figures(row)) === i);
}

/** Every digit, in groups of three. */
export const inGroups = (value: number): string => String(value).replace(/\B(?=(\d{3})+$)/g, ' ');

const LEAST_TITLE = 14;
const GAP = '  ';

/** At most `width` columns: where there is no room for all figures, the first. Empty where there is nothing to tell. */
export function costTable(exercise: ExerciseReport, width: number): string {
  const rows = costRows(exercise);
  if (rows.length === 0) return '';
  const columns = COST_METRICS.map(([name, words]) => {
    const cells = [
      ['yours', 'model'],
      ...rows.map(({ yours, model }) => [inGroups(yours[name]), inGroups(model[name])]),
    ];
    const wide = [0, 1].map((side) => Math.max(...cells.map((pair) => pair[side].length)));
    const lines = cells.map((pair) => pair.map((cell, side) => cell.padStart(wide[side])).join(GAP));
    return [words.padStart(lines[0].length), ...lines];
  });
  const taken = (count: number) => columns.slice(0, count).reduce((sum, [words]) => sum + words.length + 3, 2);
  const count = [3, 2, 1].find((some) => taken(some) + LEAST_TITLE <= width);
  if (count === undefined) return '';
  const room = width - taken(count);
  const titles = ['What it costs', '', ...rows.map(({ title }) => shortened(plainLine(title), room))];
  const longest = Math.max(...titles.map(columnsOf));
  const text = titles.map((title, line) => {
    const figures = columns.slice(0, count).map((column) => `   ${column[line]}`);
    return `  ${padded(title, longest)}${figures.join('')}`;
  });
  return text.map((line, i) => (i < 2 ? pc.dim(line) : line)).join('\n');
}
