import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cacheFile } from '../course/cache-file.ts';
import { type Course, findCourse, PACKAGE_ROOT } from '../course/course.ts';
import { temporaryFolder, writeFiles } from '../testing/temporary-folder.ts';
import { KeptProofs, type ProofSettings } from './kept-proofs.ts';
import type { Proof } from './prove.ts';

const ID = '01-x/a';
const { exercises } = await findCourse(PACKAGE_ROOT);
const YAML = readFileSync(join(PACKAGE_ROOT, 'graders', `${exercises[0]}.yaml`), 'utf8');
const FILES = {
  'package.json': '{}',
  'tsconfig.json': '{}',
  'exercises/arguments.ts': 'export const axes = 1;',
  'exercises/01-x/a.ts': "import { axes } from '../arguments'; export const f = axes;",
  'solutions/01-x/a.ts': "import { axes } from '../../exercises/arguments'; export const f = axes + 1;",
  'reference/01-x/a.ts': "import { sum } from '../sums.ts'; export const f = sum;",
  'reference/sums.ts': 'export const sum = 3;',
  'graders/01-x/a.yaml': YAML,
  'graders/01-x/a.ts': "import { draw } from '../../kit/draw.ts'; export default draw;",
  'graders/01-x/a.mistakes.ts': 'export const mistakes = {};',
  'graders/01-x/a.goldens.ts': 'export const goldens = {};',
  'exercises/01-x/README.md': 'handout',
  'kit/draw.ts': "import sizes from './sizes.json'; export const draw = sizes;",
  'kit/sizes.json': '[1]',
  'fixtures/01-x/a.json': '{}',
};
/** Nothing of these has a part in the exercise's proof. */
const OTHERS = {
  'exercises/02-y/README.md': 'handout',
  'exercises/01-x/a-second.ts': 'export const g = 1;',
  'graders/01-x/a-second.yaml': YAML,
  'reference/01-x/a.test.ts': "import { it } from 'vitest';",
  'kit/other.ts': 'export const other = 1;',
};
const SETTINGS: ProofSettings = { devices: { wasm: 'wasm', cpu: 'cpu' }, timeout: 10 };

const proofOf = (id: string, problems: string[] = []): Proof => ({
  id,
  problems,
  stub: { checks: 8, message: 'TODO 1' },
  right: [{ name: 'solution', margin: { cpu: 0.02 }, times: [] }],
  mistakes: [{ name: 'noScale', killedBy: ['values/plain'], miss: Infinity, feedback: 'It is not scaled.' }],
});

const courseWith = (files: Record<string, string> = {}) =>
  findCourse(temporaryFolder({ 'node_modules/.keep': '', ...FILES, ...OTHERS, ...files }));

const proofsOf = (course: Course, settings = SETTINGS, build = 'build 1') => new KeptProofs(course, settings, build);

/** A course in which the exercise is proven. */
async function provenCourse(proof = proofOf(ID)): Promise<Course> {
  const course = await courseWith();
  const proofs = proofsOf(course);
  await proofs.keep(proof, await proofs.inputs(ID), false);
  return course;
}

async function found(course: Course, settings?: ProofSettings, build?: string): Promise<Proof | undefined> {
  const proofs = proofsOf(course, settings, build);
  return proofs.find(ID, await proofs.inputs(ID));
}

const keptIn = ({ root }: Course) => cacheFile(root, `proofs/${ID}.wasm-cpu.json`) as string;

describe('a proof that was made', () => {
  it('is found as it was made while nothing changes', async () => {
    const course = await provenCourse();
    expect(await found(course)).toEqual(proofOf(ID));
    expect(await found(await findCourse(course.root))).toEqual(proofOf(ID));
  });

  it.each(Object.keys(FILES))('is not found once %s has changed', async (path) => {
    const { root } = await provenCourse();
    writeFiles(root, { [path]: `${FILES[path as keyof typeof FILES]} ` });
    expect(await found(await findCourse(root))).toBeUndefined();
  });

  it.each(Object.keys(OTHERS))('is found though %s has changed', async (path) => {
    const { root } = await provenCourse();
    writeFiles(root, { [path]: `${OTHERS[path as keyof typeof OTHERS]} ` });
    expect(await found(await findCourse(root))).toEqual(proofOf(ID));
  });

  it('is not found once the exercise has one file more', async () => {
    const { root } = await provenCourse();
    writeFiles(root, { 'graders/01-x/a.variants.ts': 'export const alternates = {};' });
    expect(await found(await findCourse(root))).toBeUndefined();
  });

  it('is not found once the lecture has a file that nobody is given', async () => {
    const { root } = await provenCourse();
    writeFiles(root, { 'exercises/01-x/mods.ts': '' });
    expect(await found(await findCourse(root))).toBeUndefined();
  });

  it.each<[string, ProofSettings, string]>([
    ['more backends', { ...SETTINGS, devices: { ...SETTINGS.devices, webgpu: 'webgpu, A card' } }, 'build 1'],
    ['fewer backends', { ...SETTINGS, devices: { cpu: 'cpu' } }, 'build 1'],
    ['another device', { ...SETTINGS, devices: { wasm: 'wasm', cpu: 'another' } }, 'build 1'],
    ['more time for a call', { ...SETTINGS, timeout: 60 }, 'build 1'],
    ['another build of the kit', SETTINGS, 'build 2'],
  ])('does not stand for one with %s', async (_, settings, build) => {
    expect(await found(await provenCourse(), settings, build)).toBeUndefined();
  });

  it('is kept for each set of backends', async () => {
    const course = await provenCourse();
    const onCpu = { ...SETTINGS, devices: { cpu: 'cpu' } };
    const proofs = proofsOf(course, onCpu);
    await proofs.keep(proofOf(ID), await proofs.inputs(ID), false);
    expect(await found(course, onCpu)).toBeDefined();
    expect(await found(course)).toBeDefined();
  });

  it.each(['', '{', '[]', 'null', '{"inputs":{},"proof":null}'])(
    'counts as none where its file is %j',
    async (text) => {
      const course = await provenCourse();
      writeFileSync(keptIn(course), text);
      expect(await found(course)).toBeUndefined();
    },
  );

  it('counts as none where its file tells of problems, or of another exercise', async () => {
    const course = await provenCourse();
    const whole = JSON.parse(readFileSync(keptIn(course), 'utf8'));
    for (const wrong of [{ problems: ['not proven'] }, { id: '01-x/b' }]) {
      writeFileSync(keptIn(course), JSON.stringify({ ...whole, proof: { ...whole.proof, ...wrong } }));
      expect(await found(course)).toBeUndefined();
    }
  });
});

describe('a proof is not kept', () => {
  it('where something is not proven', async () => {
    const course = await provenCourse(proofOf(ID, ['noScale on wasm passes everything']));
    expect(existsSync(keptIn(course))).toBe(false);
  });

  it('where a file changed while it was made', async () => {
    const course = await courseWith();
    const proofs = proofsOf(course);
    const before = await proofs.inputs(ID);
    writeFiles(course.root, { 'reference/sums.ts': 'export const sum = 4;' });
    await proofs.keep(proofOf(ID), before, true);
    expect(readdirSync(join(course.root, 'node_modules'))).toEqual(['.keep']);
  });

  it('where the YAML changed after it was read, before its hash was taken', async () => {
    const course = await courseWith();
    writeFiles(course.root, { 'graders/01-x/a.yaml': YAML.replace(/^title: .*$/m, 'title: Another') });
    const proofs = proofsOf(course);
    await proofs.keep(proofOf(ID), await proofs.inputs(ID), false);
    expect(await found(await findCourse(course.root))).toBeUndefined();
  });

  it('where an import leads nowhere: what it depends on is not known', async () => {
    const course = await courseWith({ 'reference/01-x/a.ts': "export * from './missing';" });
    const proofs = proofsOf(course);
    expect(await proofs.inputs(ID)).toBeNull();
    await proofs.keep(proofOf(ID), null, false);
    expect(await found(course)).toBeUndefined();
  });

  it('by a kit that runs from its sources', async () => {
    const course = await courseWith();
    const proofs = new KeptProofs(course, SETTINGS);
    await proofs.keep(proofOf(ID), await proofs.inputs(ID), false);
    expect(readdirSync(join(course.root, 'node_modules'))).toEqual(['.keep']);
  });
});

it('a proof that wrote its fixture anew is kept with the new one', async () => {
  const course = await courseWith();
  const proofs = proofsOf(course);
  const before = await proofs.inputs(ID);
  writeFiles(course.root, { [`fixtures/${ID}.json`]: '{"new": true}' });
  await proofs.keep(proofOf(ID), before, false);
  expect(await found(course)).toBeUndefined();
  await proofs.keep(proofOf(ID), before, true);
  expect(await found(course)).toEqual(proofOf(ID));
});
