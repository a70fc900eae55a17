import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Course, findCourse, pathsOf, selectExercises } from '../course/course.ts';
import { givenTo } from '../course/given.ts';
import { InputError } from '../course/input-error.ts';
import { hasDesktop, openFile } from '../files/open-file.ts';
import { writeWhole } from '../files/write-whole.ts';
import { bundleExercise } from '../grade/prepare.ts';
import { type Materials, MaterialsCache } from '../judge/materials.ts';
import { type ShownCase, showCase, shownCases } from '../judge/show-case.ts';
import { showPage } from '../report/show-page.ts';
import { type Bundle, isBundleError } from '../subject/bundle.ts';
import { Sandbox } from '../subject/sandbox.ts';
import { Subject } from '../subject/subject.ts';
import { plain } from '../text/plain.ts';
import { backendNamed, positive, withHosts } from './session.ts';

interface Options {
  case?: string;
  mistake?: string;
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
  const mistake = options.mistake === undefined ? undefined : await candidateOf(course, id, options.mistake);
  const { bundle, path } = mistake ?? { bundle: await ownCode(course, materials), path: [] };
  const shown: ShownCase[] = await withHosts(backend, async (hosts) => {
    const sandbox = new Sandbox(hosts);
    try {
      const subject = new Subject(sandbox, { exports: materials.spec.exports, bundle, path, timeout });
      const all: ShownCase[] = [];
      for (const prepared of chosen) all.push(await showCase(subject, materials, prepared));
      return all;
    } finally {
      await sandbox.close();
    }
  });
  const file = options.out ?? join(course.root, '.kit/show', `${id}.html`);
  writeWhole(file, showPage({ id, title: materials.spec.title, mistake, cases: shown }));
  const problem = shown.find((one) => one.problem)?.problem;
  process.stdout.write(`${problem ? `${plain(problem)}\nOnly the expected values are drawn: ` : ''}${file}\n`);
  if (options.open && process.stdout.isTTY && hasDesktop()) await openFile(file);
  return 0;
}

async function ownCode(course: Course, { id, spec }: Materials): Promise<Bundle> {
  const bundled = await bundleExercise(course.root, id, givenTo(course, id, spec));
  if (!isBundleError(bundled)) return bundled;
  const place = `${bundled.file}${bundled.line === null ? '' : `:${bundled.line}`}`;
  throw new InputError(`${place}: ${plain(bundled.message)}`);
}

/** A known mistake in place of the learner's code: in the course's own repository, which has the model solution. */
async function candidateOf(course: Course, id: string, name: string) {
  if (!existsSync(pathsOf(course, id).mistakes)) {
    throw new InputError(`--mistake: the known mistakes of ${id} are not in this repository, only in the course's own`);
  }
  const { candidatesOf } = await import('../verify/candidates.ts');
  const { editsOf } = await import('../verify/edits.ts');
  const { candidates, mistakes } = await candidatesOf(course, id);
  const found = candidates.find((candidate) => candidate.kind === 'mistake' && candidate.name === name);
  if (!found)
    throw new InputError(`--mistake: "${name}" is not a known mistake of ${id}: ${Object.keys(mistakes).join(', ')}`);
  return { ...found, says: mistakes[name].says, edits: editsOf(mistakes[name]) };
}
