/** A student's repository as it is exported, with the packages of this one linked in place of an installation. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { findCourse, PACKAGE_ROOT, pathsOf } from '../course/course.ts';
import { place } from '../export/place.ts';
import { studentRepository } from '../export/student-repository.ts';
import { unpacked } from '../testing/leaks.ts';
import { temporaryFolder, writeFiles } from '../testing/temporary-folder.ts';

const course = await findCourse(PACKAGE_ROOT);
const [SOFTMAX] = course.exercises.filter((id) => id.endsWith('/softmax'));
const PATIENT = 240_000;
let folder: string;

beforeAll(async () => {
  folder = join(temporaryFolder(), 'repository');
  const files = await studentRepository(course, { name: 'one', title: 'One', exercises: [SOFTMAX] });
  place(folder, files);
  mkdirSync(join(folder, 'node_modules'));
  for (const name of readdirSync(join(PACKAGE_ROOT, 'node_modules'))) {
    symlinkSync(join(PACKAGE_ROOT, 'node_modules', name), join(folder, 'node_modules', name));
  }
  for (const [path, content] of unpacked(files)) {
    const [, inner] = path.split('.tgz:package/');
    if (!inner) continue;
    writeFiles(join(folder, 'node_modules/attention-kit'), { [inner]: '' });
    writeFileSync(join(folder, 'node_modules/attention-kit', inner), content);
  }
}, PATIENT);

const ENV = { ...process.env, NO_COLOR: '1', CI: '1' };
const node = (args: string[]) => spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8', env: ENV });
const vitest = (...args: string[]) => node(['node_modules/vitest/vitest.mjs', 'run', ...args]);
const kit = (...args: string[]) => node(['node_modules/attention-kit/bin/kit.js', ...args]);
const write = (text: string) => writeFileSync(join(folder, `exercises/${SOFTMAX}.ts`), text);
const solution = readFileSync(pathsOf(course, SOFTMAX).solution, 'utf8');
const stub = readFileSync(pathsOf(course, SOFTMAX).stub, 'utf8');

describe('in a student’s repository', () => {
  it(
    'vitest fails every check of a stub with what is to be done and where, and passes a solution',
    () => {
      write(stub);
      const untouched = vitest('--reporter=default', '--reporter=github-actions');
      expect(untouched.status).toBe(1);
      expect(untouched.stdout).toMatch(/Tests +8 failed \(8\)/);
      expect(untouched.stderr).toContain('not written yet: TODO 1');
      const line = stub.split('\n').findIndex((text) => text.includes('throw new Error')) + 1;
      expect(untouched.stdout).toMatch(new RegExp(`::error file=\\S*${SOFTMAX}\\.ts,.*line=${line},`));
      write(solution);
      const solved = vitest('-t', 'finite');
      expect(solved.stdout).toMatch(/Tests +1 passed \| 7 skipped \(8\)/);
      expect(solved.status).toBe(0);
    },
    PATIENT,
  );

  it(
    'kit judges, runs case by case in one process, and says of an author’s verb why it cannot',
    () => {
      write(solution);
      expect(kit('run').status).toBe(0);
      const debugged = kit('run', '--debug', 'softmax');
      expect(debugged.stdout).toMatch(/✓ one row values\/rows\n +weights \[4\]\n +got 0\.41.*\n +expected 0\.41/);
      expect(debugged.status).toBe(0);
      write(solution.replace('tf.exp', 'tf.neg'));
      expect(kit('run', '--debug', 'softmax').status).toBe(1);
      // What holds and waits for the values is no failure.
      expect(vitest().stdout).toMatch(/Tests +\d failed \| \d skipped \(8\)/);
      for (const args of [['verify'], ['grade', '.'], ['new', '01-x/a'], ['export', 'x']]) {
        const { status, stderr } = kit(...args);
        expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringContaining('needs the course itself') });
        expect(stderr.trim().split('\n')).toHaveLength(1);
      }
      expect(existsSync(join(folder, 'x'))).toBe(false);
    },
    PATIENT,
  );
});
