/** The submissions that prove an exercise: its stub, its model solution, other right answers, and known mistakes. */
import { build } from 'esbuild';
import { type Course, pathsOf } from '../course/course.ts';
import { InputError } from '../course/input-error.ts';
import { type Bundle, bundle, isBundleError } from '../subject/bundle.ts';

export interface Candidate {
  kind: 'stub' | 'solution' | 'alternate' | 'wrong';
  name: string;
  bundle: Bundle;
  /** Where its functions are in the bundle's exports. */
  path: string[];
}

export async function candidatesOf(course: Course, id: string): Promise<Candidate[]> {
  const { stub, solution, variants } = pathsOf(course, id);
  const [stubBundle, solutionBundle, variantsBundle] = await Promise.all(
    [stub, solution, variants].map((file) => bundled(course, file)),
  );
  const names = await variantNames(variants, course);
  const of = (kind: 'alternate' | 'wrong', group: string) =>
    names[kind].map((name): Candidate => ({ kind, name, bundle: variantsBundle, path: [group, name] }));
  return [
    { kind: 'stub', name: 'stub', bundle: stubBundle, path: [] },
    { kind: 'solution', name: 'solution', bundle: solutionBundle, path: [] },
    ...of('alternate', 'alternates'),
    ...of('wrong', 'wrong'),
  ];
}

async function bundled(course: Course, entry: string): Promise<Bundle> {
  const result = await bundle({ entry, root: course.root, within: course.root });
  if (isBundleError(result)) throw new InputError(`${result.file}:${result.line ?? 1}: ${result.message}`);
  return result;
}

/** The variants' names, read by running their module here, with a tfjs that does nothing: they are the course's own code. */
async function variantNames(file: string, course: Course): Promise<Record<'alternate' | 'wrong', string[]>> {
  const { outputFiles } = await build({
    entryPoints: [file],
    bundle: true,
    write: false,
    format: 'cjs',
    platform: 'node',
    external: ['@tensorflow/*'],
    logLevel: 'silent',
    absWorkingDir: course.root,
  });
  const module = { exports: {} as { wrong?: object; alternates?: object } };
  const inert: unknown = new Proxy(() => inert, { get: () => inert });
  new Function('module', 'exports', 'require', outputFiles[0].text)(module, module.exports, () => inert);
  const { wrong, alternates } = module.exports;
  if (!wrong || !alternates) throw new InputError(`${file} must export \`wrong\` and \`alternates\``);
  return { wrong: Object.keys(wrong), alternate: Object.keys(alternates) };
}
