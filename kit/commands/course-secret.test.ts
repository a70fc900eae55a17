import { describe, expect, it } from 'vitest';
import { courseSecret } from './course-secret.ts';

describe("the course's secret", () => {
  it('is what --seed says, else what KIT_SEED says', () => {
    expect(courseSecret('given', { KIT_SEED: 'kept' })).toBe('given');
    expect(courseSecret(undefined, { KIT_SEED: 'kept' })).toBe('kept');
    expect(courseSecret(undefined, {})).toBeUndefined();
  });

  it('is none where the variable is set to nothing', () => {
    expect(courseSecret(undefined, { KIT_SEED: '' })).toBeUndefined();
  });

  it.each([undefined, 'given'])('is out of the environment afterwards (--seed %s)', (given) => {
    const env = { KIT_SEED: 'kept', PATH: '/bin' };
    courseSecret(given, env);
    expect(env).toEqual({ PATH: '/bin' });
  });
});
