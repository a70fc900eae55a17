/** Tests only: code that uses a given file of the course, in a sandbox on a real host, as an exercise would. */
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { PACKAGE_ROOT } from '../course/course.ts';
import type { ResultShape } from '../course/exercise.ts';
import { bundle, isBundleError } from '../subject/bundle.ts';
import { HostPool } from '../subject/host-pool.ts';
import { Sandbox } from '../subject/sandbox.ts';
import { Subject } from '../subject/subject.ts';
import { temporaryFolder } from './temporary-folder.ts';

const hosts = new HostPool({ backend: 'wasm' });
const sandbox = new Sandbox(hosts);
afterAll(async () => {
  await sandbox.close();
  await hosts.stop();
});

/** @param source of an exercise that imports `../tape` and its like @param exports its functions and what each returns */
export async function subjectWithGiven(source: string, exports: Record<string, ResultShape>): Promise<Subject> {
  const within = join(temporaryFolder({ 'exercises/01-x/f.ts': source }), 'exercises');
  const names = ['arguments.ts', 'tape.ts', 'tiny-model.ts'];
  const given = Object.fromEntries(names.map((name) => [name, join(PACKAGE_ROOT, 'exercises', name)]));
  const bundled = await bundle({ entry: join(within, '01-x/f.ts'), within, given });
  if (isBundleError(bundled)) throw new Error(`${bundled.file}:${bundled.line}: ${bundled.message}`);
  return new Subject(sandbox, { exports, bundle: bundled, source });
}
