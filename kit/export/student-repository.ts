/** All files of a student's repository, by path. The same course and assignment give the same bytes. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Assignment } from '../course/assignments.ts';
import { type Course, lectureOf, PACKAGE_ROOT, pathsOf, specOf } from '../course/course.ts';
import { type Given, givenTo } from '../course/given.ts';
import { InputError } from '../course/input-error.ts';
import { maxPoints } from '../course/points.ts';
import { EXPORT_FILE, type ExportRecord } from '../course/student-repository.ts';
import { classroomWorkflow } from './classroom-workflow.ts';
import { type EnginePackage, enginePackage } from './engine-package.ts';
import { cutLockfile, type Lock } from './lockfile.ts';
import { graderModule, publicSpecText, refuseHiddenCases } from './public-grader.ts';
import {
  DEVCONTAINER,
  GITATTRIBUTES,
  GITIGNORE,
  json,
  studentManifest,
  TSCONFIG,
  testFile,
  VITEST_CONFIG,
  vscode,
} from './student-files.ts';
import { studentReadme } from './student-readme.ts';

export type Files = Map<string, string | Uint8Array>;

export async function studentRepository(course: Course, assignment: Assignment): Promise<Files> {
  const lock = readLock();
  const versions = (name: string) => lock.packages[`node_modules/${name}`].version;
  const given: Given = Object.assign({}, ...assignment.exercises.map((id) => givenTo(course, id, specOf(course, id))));
  const engine = enginePackage(versions, given);
  const { node } = readManifest().engines;
  const manifest = studentManifest({ name: assignment.name, title: assignment.title, engine, versions, node });
  const exercises = assignment.exercises.map((id) => described(course, assignment, id));
  const files: Files = new Map<string, string | Uint8Array>([
    ['README.md', studentReadme(assignment, exercises, Object.keys(given))],
    ['.github/workflows/classroom.yml', classroomWorkflow(assignment.title, exercises)],
    ['package.json', json(manifest)],
    ['package-lock.json', json(cutLockfile(manifest, withEngine(lock, engine)))],
    ['tsconfig.json', TSCONFIG],
    ['vitest.config.ts', VITEST_CONFIG],
    ['.gitignore', GITIGNORE],
    ['.gitattributes', GITATTRIBUTES],
    ['.devcontainer/devcontainer.json', DEVCONTAINER],
    ...Object.entries(vscode(Object.keys(given))),
    ...Object.entries(given).map(([path, file]): [string, string] => [`exercises/${path}`, readFileSync(file, 'utf8')]),
    [engine.path, engine.bytes],
  ]);
  for (const lecture of new Set(assignment.exercises.map(lectureOf))) addHandout(files, course, lecture);
  for (const id of assignment.exercises) await addExercise(files, course, id);
  files.set(EXPORT_FILE, json(recordOf(assignment, files)));
  return files;
}

async function addExercise(files: Files, course: Course, id: string): Promise<void> {
  const paths = pathsOf(course, id);
  const spec = specOf(course, id);
  refuseHiddenCases(course, id, spec);
  const stub = readFileSync(paths.stub, 'utf8');
  files.set(`exercises/${id}.ts`, stub);
  // For `kit reset`.
  files.set(`.kit/stubs/${id}.ts`, stub);
  files.set(`fixtures/${id}.json`, withoutKernels(readFileSync(paths.fixture, 'utf8')));
  files.set(`graders/${id}.yaml`, publicSpecText(spec));
  files.set(`graders/${id}.js`, await graderModule(course, id));
  files.set(`tests/${id}.test.ts`, testFile(id));
}

/** How many kernels the model solution runs is shown beside the learner's own; which ones would tell how it is written. */
export const withoutKernels = (fixture: string): string =>
  fixture.replace(/("byName": ?)\{[^{}]*\}/g, (_, name) => `${name}{}`);

/** The lecture's README and figures; other exercises of the lecture stay where they are. */
function addHandout(files: Files, course: Course, lecture: string): void {
  const folder = join(course.root, 'exercises', lecture);
  if (existsSync(join(folder, 'README.md'))) {
    files.set(`exercises/${lecture}/README.md`, readFileSync(join(folder, 'README.md'), 'utf8'));
  }
  const figures = existsSync(join(folder, 'figures')) ? readdirSync(join(folder, 'figures')) : [];
  for (const figure of figures) {
    files.set(`exercises/${lecture}/figures/${figure}`, readFileSync(join(folder, 'figures', figure)));
  }
}

function described(course: Course, { points }: Assignment, id: string) {
  const spec = specOf(course, id);
  return { id, title: spec.title, points: points?.[id] ?? maxPoints(spec) };
}

function readManifest(): { version: string; engines: { node: string } } {
  return JSON.parse(readFileSync(join(PACKAGE_ROOT, 'package.json'), 'utf8'));
}

function readLock(): Lock {
  const file = join(PACKAGE_ROOT, 'package-lock.json');
  if (!existsSync(file)) throw new InputError(`${file} is missing: \`kit export\` runs in a checkout of the kit`);
  return JSON.parse(readFileSync(file, 'utf8')) as Lock;
}

function withEngine(lock: Lock, { name, locked }: EnginePackage): Lock {
  return { packages: { ...lock.packages, [`node_modules/${name}`]: locked } };
}

/** The mark of an export of these files. */
export function recordOf(assignment: Assignment, files: Files): ExportRecord {
  const { version } = readManifest();
  const hashes = [...files].map(([path, content]) => [path, sha256(content)]).sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    schema: 'attention-kit/export/v1',
    kit: version,
    assignment: assignment.name,
    title: assignment.title,
    files: Object.fromEntries(hashes),
  };
}

export const sha256 = (content: string | Uint8Array) => createHash('sha256').update(content).digest('hex');
