import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parse } from 'yaml';

const { spec } = parse(readFileSync('examples/kubernetes/grade-class.yaml', 'utf8'));
const pod = spec.template.spec;
const [container] = pod.containers;

it('the job has as many shards as pods, each its own by its index', () => {
  expect(spec.completionMode).toBe('Indexed');
  const { value } = container.env.find(({ name }: { name: string }) => name === 'SHARDS');
  expect(Number(value)).toBe(spec.completions);
  expect(container.args[0]).toContain('--shard "$((JOB_COMPLETION_INDEX + 1))/$SHARDS"');
  expect(container.args[0]).toContain('/grades/shard-$JOB_COMPLETION_INDEX');
});

it("its pods are nobody's administrator and hold no token of the cluster's", () => {
  expect(pod.automountServiceAccountToken).toBe(false);
  expect(pod.securityContext.runAsNonRoot).toBe(true);
  expect(container.securityContext).toMatchObject({ allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } });
});

it('the seed comes by the environment, out of a secret, and less isolation than bubblewrap is refused', () => {
  const seed = container.env.find(({ name }: { name: string }) => name === 'KIT_SEED');
  expect(seed.valueFrom.secretKeyRef.key).toBe('seed');
  expect(container.args[0]).toContain('--require-isolation bubblewrap');
  expect(container.args[0]).not.toContain('--seed');
});
