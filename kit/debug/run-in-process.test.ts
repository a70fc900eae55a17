/** What the judge accepts runs here, and what it refuses is refused here in the same words. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findCourse } from '../course/course.ts';
import { MaterialsCache } from '../judge/materials.ts';
import { courseToWorkOn, FIRST, solution } from '../testing/course-to-work-on.ts';
import { type DebugResult, runInProcess } from './run-in-process.ts';

/** Of the first case, with these lines in the function. */
async function firstResult(lines: string, { top = '', files = {} as Record<string, string | Buffer> } = {}) {
  const root = courseToWorkOn();
  const text = solution(FIRST).replace(/(export function softmax.*\n)/, `${top}\n$1${lines}\n`);
  for (const [path, content] of Object.entries({ [`${FIRST}.ts`]: text, ...files }))
    writeFileSync(join(root, 'exercises', path), content);
  const course = await findCourse(root);
  const { value } = await runInProcess(course, await new MaterialsCache(course).materials(FIRST)).next();
  return value as DebugResult;
}

describe('kit run --debug', () => {
  it.each([
    ['', 'await tf.ready();'],
    ["tf.setBackend('webgl');", ''],
    ["console.group('one'); console.assert(true); console.groupEnd();", ''],
  ])('runs %s %s', async (lines, top) => {
    const { error, outputs } = await firstResult(lines, { top });
    expect(error).toBeUndefined();
    expect(outputs.every(({ isRight }) => isRight)).toBe(true);
  });

  it('finds a file by the ending that it is compiled to, and in any case', async () => {
    const helper = 'export const one = 1;';
    const top = `import { one } from './Helper.js';`;
    const files = { '01-attention-fundamentals/helper.ts': helper };
    expect((await firstResult('if (one !== 1) throw new Error();', { top, files })).error).toBeUndefined();
  });

  it.each([
    ['return tf.layers.softmax().apply(x);', /softmax\.ts:\d+: tf\.layers is not available in this course: /],
    ['return fetch("http://a");', /softmax\.ts:\d+: fetch is not available in this course: /],
  ])('refuses before anything is run: %s', async (lines, message) => {
    await expect(firstResult(lines)).rejects.toThrow(message);
  });

  it('refuses a file that is not text', async () => {
    const wide = Buffer.from('\ufeffexport const softmax = (x) => x;', 'utf16le');
    await expect(firstResult('', { files: { [`${FIRST}.ts`]: wide } })).rejects.toThrow('it is saved as UTF-16');
  });

  it.each([
    ['return (tf as any).shape(x);', /^TensorFlow\.js has no tf\.shape/],
    [
      'return tf.maxPool(x.reshape([1, 2, 2, 1]) as tf.Tensor4D, 1, 1, 0) as never;',
      /operation MaxPool is not available/,
    ],
  ])('refuses when it is come upon: %s', async (lines, message) => {
    expect((await firstResult(lines)).error?.message).toMatch(message);
  });
});
