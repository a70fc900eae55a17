import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { classroom50Autograder, classroom50Entry, templateNamed } from './classroom50.ts';

const TEMPLATE = { owner: 'school', repo: 'attention-template', branch: 'main' };

describe("an assignment's entry", () => {
  it('has what Classroom 50 requires, and the due time in UTC', () => {
    const assignment = { name: 'caches', title: 'Caches', exercises: [], due: '2027-02-15T23:59:00+01:00' };
    expect(classroom50Entry(assignment, TEMPLATE)).toEqual({
      slug: 'caches',
      name: 'Caches',
      template: TEMPLATE,
      due: '2027-02-15T22:59:00Z',
      mode: 'individual',
      autograder: 'default',
      runtime: { node: '22' },
    });
  });

  it('has no due time where there is none', () => {
    expect(classroom50Entry({ name: 'caches', title: 'Caches', exercises: [] }, TEMPLATE)).not.toHaveProperty('due');
  });

  it.each(['Caches', 'c', 'c'.repeat(40), '-caches'])('is refused under the name %s', (name) => {
    expect(() => classroom50Entry({ name, title: 'x', exercises: [] }, TEMPLATE)).toThrow(/lower-case/);
  });
});

describe('a template', () => {
  it('is on the branch main where none is named', () => {
    expect(templateNamed('school/attention-template')).toEqual(TEMPLATE);
    expect(templateNamed('school/attention-template@term/2')).toEqual({ ...TEMPLATE, branch: 'term/2' });
  });

  it.each(['attention', '/a', 'a/', 'a/b/c', 'a/b@', 'https://github.com/a/b'])('is not %s', (text) => {
    expect(() => templateNamed(text)).toThrow(/owner\/repository/);
  });
});

const hasPython = spawnSync('python3', ['--version']).status === 0;

describe.skipIf(!hasPython)('the autograder', () => {
  /** Runs it where npm and npx are scripts that note what they are asked. */
  function autograde(status: number) {
    const npx = `#!/bin/sh\necho "npx $*" >> asked\n[ "$2" = format ] && { echo '{}' > result.json; exit 0; }\nexit ${status}\n`;
    const folder = temporaryFolder({
      'autograder.py': classroom50Autograder(['01-a/x', '02-b/y']),
      'bin/npm': '#!/bin/sh\necho "npm $*" >> asked\n',
      'bin/npx': npx,
    });
    for (const name of ['npm', 'npx']) chmodSync(join(folder, 'bin', name), 0o755);
    const env = { PATH: `${join(folder, 'bin')}:${process.env.PATH}` };
    const ran = spawnSync('python3', ['autograder.py'], { cwd: folder, env });
    return { folder, status: ran.status, asked: readFileSync(join(folder, 'asked'), 'utf8').trim().split('\n') };
  }

  it.each([0, 1])('writes result.json where the kit exits with %i, and succeeds', (code) => {
    const { folder, status, asked } = autograde(code);
    expect(status).toBe(0);
    expect(asked).toEqual([
      'npm install',
      'npx kit run 01-a/x 02-b/y --json',
      'npx kit format report.json --as classroom50 --out result.json',
    ]);
    expect(existsSync(join(folder, 'result.json'))).toBe(true);
  });

  it('fails, without a result, where the kit could not judge', () => {
    const { folder, status } = autograde(3);
    expect(status).toBe(3);
    expect(existsSync(join(folder, 'result.json'))).toBe(false);
  });
});

it('an id that is not a path of an exercise is refused', () => {
  expect(() => classroom50Autograder(['a/b"; import os'])).toThrow(/argument/);
});
