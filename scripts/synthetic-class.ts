/**
 * Makes a class whose grades are known beforehand: from solutions, alternates, known mistakes, stubs and broken files,
 * with a few endless loops, memory hogs and printing floods among them, and a few broken or hostile zip files.
 *
 *   npx tsx scripts/synthetic-class.ts <folder> [--students 300] [--seed x] [--exercise <names>] [--one-each]
 *
 * writes <folder>/class, a folder or a zip file a student, and <folder>/predicted.json, which scripts/check-class.ts
 * holds grades against.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import seedrandom from 'seedrandom';
import { type Course, findCourse, PACKAGE_ROOT, pathsOf, selectExercises, specOf } from '../kit/course/course.ts';
import { makeZip } from '../kit/testing/make-zip.ts';
import { type Candidate, candidatesOf } from '../kit/verify/candidates.ts';

export interface Prediction {
  /** What it was made from. */
  made: string;
  expect: 'full' | 'less' | 'zero';
  /** The mistake that is named. */
  misconception?: string;
}

/** By student, then by exercise; or that nothing of it can be read. */
export type Predicted = Record<string, Record<string, Prediction> | 'unreadable'>;

/** What can be handed in for one exercise. `code` is null where the file is left out. */
interface Choice extends Prediction {
  code: () => Promise<string | null>;
}

interface Shelf {
  right: Choice[];
  wrong: Choice[];
  broken: Choice[];
  hostile: Choice[];
}

/** Of all exercises: an endless loop takes one of the jobs for as long as a call may take. */
const HOSTILE = 0.01;
/** Of all students: those that hand in a zip file. */
const ZIPPED = 0.04;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    students: { type: 'string', default: '300' },
    seed: { type: 'string', default: 'x' },
    exercise: { type: 'string', multiple: true, default: [] },
    /** A student hands in one exercise, the next student the next. */
    'one-each': { type: 'boolean', default: false },
  },
});
const [folder] = positionals;
if (!folder) {
  console.error(
    'usage: tsx scripts/synthetic-class.ts <folder> [--students 300] [--seed x] [--exercise <name>] [--one-each]',
  );
  process.exit(2);
}

const course = await findCourse(PACKAGE_ROOT);
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
  const own: Record<string, Prediction> = {};
  const files: Record<string, string> = {
    'exercises/arguments.ts': readFileSync(join(PACKAGE_ROOT, 'exercises/arguments.ts'), 'utf8'),
  };
  for (const id of values['one-each'] ? [exercises[(i - 1) % exercises.length]] : exercises) {
    const { code, ...prediction } = pick(shelfFor(shelves.get(id) as Shelf, skill));
    own[id] = prediction;
    const text = await code();
    if (text !== null) files[`exercises/${id}.ts`] = text;
  }
  predicted[student] = handIn(join(classFolder, student), files) ? own : 'unreadable';
}
write(join(folder, 'predicted.json'), `${JSON.stringify(predicted, null, 1)}\n`);
const each = values['one-each'] ? `one of ${exercises.length} exercises` : `${exercises.length} exercises`;
console.log(`${values.students} students, ${each} each, in ${classFolder}`);

function shelfFor({ right, wrong, broken, hostile }: Shelf, skill: number): Choice[] {
  if (random() < HOSTILE) return hostile;
  return random() < skill ? right : random() < 0.75 ? wrong : broken;
}

/** Writes a folder or, for a few, a zip file; returns whether it can be read. */
function handIn(path: string, files: Record<string, string>): boolean {
  if (random() >= ZIPPED) {
    for (const [name, text] of Object.entries(files)) write(join(path, name), text);
    return true;
  }
  const entries = Object.entries(files).map(([name, data]) => ({ name, data }));
  const zip = makeZip(entries);
  const [bytes, isReadable] = pick<[Uint8Array, boolean]>([
    [zip, true],
    [zip.subarray(0, zip.length / 2), false],
    // A bad entry is passed over, and the others are graded.
    [makeZip([...entries, { name: '../../exercises/evil.ts', data: '' }]), true],
    [makeZip([...entries, { name: 'exercises/link.ts', data: '/etc/passwd', mode: 0o120777 }]), true],
  ]);
  write(`${path}.zip`, bytes);
  return isReadable;
}

async function shelfOf(course: Course, id: string): Promise<Shelf> {
  const { stub, solution } = pathsOf(course, id);
  const functions = Object.keys(specOf(course, id).exports);
  const { candidates } = await candidatesOf(course, id);
  const right = readFileSync(solution, 'utf8').replaceAll('../../exercises/', '../');
  const every = (body: string) => functions.map((fn) => `export function ${fn}() {\n  ${body}\n}\n`).join('\n');
  const tfjs = "import * as tf from '@tensorflow/tfjs';\n";
  const zero = (made: string, text: string | null): Choice => ({ made, expect: 'zero', code: async () => text });
  return {
    right: [
      { made: 'solution', expect: 'full', code: async () => right },
      ...candidates
        .filter(({ kind }) => kind === 'alternate')
        .map(
          (each): Choice => ({
            made: `alternate ${each.name}`,
            expect: 'full',
            code: async () => fileOf(each, functions),
          }),
        ),
    ],
    wrong: candidates
      .filter(({ kind }) => kind === 'mistake')
      .map(
        (each): Choice => ({
          made: `mistake ${each.name}`,
          expect: 'less',
          misconception: each.name,
          code: async () => fileOf(each, functions),
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
    hostile: [
      zero('endless loop', every('for (;;);')),
      zero('memory hog', every('const kept: number[][] = [];\n  for (;;) kept.push(new Array(100_000).fill(0.5));')),
      zero('tensor hog', `${tfjs}${every('for (;;) tf.ones([1024, 1024]);')}`),
      zero('printing flood', every("for (let i = 0; i < 50_000; i++) console.log('x'.repeat(1000));")),
    ],
  };
}

/** A candidate as a file that imports only TensorFlow.js: its script, and the functions that it has for this name. */
function fileOf({ bundle, path }: Candidate, functions: string[]): string {
  const own = path.map((name) => `[${JSON.stringify(name)}]`).join('');
  return [
    "import * as tf from '@tensorflow/tfjs';",
    'const module: { exports: any } = { exports: {} };',
    '(function (exports: any, require: any) {',
    bundle.code,
    '})(module.exports, () => tf);',
    ...functions.map((fn) => `export const ${fn} = module.exports${own}.${fn};`),
    '',
  ].join('\n');
}

function write(file: string, content: string | Uint8Array): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}
