import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Draw } from '../author/draw.ts';
import type { Grader } from '../author/grader.ts';
import { findCourse, specOf } from '../course/course.ts';
import { loadGrader } from '../course/modules.ts';
import { canMove, costCases, drawnCostCases } from './cost-sizes.ts';

const course = await findCourse(import.meta.dirname);
const exercises = await Promise.all(
  course.exercises.map(async (id) => ({ spec: specOf(course, id), grader: await loadGrader(course, id) })),
);
const checks = exercises.flatMap(({ spec, grader }) =>
  spec.checks
    .filter(({ kind }) => kind === 'cost')
    .map((check) => ({ name: `${spec.title}, ${check.id}`, check, grader })),
);

describe.each(checks)('in grading, the cases of $name', ({ check, grader }) => {
  const written = costCases(check);

  it('have other sizes than all that are public, from 3/4 of them on, and inputs', () => {
    const isPublic = new Set(written.map((params) => JSON.stringify(params)));
    fc.assert(
      fc.property(fc.string(), (seed) => {
        const drawn = drawnCostCases(check, grader, new Draw(seed));
        expect(drawn).toHaveLength(written.length);
        for (const [i, params] of drawn.entries()) {
          expect(isPublic.has(JSON.stringify(params))).toBe(false);
          for (const [name, size] of Object.entries(params)) {
            if (typeof size !== 'number') continue;
            const was = written[i][name] as number;
            // What must hold between sizes may round one up again.
            expect(size).toBeGreaterThanOrEqual(Math.min(was, Math.floor(was * 0.75)) - 2);
            expect(size).toBeLessThanOrEqual(was);
          }
        }
        grader.inputs(new Draw(seed), drawn[0]);
      }),
      { numRuns: 20 },
    );
  });

  it('grow as they do in public', () => {
    fc.assert(
      fc.property(fc.string(), (seed) => {
        const points = drawnCostCases(check, grader, new Draw(seed)).slice(1);
        for (const axis of Object.keys(check.growth?.vary ?? {})) {
          const sizes = points.map((params) => params[axis] as number);
          for (const [i, size] of sizes.slice(1).entries()) expect(size).toBeGreaterThan(sizes[i]);
        }
      }),
      { numRuns: 20 },
    );
  });
});

it('sizes that are equal stay equal, small ones stay, and options are no sizes', () => {
  const check = { case: { B: 2, T: 64, S: 64, D: 16, window: 16, causal: true, shape: [2, 48] } };
  const [drawn] = drawnCostCases(check, {} as Grader, new Draw('a'));
  expect(drawn).toMatchObject({ B: 2, window: 16, causal: true });
  expect(drawn.T).toBe(drawn.S);
  expect((drawn.shape as number[])[0]).toBe(2);
  expect((drawn.shape as number[])[1]).toBeLessThan(48);
});

it('the seed decides', () => {
  const sizes = (seed: string) => drawnCostCases({ case: { T: 1000 } }, {} as Grader, new Draw(seed))[0].T;
  expect(sizes('a')).toBe(sizes('a'));
  expect(new Set(['a', 'b', 'c', 'd'].map(sizes)).size).toBeGreaterThan(1);
});

it('where every size is small, all stay, which the proof of the exercise tells', () => {
  expect(drawnCostCases({ case: { T: 3 } }, {} as Grader, new Draw('a'))).toEqual([{ T: 3 }]);
  expect([{ T: 3 }, { T: 8 }].map((params) => canMove({ case: params }))).toEqual([false, true]);
});
