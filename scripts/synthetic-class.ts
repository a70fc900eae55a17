/**
 * Makes a class whose grades are known beforehand: from solutions, alternates, known mistakes, stubs and broken files.
 *
 *   npx tsx scripts/synthetic-class.ts <folder> [--students 300] [--seed x] [--exercise <names>]
 *
 * writes <folder>/class, a folder a student, and <folder>/predicted.json, which scripts/check-class.ts holds grades against.
 */
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import seedrandom from 'seedrandom';
import { type Course, findCourse, PACKAGE_ROOT, pathsOf, selectExercises, specOf } from '../kit/spec/course.ts';
import { candidatesOf } from '../kit/verify/candidates.ts';

export interface Prediction {
  /** What it was made from. */
  made: string;
  expect: 'full' | 'less' | 'zero';
  /** The mistake that is named. */
  misconception?: string;
}

export type Predicted = Record<string, Record<string, Prediction>>;

/** What can be handed in for one exercise. `code` is null where the file is left out. */
interface Choice extends Prediction {
  code: () => Promise<string | null>;
}

interface Shelf {
  right: Choice[];
  wrong: Choice[];
  broken: Choice[];
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    students: { type: 'string', default: '300' },
    seed: { type: 'string', default: 'x' },
    exercise: { type: 'string', multiple: true, default: [] },
  },
});
const [folder] = positionals;
if (!folder) {
  console.error('usage: tsx scripts/synthetic-class.ts <folder> [--students 300] [--seed x] [--exercise <name>]');
  process.exit(2);
}

const course = findCourse(PACKAGE_ROOT);
const exercises = selectExercises(course, values.exercise);
const random = seedrandom(values.seed);
const pick = <T>(from: T[]): T => from[Math.floor(random() * from.length)];
const shelves = new Map<string, Shelf>();
for (const id of exercises) shelves.set(id, await shelfOf(course, id));

const classFolder = join(folder, 'class');
rmSync(classFolder, { recursive: true, force: true });
const predicted: Predicted = {};
for (let i = 1; i <= Number(values.students); i++) {
  const student = `student-${String(i).padStart(4, '0')}`;
  // Some get nearly all of it right, some little.
  const skill = 0.3 + 0.65 * random();
  predicted[student] = {};
  for (const id of exercises) {
    const shelf = shelves.get(id) as Shelf;
    const { code, ...prediction } = pick(random() < skill ? shelf.right : random() < 0.75 ? shelf.wrong : shelf.broken);
    predicted[student][id] = prediction;
    const text = await code();
    if (text !== null) write(join(classFolder, student, 'exercises', `${id}.ts`), text);
  }
  mkdirSync(join(classFolder, student, 'exercises'), { recursive: true });
  copyFileSync(join(PACKAGE_ROOT, 'exercises/arguments.ts'), join(classFolder, student, 'exercises/arguments.ts'));
}
write(join(folder, 'predicted.json'), `${JSON.stringify(predicted, null, 1)}\n`);
console.log(`${values.students} students, ${exercises.length} exercises each, in ${classFolder}`);

async function shelfOf(course: Course, id: string): Promise<Shelf> {
  const { stub, solution } = pathsOf(course, id);
  const functions = Object.keys(specOf(course, id).exports);
  const candidates = await candidatesOf(course, id);
  const variant = (group: string, name: string) => remembered(() => bundledVariant(course, id, group, name, functions));
  const right = readFileSync(solution, 'utf8').replace('../../exercises/arguments', '../arguments');
  const every = (body: string) => functions.map((fn) => `export function ${fn}() {\n  ${body}\n}\n`).join('\n');
  const zero = (made: string, text: string | null): Choice => ({ made, expect: 'zero', code: async () => text });
  return {
    right: [
      { made: 'solution', expect: 'full', code: async () => right },
      ...candidates
        .filter(({ kind }) => kind === 'alternate')
        .map(({ name }): Choice => ({ made: `alternate ${name}`, expect: 'full', code: variant('alternates', name) })),
    ],
    wrong: candidates
      .filter(({ kind }) => kind === 'wrong')
      .map(
        ({ name }): Choice => ({
          made: `wrong ${name}`,
          expect: 'less',
          misconception: name,
          code: variant('wrong', name),
        }),
      ),
    broken: [
      zero('stub', readFileSync(stub, 'utf8')),
      zero('no file', null),
      zero('syntax error', `${right}\n)`),
      zero('throws', every("throw new Error('no idea');")),
      zero('returns nothing', every('return undefined;')),
      zero('exits', `declare const process: { exit(): never };\n${every('process.exit();')}`),
    ],
  };
}

/** A variant's functions as one file that imports only TensorFlow.js. */
async function bundledVariant(course: Course, id: string, group: string, name: string, functions: string[]) {
  const { outputFiles } = await build({
    stdin: {
      contents: `import { ${group} } from './graders/${id}.variants.ts';\nexport const { ${functions.join(', ')} } = ${group}[${JSON.stringify(name)}];\n`,
      resolveDir: course.root,
      loader: 'ts',
    },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'neutral',
    target: 'node20',
    charset: 'utf8',
    external: ['@tensorflow/*'],
    logLevel: 'warning',
    absWorkingDir: course.root,
  });
  return outputFiles[0].text;
}

function remembered<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
