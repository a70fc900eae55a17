/**
 * The sizes of cost cases. Public ones are as written; in grading they are drawn around them, so that nothing can be made for
 * the sizes that everybody knows.
 *
 * All sizes of a check from 8 on are scaled by one number between 3/4 and 1, rounded down: what was equal stays equal, what
 * grows grows as it did, and none is as written. Smaller ones stay: a loop over 3 sequences costs half as much again as one
 * over 2, where a budget is so many times what a solution without any loop costs.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Draw } from '../author/draw.ts';
import type { CaseParams, Grader } from '../author/grader.ts';
import type { CheckSpec } from '../course/exercise.ts';

const LEAST_SCALE = 3 / 4;
const LEAST_SCALED = 8;

/** The case of a cost check, and those in which its growth is measured, in order. */
export function costCases({ case: written = {}, growth }: Pick<CheckSpec, 'case' | 'growth'>): CaseParams[] {
  if (!growth) return [written];
  const axes = Object.entries(growth.vary);
  const points = axes[0][1].map((_, i) => Object.fromEntries(axes.map(([axis, sizes]) => [axis, sizes[i]])));
  return [written, ...points.map((point) => ({ ...written, ...point }))];
}

/** So many scales are tried. */
const MOST_DRAWS = 50;

/** The same in grading. */
export function drawnCostCases(check: Pick<CheckSpec, 'case' | 'growth'>, grader: Grader, draw: Draw): CaseParams[] {
  const written = costCases(check);
  if (!canMove(check)) return written;
  for (let attempt = 0; attempt < MOST_DRAWS; attempt++) {
    const scale = draw.number(LEAST_SCALE, 1);
    const drawn = written.map((params) => {
      const sizes = scaled(params, scale);
      return grader.fitSizes?.(sizes, params) ?? sizes;
    });
    // The point between two of a growth may be the next one's when it is scaled.
    if (!drawn.some((params) => written.some((known) => isDeepStrictEqual(params, known)))) return drawn;
  }
  throw new Error(`none of ${MOST_DRAWS} draws gives its cost cases other sizes than the public ones`);
}

/** Whether each of its cases has a size that is drawn in grading. */
export function canMove(check: Pick<CheckSpec, 'case' | 'growth'>): boolean {
  return costCases(check).every((params) => !isDeepStrictEqual(scaled(params, LEAST_SCALE), params));
}

function scaled(params: CaseParams, scale: number): CaseParams {
  const moved = (size: number) =>
    Number.isSafeInteger(size) && size >= LEAST_SCALED ? Math.floor(scale * size) : size;
  const entries = Object.entries(params).map(([name, value]) => {
    if (name === 'shape' && Array.isArray(value)) return [name, value.map(moved)];
    return [name, /^[A-Z]$/.test(name) && typeof value === 'number' ? moved(value) : value];
  });
  return Object.fromEntries(entries);
}

/** For people: T = 97, S = 120. */
export function costCaseName(params: CaseParams): string {
  return Object.entries(params)
    .filter(([name]) => /^([A-Z]|shape)$/.test(name))
    .map(([name, value]) => `${name} = ${Array.isArray(value) ? `[${value}]` : value}`)
    .join(', ');
}
