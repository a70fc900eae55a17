import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { deriveSeed } from '../author/draw.ts';
import { leaves } from '../author/ndarray.ts';
import { PACKAGE_ROOT } from '../course/course.ts';
import { HiddenCases } from '../judge/hidden-cases.ts';
import { jsonReport } from '../report/json.ts';
import schema from '../report/report.schema.json' with { type: 'json' };
import { verdictOf } from '../report/report.ts';
import { terminalReport } from '../report/terminal.ts';
import {
  ATTENTION,
  cache,
  checkOf,
  checksOf,
  failuresOf,
  grade,
  gradeFolder,
  SEED,
  SOFTMAX,
  SOLUTIONS,
  STUBS,
  softmaxWith,
  submitted,
} from '../testing/submissions.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { submissionSeed } from './grade-submission.ts';

const noScale = SOLUTIONS[ATTENTION].replace('scale = 1 / Math.sqrt(D)', 'scale = 1');

describe('a right submission', () => {
  it('gets all points, on hidden and on public cases', async () => {
    for (const seed of [SEED, undefined]) {
      const report = await grade(SOLUTIONS, { seed });
      expect(report.exercises.flatMap(({ checks }) => checks.filter(({ status }) => status !== 'pass'))).toEqual([]);
      expect(report).toMatchObject({ score: report.maxScore, seed: seed ?? 'public' });
      expect(report.maxScore).toBeGreaterThan(0);
      expect(verdictOf(report)).toBe('all-passed');
    }
  });

  it('may keep constants of its own at the top of its file, tensors among them', async () => {
    const source = softmaxWith(
      '  return tf.tidy(() => tf.mul(right(x), ONE));',
      `const table = { one: 1 }; const ONE = tf.scalar(table.one);`,
    );
    const report = await grade({ [SOFTMAX]: source });
    expect(checkOf(report, 'hygiene/memory')).toMatchObject({ status: 'pass' });
    expect(report.score).toBe(report.maxScore);
  });

  it('may print, and is judged by the same rules', async () => {
    const report = await grade({ [SOFTMAX]: softmaxWith(`console.log('x', [1], { a: 1 }); return right(x);`) });
    expect(report.score).toBe(report.maxScore);
  });

  it('without its export is told so', async () => {
    const report = await grade({ [SOFTMAX]: SOLUTIONS[SOFTMAX].replace('export function', 'function') });
    expect(checksOf(report)[0].message).toMatch(/exports no function softmax \(is the word "export" missing/);
  });

  it.each(['console.log(x)', 'tf.print(x)', 'x.print()'])('sees what %s prints', async (print) => {
    const report = await grade({ [SOFTMAX]: softmaxWith(`${print}; return right(x);`) }, { seed: undefined });
    expect(report.exercises[0].printed).toMatch(/^Tensor\n +\[/);
    const said = checksOf(report).map(({ message }) => message);
    expect(said).toContain('1 download into JavaScript (dataSync, array, print …), where the budget is 0');
  });
});

describe('a stub', () => {
  it('gets no point, and is told what to do next and where', async () => {
    const report = await grade(STUBS);
    expect(report.score).toBe(0);
    for (const exercise of [0, 1]) {
      const [first] = checksOf(report, exercise);
      expect(first.message).toMatch(/not written yet: TODO 1/);
      expect(first.at).toMatch(/^exercises\/01-attention-fundamentals\/[\w-]+\.ts:\d+$/);
      expect(failuresOf(report, exercise)).toHaveLength(checksOf(report, exercise).length);
      expect(checksOf(report, exercise).every(({ misconception }) => misconception === null)).toBe(true);
    }
  });
});

describe('a wrong submission', () => {
  it('is told the misconception that it shows, and keeps the points that it earned', async () => {
    const report = await grade({ [ATTENTION]: noScale });
    expect(failuresOf(report).length).toBeGreaterThan(0);
    const unearned = failuresOf(report).filter(({ holds }) => holds);
    for (const { misconception } of failuresOf(report).filter((check) => !unearned.includes(check))) {
      expect(misconception?.id).toBe('noScale');
    }
    expect(unearned.map(({ id, misconception }) => [id, misconception])).toContainEqual(['hygiene/arguments', null]);
    expect(checkOf(report, 'stability/large-logits').status).toBe('pass');
    expect(report.score).toBe(checksOf(report).reduce((sum, { points }) => sum + points, 0));
    expect(report.score).toBeGreaterThan(0);
    expect(report.score).toBeLessThan(report.maxScore);
  });

  it('is told case, place, both values and the tolerance’s worth, with a picture', async () => {
    const report = await grade({ [ATTENTION]: noScale }, { seed: undefined });
    const { message } = checkOf(report, 'values/plain');
    expect(message).toMatch(/^case "[^"]+": out_BHTV\[\d+,\d+,\d+,\d+\]: expected -?[\d.e-]+, got -?[\d.e-]+/);
    const picture = failuresOf(report).find((check) => check.picture)?.picture;
    expect(picture?.got).toHaveLength((picture?.shape[0] ?? 0) * (picture?.shape[1] ?? 0));
    expect(picture?.got).not.toEqual(picture?.want);
  });

  it('is told which axis of its result is off, by letter and meaning', async () => {
    const cut = SOLUTIONS[ATTENTION].replaceAll(
      /return tf\.matMul\((.*), v_BHSV\);/g,
      'return tf.slice(tf.matMul($1, v_BHSV), 0, [-1, -1, T - 1, -1]) as tf.Tensor4D;',
    );
    expect(cut).not.toBe(SOLUTIONS[ATTENTION]);
    const { message } = checkOf(await grade({ [ATTENTION]: cut }), 'values/plain');
    expect(message).toMatch(/out_BHTV: expected shape .*, got .*: axis 2, T \(queries\), is \d+ and not \d+$/);
  });

  it.each([
    [
      'leaves a tensor behind',
      'tf.keep(tf.zeros([7, 3])); return right(x);',
      'a tensor of shape [7,3] is still in memory after the call',
    ],
    ['disposes its input', 'const out = right(x); x.dispose(); return out;', 'it disposes an input'],
    [
      'gives another answer each time',
      'return tf.tidy(() => right(x).add(count++ * 0.1));',
      'the same inputs give another weights the second time',
    ],
  ])('that %s loses that point', async (_, body, message) => {
    const report = await grade({ [SOFTMAX]: softmaxWith(body, 'let count = 0;') });
    expect(checkOf(report, 'hygiene/memory')).toMatchObject({
      status: 'fail',
      message: expect.stringContaining(message),
    });
  });

  it.each([
    [
      'is async',
      SOLUTIONS[SOFTMAX].replace('export function', 'export async function'),
      'softmax returned a promise; it must return its result directly',
    ],
    ['returns nothing', softmaxWith('right(x);'), 'softmax: expected a tensor, got nothing (is there a return?)'],
    [
      'returns numbers',
      softmaxWith('return right(x).arraySync() as never;'),
      'softmax: expected a tensor, got an array of',
    ],
    [
      'exports something else',
      SOLUTIONS[SOFTMAX].replace('function softmax', 'function softMax'),
      'the file exports no function softmax',
    ],
    ['throws', softmaxWith(`throw new RangeError('no idea');`), 'it threw RangeError: no idea'],
    ['throws what is not an error', softmaxWith('throw null;'), 'it threw '],
    ['throws while it is loaded', softmaxWith('return right(x);', `null!.x;`), 'it threw TypeError'],
    ['uses a kernel wrongly', softmaxWith('return tf.add(x, tf.zeros([9, 8, 7]));'), 'do not line up'],
  ])('that %s is told so', async (_, source, message) => {
    const report = await grade({ [SOFTMAX]: source });
    expect(checksOf(report)[0]).toMatchObject({ status: 'fail', message: expect.stringContaining(message) });
    expect(report.score).toBeLessThan(report.maxScore);
    expect(verdictOf(report)).toBe('not-all-passed');
  });
});

describe('a submission that cannot be run', () => {
  it('by a syntax error is told its line, and the next exercise is judged', async () => {
    const broken = `import * as tf from '@tensorflow/tfjs';\nexport function softmax(x) {\n  return x +;\n}\n`;
    const report = await grade({ [SOFTMAX]: broken, [ATTENTION]: SOLUTIONS[ATTENTION] });
    expect(report.exercises[0]).toMatchObject({ score: 0, problem: `exercises/${SOFTMAX}.ts:3: Unexpected ";"` });
    expect(failuresOf(report)).toHaveLength(checksOf(report).length);
    expect(report.exercises[1].score).toBe(report.exercises[1].maxScore);
  });

  it('because a file is missing is told which, and the next exercise is judged', async () => {
    const report = await gradeFolder(submitted({ [ATTENTION]: SOLUTIONS[ATTENTION] }), [SOFTMAX, ATTENTION]);
    expect(report.exercises[0]).toMatchObject({ score: 0, problem: `exercises/${SOFTMAX}.ts: there is no such file` });
    expect(report.exercises[1].score).toBe(report.exercises[1].maxScore);
  });

  it('because it imports what it may not is told so', async () => {
    const source = `import { readFileSync } from 'fs';\nexport { readFileSync };\n${SOLUTIONS[SOFTMAX]}`;
    expect((await grade({ [SOFTMAX]: source })).exercises[0].problem).toContain(`.ts:1: "fs" may not be imported here`);
  });

  it('because its exercises are links to the solutions gets nothing', async () => {
    const solutions = join(PACKAGE_ROOT, 'solutions');
    const whole = temporaryFolder();
    symlinkSync(solutions, join(whole, 'exercises'));
    const lecture = temporaryFolder({ 'exercises/README.md': '' });
    symlinkSync(join(solutions, SOFTMAX.split('/')[0]), join(lecture, 'exercises', SOFTMAX.split('/')[0]));
    const file = temporaryFolder();
    mkdirSync(join(file, 'exercises', SOFTMAX.split('/')[0]), { recursive: true });
    symlinkSync(join(solutions, `${SOFTMAX}.ts`), join(file, 'exercises', `${SOFTMAX}.ts`));
    for (const folder of [whole, lecture, file]) {
      const report = await gradeFolder(folder, [SOFTMAX]);
      expect(report.score).toBe(0);
      expect(report.exercises[0].problem).toContain('a link to a place outside the submission');
    }
  });
});

describe('a report', () => {
  it('is the same, byte for byte, from the same seed, and is as its schema says', async () => {
    const submission = { [SOFTMAX]: SOLUTIONS[SOFTMAX], [ATTENTION]: noScale };
    const [first, second] = [await grade(submission), await grade(submission)];
    expect(jsonReport(second)).toBe(jsonReport(first));
    const validate = new Ajv({ allowUnionTypes: true }).compile(schema);
    expect(validate(JSON.parse(jsonReport(first))), JSON.stringify(validate.errors)).toBe(true);
    expect(terminalReport(first, { explain: 'all' })).toContain('The scores are not divided by √D');
  });

  it('is replayed from the seed in it, which is not the course’s secret', () => {
    const seed = submissionSeed('my-course-2026', 'ada');
    expect(seed).toBe(deriveSeed('my-course-2026', 'ada'));
    expect(submissionSeed('my-course-2026', 'grace')).not.toBe(seed);
    expect(submissionSeed(`submission:${seed}`, 'whoever')).toBe(seed);
  });
});

describe('hidden cases', () => {
  const inputsFrom = async (seed: string) => {
    const [materials, oracle] = [await cache.materials(SOFTMAX), await cache.oracle(SOFTMAX)];
    const hidden = new HiddenCases(seed, materials, oracle);
    const cases = await Promise.all(materials.spec.checks.map((check) => hidden.of(check)));
    return cases.flat().flatMap(({ inputs }) => leaves(inputs).map(([, x]) => Array.from(x.data)));
  };

  it('are the same from the same seed, and others from another', async () => {
    const [one, again, other] = [await inputsFrom('a'), await inputsFrom('a'), await inputsFrom('b')];
    expect(again).toEqual(one);
    expect(other).toHaveLength(one.length);
    for (const [i, values] of other.entries()) {
      if (values.some(Number.isFinite)) expect(values, `inputs ${i}`).not.toEqual(one[i]);
    }
  });

  it('are not the public ones, and are more', async () => {
    const { fixture } = await cache.materials(SOFTMAX);
    const shown = Object.values(fixture.cases)
      .flat()
      .map(({ inputs }) => leaves(inputs).map(([, x]) => Array.from(x.data, Math.fround)));
    const hidden = await inputsFrom('a');
    expect(hidden.length).toBeGreaterThan(shown.length);
    const random = hidden.filter((values) => values.some(Number.isFinite));
    for (const values of random) expect(shown.flat()).not.toContainEqual(values);
  });
});
