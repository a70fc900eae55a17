/** What judging a submission's exercise takes, got ready while the one before is judged. */
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { PACKAGE_ROOT } from '../course/course.ts';
import { ALWAYS_GIVEN, type Given, givenTo } from '../course/given.ts';
import { type Cases, HiddenCases, isHeldAgainstSolution } from '../judge/hidden-cases.ts';
import type { Materials, MaterialsCache } from '../judge/materials.ts';
import { type Bundle, type BundleError, bundle, isBundleError } from '../subject/bundle.ts';
import { inAnyCase, namedAlike } from '../subject/find-file.ts';
import type { Sandbox } from '../subject/sandbox.ts';

export interface Prepared {
  materials: Materials;
  cases: Cases;
  bundled: Bundle | BundleError;
  /** The learner's file; empty where it cannot be bundled. */
  source: string;
}

interface Request {
  folder: string;
  cache: MaterialsCache;
  /** Undefined for the public cases. */
  seed?: string;
  /** Of files that were handed in and are not in the folder, by path: why. */
  missing?: ReadonlyMap<string, string>;
  /** Where the model solution's costs are counted. */
  besides?: Sandbox;
}

/** Each in its turn; the next is begun as soon as nothing more of this one is to be drawn. */
export async function* prepared(request: Request, exercises: string[]): AsyncGenerator<Prepared> {
  let coming = exercises.length > 0 ? prepare(request, exercises[0]) : undefined;
  for (let next = 1; coming; next++) {
    const { ready, drawn } = await coming;
    coming = next < exercises.length ? drawn.then(() => prepare(request, exercises[next])) : undefined;
    // Told when its turn has come, if ever.
    coming?.catch(() => {});
    yield ready;
  }
}

async function prepare(
  { folder, cache, seed, missing, besides }: Request,
  id: string,
): Promise<{ ready: Prepared; drawn: Promise<void> }> {
  const materials = await cache.materials(id);
  const isNeeded = materials.spec.checks.some((check) => check.kind === 'time' || isHeldAgainstSolution(check));
  const cases: Cases = seed
    ? new HiddenCases(seed, materials, await cache.oracle(id), isNeeded ? await cache.solution(id) : null, besides)
    : { kind: 'public' };
  const bundled =
    notTaken(id, missing) ?? (await bundleExercise(folder, id, givenTo(cache.course, id, materials.spec)));
  // What could not be bundled is not run; it may be no file at all, such as a pipe that nobody writes to.
  if (isBundleError(bundled)) return { ready: { materials, cases, bundled, source: '' }, drawn: Promise.resolve() };
  const drawn = cases.kind === 'hidden' ? cases.drawAhead() : Promise.resolve();
  return { ready: { materials, cases, bundled, source: sourceOf(folder, id) }, drawn };
}

function notTaken(id: string, missing?: ReadonlyMap<string, string>): BundleError | null {
  const file = `exercises/${id}.ts`;
  const reason = missing?.get(file);
  return reason === undefined ? null : { file, line: null, message: `it is ${reason}; hand in a plain source file` };
}

/** The exercise as it would run: its file, what it imports of the submission's own, and what it is given. */
export async function bundleExercise(
  folder: string,
  id: string,
  given: Given = { [ALWAYS_GIVEN]: join(PACKAGE_ROOT, 'exercises', ALWAYS_GIVEN) },
): Promise<Bundle | BundleError> {
  const within = resolve(folder, 'exercises');
  const entry = fileOf(folder, id);
  // A link would lead to files that are not the submission's, such as the solutions.
  if (existsSync(within) && realpathSync(within) !== join(realpathSync(folder), 'exercises')) {
    return { file: 'exercises', line: null, message: 'it is a link to a place outside the submission' };
  }
  if (!existsSync(entry)) {
    const [other] = namedAlike(entry);
    const hint = other ? `; there is ${other}, which must be named ${basename(entry)}` : '';
    return { file: `exercises/${id}.ts`, line: null, message: `there is no such file${hint}` };
  }
  return bundle({ entry, root: resolve(folder), within, given });
}

/** Where the exercise lies. A disk that does not tell upper from lower case may have written its name in another. */
function fileOf(folder: string, id: string): string {
  const within = resolve(folder, 'exercises');
  const file = join(within, `${id}.ts`);
  return existsSync(file) ? file : (inAnyCase(file, within) ?? file);
}

/** The learner's file as text; it may have been taken away since it was read. */
function sourceOf(folder: string, id: string): string {
  try {
    return readFileSync(fileOf(folder, id), 'utf8');
  } catch {
    return '';
  }
}
