import { describe, expect, it } from 'vitest';
import type { Draw } from '../author/draw.ts';
import type { Grader, Oracle } from '../author/grader.ts';
import { leaves, type NdArray, ndarray, type TensorTree } from '../author/ndarray.ts';
import { findCourse } from '../course/course.ts';
import type { CheckSpec, ExerciseSpec } from '../course/exercise.ts';
import { drawCase, redrawCase } from './cases.ts';
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

describe('a case that must be settled', () => {
  const check = { id: 'a/b', kind: 'values', title: '', points: 1 } as CheckSpec;
  const spec = { title: 'Argmax' } as ExerciseSpec;
  /** Inputs of one number below 1, settled above `least`, with what it was asked about. */
  function graderOf(least: number | null) {
    const seen: number[] = [];
    const grader = {
      inputs: (draw: Draw) => ({ x: draw.uniform([1], 0, 1) }),
      expected: (_: Oracle, { x }: { x: NdArray }) => ({ y: x }),
      reduction: () => 1,
      ...(least !== null && {
        isSettled: (oracle: Oracle, { x }: { x: NdArray }, { name }: { name: string }) => {
          expect([oracle.isHere, name]).toEqual([true, 'c']);
          seen.push(x.data[0]);
          return x.data[0] >= least;
        },
      }),
    } as unknown as Grader;
    return { grader, seen };
  }
  const oracle = { isHere: true } as unknown as Oracle;
  const drawn = (grader: Grader, seed = 'seed') =>
    leaves(drawCase(spec, grader, oracle, check, { name: 'c' }, seed).inputs)[0][1].data[0];

  it('is drawn anew until it is, from the seed alone, and first as it would be drawn without', () => {
    const { grader, seen } = graderOf(0.8);
    for (let i = 0; i < 20; i++) {
      seen.length = 0;
      const value = drawn(grader, `seed ${i}`);
      expect(seen[0]).toBe(drawn(graderOf(null).grader, `seed ${i}`));
      expect(value).toBe(seen.find((each) => each >= 0.8));
      expect(new Set(seen).size).toBe(seen.length);
      expect(drawn(grader, `seed ${i}`)).toBe(value);
    }
    expect(drawn(graderOf(0).grader)).toBe(drawn(graderOf(null).grader));
  });

  it('is drawn anew in the same way where it is drawn again for another run', () => {
    const { grader, seen } = graderOf(0.9);
    const first = drawCase(spec, grader, oracle, check, { name: 'c' }, 'seed');
    for (let run = 0; run < 20; run++) {
      seen.length = 0;
      const { inputs, expected } = redrawCase(grader, oracle, first, `run ${run}`);
      const [[, x]] = leaves(inputs);
      expect(x.data[0]).toBeGreaterThanOrEqual(0.9);
      expect(expected.y.array).toEqual(x);
      expect(seen[0]).toBe(leaves(redrawCase(graderOf(null).grader, oracle, first, `run ${run}`).inputs)[0][1].data[0]);
    }
  });

  it('and never is, is told by exercise, check and case', () => {
    const { grader, seen } = graderOf(2);
    expect(() => drawn(grader)).toThrow('Argmax, a/b, case "c": isSettled holds for none of 50 draws');
    expect(seen).toHaveLength(50);
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
