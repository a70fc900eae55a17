import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { findCourse, PACKAGE_ROOT, pathsOf } from '../course/course.ts';
import { copyCourse } from '../testing/copied-course.ts';
import { type Ended, PATIENCE, start } from '../testing/run-kit.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';

const [FIRST] = (await findCourse(PACKAGE_ROOT)).exercises;
const NAME = FIRST.split('/')[1];
const root = temporaryFolder();
const verify = (...more: string[]): Promise<Ended> =>
  start(['verify', NAME, '--backend', 'cpu', ...more], { cwd: root }).ended;

describe('kit verify', () => {
  let first: Ended;
  beforeAll(async () => {
    copyCourse(root, { [FIRST]: FIRST });
    // What is told of a mistake has its place in the handout.
    const [from, to] = [PACKAGE_ROOT, root].map((at) => pathsOf({ root: at }, FIRST).handout);
    cpSync(from, to, { preserveTimestamps: true });
    first = await verify('--json');
  }, PATIENCE.timeout);

  it('does not prove again what is unchanged, and says so; its JSON is what it was', async () => {
    const again = await verify('--json');
    expect(again.code).toBe(0);
    expect(again.stdout).toBe(first.stdout);
    expect(first.stderr).not.toContain('proven before');
    expect(again.stderr).toContain(`proven before, unchanged: ${NAME} (--all`);
    const inWords = await verify();
    expect(inWords.stdout).toMatch(new RegExp(`proven before, unchanged: ${NAME} .*\\n\\n✓ 1 exercise proven on cpu`));
  });

  it(
    'proves again what has changed, and all of it where that is asked for',
    async () => {
      const asked = await verify('--all');
      expect(asked.stdout).not.toContain('proven before');
      expect(asked.code).toBe(0);
      writeFileSync(join(root, 'solutions', `${FIRST}.ts`), 'export const nothing = 0;\n');
      for (let time = 0; time < 2; time++) {
        const changed = await verify();
        expect(changed.stdout).not.toContain('proven before');
        expect(changed.code).toBe(1);
      }
    },
    PATIENCE.timeout,
  );
});
