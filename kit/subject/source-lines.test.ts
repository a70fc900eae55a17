import { join } from 'node:path';
import { Script } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { type Bundle, bundle } from './bundle.ts';
import { BUNDLE_NAME, originOf } from './source-lines.ts';

const FILES = {
  'exercises/01-x/f.ts': `import { deep } from '../lib/deep';
import { requireTensor } from '../arguments';

interface Unused { a: number; }

export const direct = () => {
  throw new Error('here');
};
export const inner = () => deep();
export const refused = () =>
  requireTensor();
`,
  'exercises/lib/deep.ts': `export const deep = () => {\n  throw new Error('deep');\n};\n`,
  'exercises/arguments.ts': `export const requireTensor = () => {\n  throw new TypeError('no tensor');\n};\n`,
};

async function stackOf(
  fn: string,
  files: Record<string, string> = FILES,
  given: Record<string, string> = {},
): Promise<{ stack: string; map: string }> {
  const within = join(temporaryFolder(files), 'exercises');
  const { code, map } = (await bundle({ entry: join(within, '01-x/f.ts'), within, given })) as Bundle;
  const module = { exports: {} as Record<string, () => void> };
  new Script(`(function (module, exports) {${code}\n})`, { filename: BUNDLE_NAME }).runInThisContext()(
    module,
    module.exports,
  );
  try {
    module.exports[fn]();
  } catch (error) {
    return { stack: (error as Error).stack ?? '', map };
  }
  throw new Error('it did not throw');
}

async function origin(fn: string): Promise<string | undefined> {
  const { stack, map } = await stackOf(fn);
  return originOf(stack, map);
}

describe('an error in a bundle is placed', () => {
  it('in the learner’s own file and line, although the bundle has others', async () => {
    expect(await origin('direct')).toBe('01-x/f.ts:7');
  });

  it('in the file that threw, where the error came from another file of theirs', async () => {
    expect(await origin('inner')).toBe('lib/deep.ts:2');
  });

  it('in the line that called, where the checks of arguments threw that were given', async () => {
    expect(await origin('refused')).toBe('01-x/f.ts:11');
  });
});

it('an error in a file that is given is placed in the line that called, whatever that file is called', async () => {
  const kit = temporaryFolder({ 'tape.ts': 'export const hidden = () => {\n  throw new Error("no tape");\n};\n' });
  const files = { 'exercises/01-x/f.ts': `import { hidden } from '../tape';\n\nexport const used = () => hidden();\n` };
  const { stack, map } = await stackOf('used', files, { 'tape.ts': join(kit, 'tape.ts') });
  expect(originOf(stack, map)).toBe('01-x/f.ts:3');
  expect(JSON.parse(map).sources.sort()).toEqual(['01-x/f.ts', 'given:tape.ts']);
});

describe('a stack is text of the submission’s making', () => {
  it.each([
    '',
    'Error\n    at native code',
    `at ${BUNDLE_NAME}:0:0`,
    `at ${BUNDLE_NAME}:999999:1`,
    `at ${BUNDLE_NAME}:${'9'.repeat(400)}:1`,
    `at ${BUNDLE_NAME}:1:${'9'.repeat(400)}`,
    `at other.js:1:1`,
  ])('so %j leads nowhere, and does not throw', async (stack) => {
    const { map } = await stackOf('direct');
    expect(() => originOf(stack, map)).not.toThrow();
    expect(originOf(stack, map) ?? '01-x/f.ts:1').toMatch(/^[\w/.-]+:\d+$/);
  });
});
