import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { MaterialsShelf } from '../grade/materials.ts';
import { bundleExercise } from '../grade/prepare.ts';
import { Sandbox } from '../grade/sandbox.ts';
import { type ShownCase, showCase, shownCases } from '../grade/show-case.ts';
import { Subject } from '../grade/subject.ts';
import { plain } from '../report/plain.ts';
import { showPage } from '../report/show-page.ts';
import { writeWhole } from '../report/write-whole.ts';
import { isBundleError } from '../sandbox/bundle.ts';
import { findCourse, selectExercises } from '../spec/course.ts';
import { InputError } from '../spec/input-error.ts';
import { backendNamed, positive, withHosts } from './session.ts';

interface Options {
  case?: string;
  out?: string;
  open: boolean;
  backend: string;
  timeout: string;
}

export async function run(name: string, options: Options): Promise<number> {
  const course = findCourse();
  const [id, ...others] = selectExercises(course, [name]);
  if (others.length > 0) throw new InputError(`"${name}" is ${others.length + 1} exercises; name one, such as ${id}`);
  const backend = backendNamed(options.backend);
  const timeout = positive('--timeout', options.timeout);
  const materials = await new MaterialsShelf(course).materials(id);
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
