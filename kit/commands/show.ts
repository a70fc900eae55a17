import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { findCourse, selectExercises } from '../course/course.ts';
import { InputError } from '../course/input-error.ts';
import { writeWhole } from '../files/write-whole.ts';
import { bundleExercise } from '../grade/prepare.ts';
import { MaterialsCache } from '../judge/materials.ts';
import { type ShownCase, showCase, shownCases } from '../judge/show-case.ts';
import { showPage } from '../report/show-page.ts';
import { isBundleError } from '../subject/bundle.ts';
import { Sandbox } from '../subject/sandbox.ts';
import { Subject } from '../subject/subject.ts';
import { plain } from '../text/plain.ts';
import { backendNamed, positive, withHosts } from './session.ts';

interface Options {
  case?: string;
  out?: string;
  open: boolean;
  backend: string;
  timeout: string;
}

export async function run(name: string, options: Options): Promise<number> {
  const course = await findCourse();
  const [id, ...others] = selectExercises(course, [name]);
  if (others.length > 0) throw new InputError(`"${name}" is ${others.length + 1} exercises; name one, such as ${id}`);
  const backend = backendNamed(options.backend);
  const timeout = positive('--timeout', options.timeout);
  const materials = await new MaterialsCache(course).materials(id);
  const chosen = shownCases(materials.fixture, options.case);
  const bundled = await bundleExercise(course.root, id);
  if (isBundleError(bundled)) {
    throw new InputError(
      `${bundled.file}${bundled.line === null ? '' : `:${bundled.line}`}: ${plain(bundled.message)}`,
    );
  }
  const shown: ShownCase[] = await withHosts(backend, async (hosts) => {
    const sandbox = new Sandbox(hosts);
    try {
      const subject = new Subject(sandbox, { exports: materials.spec.exports, bundle: bundled, timeout });
      const all: ShownCase[] = [];
      for (const prepared of chosen) all.push(await showCase(subject, materials, prepared));
      return all;
    } finally {
      await sandbox.close();
    }
  });
  const file = options.out ?? join(course.root, '.kit/show', `${id}.html`);
  writeWhole(file, showPage({ id, title: materials.spec.title, cases: shown }));
  const problem = shown.find((one) => one.problem)?.problem;
  process.stdout.write(`${problem ? `${plain(problem)}\nWhat is due is drawn alone: ` : ''}${file}\n`);
  if (options.open && process.stdout.isTTY) open(file);
  return 0;
}

/** In the reader's browser, where there is a screen. That it does not open is no failure: its name was printed. */
function open(file: string): void {
  const { env, platform } = process;
  if (env.CI || (platform === 'linux' && !env.DISPLAY && !env.WAYLAND_DISPLAY)) return;
  const [command, ...args] =
    platform === 'darwin' ? ['open'] : platform === 'win32' ? ['cmd', '/c', 'start', ''] : ['xdg-open'];
  const child = spawn(command, [...args, file], { detached: true, stdio: 'ignore' });
  child.on('error', () => {});
  child.unref();
}
