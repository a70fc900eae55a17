import { rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { SOFTMAX } from '../testing/submissions.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { bundleExercise } from './prepare.ts';

const CODE = 'export const softmax = (x: unknown) => x;';
const bundled = (files: Record<string, string>) => bundleExercise(temporaryFolder(files), SOFTMAX);

it.each(['01-attention-fundamentals/Softmax.ts', '01-Attention-Fundamentals/softmax.TS'])(
  'an exercise is found by a name that differs in case: %s',
  async (path) => {
    expect(await bundled({ [`exercises/${path}`]: CODE })).toHaveProperty('code');
  },
);

it('the name that is written as it should be comes first', async () => {
  const files = { [`exercises/${SOFTMAX}.ts`]: CODE, 'exercises/01-attention-fundamentals/Softmax.ts': ')' };
  expect(await bundled(files)).toHaveProperty('code');
});

it('of two that differ in case neither is guessed', async () => {
  const folder = 'exercises/01-attention-fundamentals';
  expect(await bundled({ [`${folder}/Softmax.ts`]: CODE, [`${folder}/SoftMax.ts`]: CODE })).toMatchObject({
    message: expect.stringContaining('there is no such file; there is SoftMax.ts, which must be named softmax.ts'),
  });
});

it.each(['softmax.js', 'softmax.ts.txt', 'Softmax.tsx'])('a file of another ending is named: %s', async (name) => {
  expect(await bundled({ [`exercises/01-attention-fundamentals/${name}`]: CODE })).toEqual({
    file: `exercises/${SOFTMAX}.ts`,
    line: null,
    message: `there is no such file; there is ${name}, which must be named softmax.ts`,
  });
});

it('a link of another case leads out no more than any other', async () => {
  const outside = join(temporaryFolder({ 'secret.ts': CODE }), 'secret.ts');
  const folder = temporaryFolder({ 'exercises/01-attention-fundamentals/Softmax.ts': '' });
  const link = join(folder, 'exercises/01-attention-fundamentals/Softmax.ts');
  rmSync(link);
  symlinkSync(outside, link);
  expect(await bundleExercise(folder, SOFTMAX)).toMatchObject({
    message: 'the file is a link to a place outside the submission',
  });
});
