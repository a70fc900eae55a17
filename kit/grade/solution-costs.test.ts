/** What a learner is shown beside the model solution's costs must be counted alike. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { pathsOf } from '../course/course.ts';
import { costRows, costTable } from '../report/cost-table.ts';
import { course, grade, SEED, SOFTMAX, SOLUTIONS } from '../testing/submissions.ts';

const sourceOf = (id: string) => readFileSync(pathsOf(course, id).solution, 'utf8').replace('../../exercises/', '../');

it('the model solution costs on wasm what the fixture says, which was counted on the cpu', async () => {
  const sources = Object.fromEntries(course.exercises.map((id) => [id, sourceOf(id)]));
  const { exercises } = await grade(sources, { seed: undefined });
  const checks = exercises.flatMap(({ id, checks }) =>
    checks.filter(({ kind }) => kind === 'cost').map((check) => ({ ...check, id: `${id} ${check.id}` })),
  );
  expect(checks.length).toBeGreaterThan(course.exercises.length);
  for (const { id, cost, solutionCost } of checks) expect(cost, id).toEqual(solutionCost);
  for (const exercise of exercises) {
    const isCounted = exercise.checks.some(({ kind }) => kind === 'cost');
    expect(costRows(exercise).length > 0, exercise.id).toBe(isCounted);
  }
}, 120_000);

it('is told with full marks on public cases alone', async () => {
  const wasteful = SOLUTIONS[SOFTMAX].replace(
    'return tf.tidy(() => {',
    'return tf.tidy(() => {\n    tf.neg(tf.neg(x));',
  );
  const table = async (source: string, seed?: string) => {
    const { exercises } = await grade({ [SOFTMAX]: source }, { seed });
    return costTable(exercises[0], 80);
  };
  const [row] = (await table(wasteful)).split('\n').slice(2);
  const [yours, model] = [...row.matchAll(/ +(\d+) +(\d+) /g)][0].slice(1).map(Number);
  expect(yours).toBe(model + 2);
  expect(await table(SOLUTIONS[SOFTMAX], SEED)).toBe('');
  expect(await table(SOLUTIONS[SOFTMAX].replace('tf.exp', 'tf.square'))).toBe('');
});
