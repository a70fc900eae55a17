import { describe, expect, it } from 'vitest';
import type { ExerciseSpec } from '../course/exercise.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { graderModule, publicSpec, refuseHiddenCases } from './public-grader.ts';

const spec: ExerciseSpec = {
  ...{ title: 'A', exports: { f: 'tensor' }, hints: [] },
  checks: [
    {
      ...{ id: 'values/some', kind: 'values', title: 'Some', points: 2 },
      cases: [
        { name: 'open', T: 3 },
        { name: 'secret', hidden: true, T: 5 },
      ],
    },
    { id: 'values/none', kind: 'values', title: 'None', points: 1, cases: [{ name: 'secret', hidden: true }] },
    { id: 'cost/all', kind: 'cost', title: 'Cost', points: 1, case: { T: 8 } },
  ],
};

const fixture = (check: string, cases: string[]) =>
  JSON.stringify({
    exercise: '01-x/a',
    cases: { [check]: cases.map((name) => ({ name, params: {}, inputs: {}, expected: {}, tolerances: {} })) },
    costs: {},
    mistakes: {},
    pairs: {},
    kinds: [],
  });
const courseWith = (files: Record<string, string>) => ({ root: temporaryFolder(files), exercises: ['01-x/a'] });

describe('the public part of a grader', () => {
  it('has no hidden case, and no check that would then have nothing to judge', () => {
    const { checks } = publicSpec(spec);
    expect(checks.map(({ id, cases }) => [id, cases])).toEqual([
      ['values/some', [{ name: 'open', T: 3 }]],
      ['cost/all', undefined],
    ]);
  });

  it('is refused where the fixture tells of a hidden case', () => {
    const told =
      (...args: Parameters<typeof fixture>) =>
      () =>
        refuseHiddenCases(courseWith({ 'fixtures/01-x/a.json': fixture(...args) }), '01-x/a', spec);
    expect(told('values/some', ['open'])).not.toThrow();
    expect(told('values/some', ['open', 'secret'])).toThrow(
      /contains values\/some\/secret, which is not a public case/,
    );
    expect(told('values/none', ['secret'])).toThrow(/values\/none\/secret/);
  });

  it('is one module, and may not carry a solution in it', async () => {
    const course = courseWith({
      'kit/draw.ts': 'export const two: number = 2;',
      'graders/01-x/a.ts': `import { two } from '../../kit/draw.ts'; export default { inputs: () => two };`,
      'solutions/01-x/a.ts': 'export const f = () => 42;',
    });
    const text = await graderModule(course, '01-x/a');
    expect(text).toContain('two = 2');
    expect(text).not.toContain('import ');
    const leaking = courseWith({
      'graders/01-x/a.ts': `import { f } from '../../solutions/01-x/a.ts'; export default { inputs: f };`,
      'solutions/01-x/a.ts': 'export const f = () => 42;',
    });
    await expect(graderModule(leaking, '01-x/a')).rejects.toThrow(/imports solutions\/01-x\/a\.ts/);
  });
});
