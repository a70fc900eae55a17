/** The part of a grader that a student's repository carries: what it takes to judge the public cases. */
import { relative } from 'node:path';
import { build } from 'esbuild';
import { type Course, pathsOf } from '../course/course.ts';
import { type CheckSpec, type ExerciseSpec, exerciseYaml } from '../course/exercise.ts';
import { InputError } from '../course/input-error.ts';
import { readFixture } from '../judge/fixture.ts';

/** Without hidden cases, nor checks that have no others: judged on nothing, they would pass. Comments stay behind. */
export function publicSpec(spec: ExerciseSpec): ExerciseSpec {
  const open = (check: CheckSpec): CheckSpec => ({
    ...check,
    ...(check.cases && {
      cases: check.cases.filter(({ hidden }) => !hidden).map(({ hidden: _, ...rest }) => rest as never),
    }),
  });
  return { ...spec, checks: spec.checks.map(open).filter(({ cases }) => cases === undefined || cases.length > 0) };
}

export function publicSpecText(spec: ExerciseSpec): string {
  return `# What is judged, in which cases, for how many points. Grading adds cases that are not here.\n${exerciseYaml(publicSpec(spec))}`;
}

/**
 * The grader's code with all that it imports of the kit, as one JavaScript module.
 * @throws InputError if it imports anything else, such as a solution
 */
export async function graderModule(course: Pick<Course, 'root'>, id: string): Promise<string> {
  const file = pathsOf(course, id).grader;
  const { outputFiles, metafile } = await build({
    entryPoints: [file],
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    charset: 'utf8',
    packages: 'external',
    legalComments: 'none',
    logLevel: 'silent',
    absWorkingDir: course.root,
  });
  const own = relative(course.root, file).replaceAll('\\', '/');
  const stray = Object.keys(metafile.inputs).find((input) => input !== own && !input.startsWith('kit/'));
  if (stray) throw new InputError(`${file} imports ${stray}; a grader that students get may import from kit/ only`);
  return outputFiles[0].text;
}

/** @throws InputError if the fixture tells of a case that is not public */
export function refuseHiddenCases(course: Pick<Course, 'root'>, id: string, spec: ExerciseSpec): void {
  const file = pathsOf(course, id).fixture;
  const fixture = readFixture(file);
  const open = publicSpec(spec).checks;
  const isPublic = (check: string, name: string) =>
    open.some(({ id, cases = [] }) => id === check && cases.some((each) => each.name === name));
  // What it knows of mistakes, it knows by these cases.
  const named = Object.entries(fixture.cases).flatMap(([check, cases]) => cases.map(({ name }) => [check, name]));
  const secret = named.find(([check, name]) => !isPublic(check, name));
  if (secret) {
    throw new InputError(
      `${file} contains ${secret.join('/')}, which is not a public case; \`kit verify ${id} --update\` writes it again`,
    );
  }
}
