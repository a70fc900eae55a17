import { describe, expect, it } from 'vitest';
import type { Draw } from '../author/draw.ts';
import type { Grader, Oracle } from '../author/grader.ts';
import { ndarray, type TensorTree } from '../author/ndarray.ts';
import { findCourse } from '../course/course.ts';
import type { CheckSpec, ExerciseSpec } from '../course/exercise.ts';
import { drawCase } from './cases.ts';
import { MaterialsCache } from './materials.ts';

const course = await findCourse();
const cache = new MaterialsCache(course);

describe.each(course.exercises)('a case of %s', (id) => {
  it('has no tolerance below the least that is known before it is derived', async () => {
    const [{ spec, grader }, oracle] = await Promise.all([cache.materials(id), cache.oracle(id)]);
    const checks = spec.checks.filter(({ cases }) => cases);
    expect(checks).not.toEqual([]);
    for (const check of checks) {
      for (const params of check.cases ?? []) {
        const { expected, tolerances, leastTolerances } = drawCase(spec, grader, oracle, check, params, 'least');
        expect(Object.keys(leastTolerances ?? {})).toEqual(Object.keys(expected));
        for (const [name, least] of Object.entries(leastTolerances ?? {})) {
          expect(least, `${check.id}, ${params.name}, ${name}`).toBeLessThanOrEqual(tolerances[name].abs);
          if (expected[name].array.dtype === 'float32') expect(least).toBeGreaterThan(0);
        }
      }
    }
  });
});

describe('a drawn case', () => {
  /** y = 3x, and a count of how often that was asked for. */
  function drawn(kind: CheckSpec['kind']) {
    let asked = 0;
    const grader = {
      inputs: (draw: Draw) => ({ x: draw.normal([4]) }),
      expected: (_: Oracle, { x }: TensorTree) => {
        asked++;
        return {
          y: ndarray(
            [4],
            (x as ReturnType<typeof ndarray>).data.map((value) => 3 * value),
          ),
        };
      },
      reduction: () => 1,
    } as unknown as Grader;
    const check = { id: 'a/b', kind, title: '', points: 1 } as CheckSpec;
    const prepared = drawCase({} as ExerciseSpec, grader, {}, check, { name: 'c' }, 'seed');
    return { prepared, asked: () => asked };
  }

  it('asks the oracle once, and again for tolerances only where these are looked at', () => {
    const { prepared, asked } = drawn('values');
    expect(asked()).toBe(1);
    const derived = prepared.tolerances;
    const then = asked();
    expect(then).toBeGreaterThan(1);
    expect(prepared.tolerances).toBe(derived);
    expect(asked()).toBe(then);
  });

  it('has the tolerances that it would have had at once, whatever was looked at before', () => {
    for (const kind of ['values', 'gradient'] as const) {
      const [now, later] = [drawn(kind).prepared, drawn(kind).prepared];
      const { tolerances } = now;
      expect(later.expected).toEqual(now.expected);
      expect(later.tolerances).toEqual(tolerances);
      expect(later.inputs).toEqual(now.inputs);
    }
  });
});
