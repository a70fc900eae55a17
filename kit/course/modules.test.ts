import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { PACKAGE_ROOT } from './course.ts';
import { loadGrader, loadOracle } from './modules.ts';

const courseWith = (files: Record<string, string>) => ({
  root: temporaryFolder({ 'package.json': '{}', ...files }),
  exercises: ['01-x/a'],
});

describe('the course’s own code', () => {
  it('is TypeScript, with imports, loaded as it stands', async () => {
    const course = courseWith({
      'reference/01-x/a.ts': `import { two } from './b'; export const f = (x: number): number => x * two;`,
      'reference/01-x/b.ts': 'export const two: number = 2;',
    });
    const oracle = await loadOracle(course, '01-x/a');
    expect(oracle.f(21)).toBe(42);
  });

  it('is told in one line what is wrong with it', async () => {
    const course = courseWith({ 'graders/01-x/a.ts': 'export default {', 'reference/01-x/a.ts': '' });
    await expect(loadGrader(course, '01-x/a')).rejects.toThrow(
      /a\.ts cannot be loaded: .*a\.ts:1:16: ERROR: Expected identifier/,
    );
    const empty = courseWith({ 'graders/01-x/a.ts': 'export const x = 1;' });
    await expect(loadGrader(empty, '01-x/a')).rejects.toThrow(
      `${join(empty.root, 'graders/01-x/a.ts')} has no default export made by defineGrader`,
    );
    await expect(loadOracle(empty, '01-x/a')).rejects.toThrow(/reference\/01-x\/a\.ts/);
  });

  it('gives each who loads it a copy of its own', async () => {
    const course = { root: PACKAGE_ROOT, exercises: [] };
    const [a, b] = await Promise.all([1, 2].map(() => loadGrader(course, '01-attention-fundamentals/softmax')));
    expect(a).not.toBe(b);
  });
});
