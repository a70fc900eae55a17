import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { type Bundle, type BundleError, bundle, isBundleError } from './bundle.ts';

const ENTRY = '01-first/x.ts';

async function bundled(files: Record<string, string>, given?: Record<string, string>): Promise<Bundle | BundleError> {
  const within = join(temporaryFolder(prefixed(files)), 'exercises');
  return bundle({ entry: join(within, ENTRY), within, given });
}

const prefixed = (files: Record<string, string>) =>
  Object.fromEntries(Object.entries(files).map(([path, text]) => [join('exercises', path), text]));

async function codeOf(files: Record<string, string>, given?: Record<string, string>): Promise<string> {
  const result = await bundled(files, given);
  if (isBundleError(result)) throw new Error(`${result.file}:${result.line}: ${result.message}`);
  return result.code;
}

async function errorOf(files: Record<string, string>): Promise<BundleError> {
  const result = await bundled(files);
  if (!isBundleError(result)) throw new Error('it was bundled');
  return result;
}

/** What the bundle exports, with a `require` that gives names back. */
function exportsOf(code: string): Record<string, unknown> {
  const module = { exports: {} };
  new Function('module', 'exports', 'require', code)(module, module.exports, (name: string) => ({ name }));
  return module.exports;
}

describe('a submission may import', () => {
  it.each(['tfjs', 'tfjs-core', 'tfjs-node', 'tfjs-node-gpu'])(
    '@tensorflow/%s, which the sandbox provides',
    async (name) => {
      const code = await codeOf({ [ENTRY]: `import * as tf from '@tensorflow/${name}'; export const got = tf.name;` });
      expect(exportsOf(code).got).toBe(`@tensorflow/${name}`);
    },
  );

  it('its own files, with or without an ending, folders by their index, and JSON', async () => {
    const code = await codeOf({
      [ENTRY]: `import { a } from './a'; import { b } from '../lib/b.ts'; import { c } from '../lib'; import d from './d.json';
        export const sum = a + b + c + d.value;`,
      '01-first/a.ts': 'export const a: number = 1;',
      'lib/b.ts': 'export const b = 10;',
      'lib/index.ts': 'export const c = 100;',
      '01-first/d.json': '{"value": 1000}',
    });
    expect(exportsOf(code).sum).toBe(1111);
  });

  it.each([
    ['./a.js', '01-first/a.ts'],
    ['./a.js', '01-first/a.tsx'],
    ['./a.js', '01-first/a.js'],
    ['./a.mjs', '01-first/a.mts'],
    ['./a.cjs', '01-first/a.cts'],
    ['./a.mts', '01-first/a.mts'],
    ['./a', '01-first/a/index.ts'],
    ['./a', '01-first/a/index.js'],
    ['./A', '01-first/a.ts'],
    ['../LIB/a.js', 'lib/A.ts'],
    ['./größe', '01-first/gr\u006f\u0308\u00dfe.ts'],
  ])('a file as tsc finds it: %s is %s', async (path, file) => {
    const files = { [ENTRY]: `export { a } from '${path}';`, [file]: 'export const a = 1;' };
    expect(exportsOf(await codeOf(files)).a).toBe(1);
  });

  it('of two files the one that tsc takes, and the one that is written so', async () => {
    const files = {
      [ENTRY]: `import { a } from './a.js'; import { b } from './B'; export const all = [a, b];`,
      '01-first/a.js': 'export const a = "js";',
      '01-first/a.ts': 'export const a = "ts";',
      '01-first/b.ts': 'export const b = "b";',
      '01-first/B.ts': 'export const b = "B";',
    };
    expect(exportsOf(await codeOf(files)).all).toEqual(['ts', 'B']);
  });

  it('a file that begins with a mark, or whose lines end as on Windows', async () => {
    const files = {
      [ENTRY]: `\ufeffimport { a } from './a';\r\nimport n from './n.json';\r\nexport const sum = a + n.n;\r\n`,
      '01-first/a.ts': '\ufeffexport const a = 1;\r\n',
      '01-first/n.json': '\ufeff{"n": 2}',
    };
    expect(exportsOf(await codeOf(files)).sum).toBe(3);
  });

  it.each(['../Arguments', '../ARGUMENTS.js'])('what it is given, as %s too', async (path) => {
    const kit = join(temporaryFolder({ 'arguments.ts': 'export const from: string = "kit";' }), 'arguments.ts');
    const files = { [ENTRY]: `export { from } from '${path}';`, 'Arguments.ts': 'export const from = "own";' };
    expect(exportsOf(await codeOf(files, { 'arguments.ts': kit })).from).toBe('kit');
  });

  it.each(['../arguments', '../arguments.ts', '../arguments.js', '../../exercises/arguments'])(
    'what it is given as %s, which is the kit’s whether the submission has a copy, a changed one, a link or none',
    async (path) => {
      const kit = join(temporaryFolder({ 'arguments.ts': 'export const from: string = "kit";' }), 'arguments.ts');
      const entry = { [ENTRY]: `export { from } from '${path}';` };
      const given = { 'arguments.ts': kit };
      const changed: Record<string, string>[] = [
        { 'arguments.ts': 'export const from = "own";' },
        { 'arguments/index.ts': '(' },
      ];
      for (const own of [{}, ...changed]) {
        expect(exportsOf(await codeOf({ ...entry, ...own }, given)).from).toBe('kit');
      }
    },
  );

  it('what it is given of its lecture, and that what it is given itself; a file of another name is its own', async () => {
    const kit = temporaryFolder({
      'tape.ts': 'export const tape = "kit";',
      '01-first/mods.ts': `import { tape } from '../tape'; export const mods = () => tape;`,
    });
    const given = { 'tape.ts': join(kit, 'tape.ts'), '01-first/mods.ts': join(kit, '01-first/mods.ts') };
    const files = {
      [ENTRY]: `import { mods } from './mods'; import { other } from './other'; export const all = [mods(), other];`,
      '01-first/other.ts': `import { tape } from '../tape'; export const other = \`own with \${tape}\`;`,
      'tape.ts': 'export const tape = "changed";',
    };
    expect(exportsOf(await codeOf(files, given)).all).toEqual(['kit', 'own with kit']);
  });

  it('no more through what it is given than that is given', async () => {
    const kit = temporaryFolder({ 'tape.ts': `export * from './secret';`, 'secret.ts': '' });
    const files = { [ENTRY]: `export * from '../tape';`, 'secret.ts': '' };
    await expect(codeOf(files, { 'tape.ts': join(kit, 'tape.ts') })).rejects.toThrow('"./secret" is not given');
  });
});

describe('a submission may not import', () => {
  it.each([
    'fs',
    'node:fs',
    'child_process',
    'lodash',
    '@tensorflow/tfjs-core/dist/engine',
    '@tensorflow/tfjs-evil',
    '/etc/passwd',
  ])('%s', async (name) => {
    expect(await errorOf({ [ENTRY]: `const one = 1;\nimport x from '${name}'; export { x };` })).toEqual({
      file: ENTRY,
      line: 2,
      message: `"${name}" may not be imported here; only @tensorflow/tfjs and your own files below exercises/`,
    });
  });

  it.each([`const x = require('fs');`, `export const x = import('node:fs');`, `export * from 'os';`, `import 'os';`])(
    'a builtin in any other way: %s',
    async (line) => {
      expect((await errorOf({ [ENTRY]: line })).message).toContain('may not be imported here');
    },
  );

  it('what is not there', async () => {
    const error = await errorOf({ [ENTRY]: `\n\nimport './helper';` });
    expect(error).toEqual({ file: ENTRY, line: 3, message: 'there is no file "./helper"' });
  });

  it('files outside its exercises', async () => {
    const folder = temporaryFolder({
      'secret.ts': 'export const s = 1;',
      [`exercises/${ENTRY}`]: `import '../../secret';`,
    });
    const within = join(folder, 'exercises');
    expect(await bundle({ entry: join(within, ENTRY), within })).toEqual({
      file: ENTRY,
      line: 1,
      message: `"../../secret" is outside the exercises/ folder of the submission`,
    });
  });

  it('files or folders outside through a link, and may not be such a link itself', async () => {
    const folder = temporaryFolder({
      'solutions/01-first/x.ts': 'export const s = 1;',
      [`exercises/${ENTRY}`]: `import '../linked'; `,
      'exercises/02-second/x.ts': `import '../folder/x';`,
    });
    const within = join(folder, 'exercises');
    symlinkSync(join(folder, 'solutions/01-first/x.ts'), join(within, 'linked.ts'));
    symlinkSync(join(folder, 'solutions/01-first'), join(within, 'folder'));
    symlinkSync(join(folder, 'solutions/01-first/x.ts'), join(within, 'entry.ts'));
    const messageOf = async (entry: string) =>
      ((await bundle({ entry: join(within, entry), within })) as BundleError).message;
    expect(await messageOf(ENTRY)).toContain('"../linked" is outside');
    expect(await messageOf('02-second/x.ts')).toContain('"../folder/x" is outside');
    expect(await messageOf('entry.ts')).toBe('the file is a link to a place outside the submission');
    expect(await messageOf('folder/x.ts')).toBe('the file is a link to a place outside the submission');
  });
});

describe('a submission that cannot be bundled is told where and why', () => {
  it('in a syntax error', async () => {
    expect(await errorOf({ [ENTRY]: 'export function f() {\n  return 1 +;\n}' })).toEqual({
      file: ENTRY,
      line: 2,
      message: 'Unexpected ";"',
    });
    const deeper = await errorOf({ [ENTRY]: `import './deep';`, '01-first/deep.ts': '\n\n}' });
    expect(deeper).toMatchObject({ file: '01-first/deep.ts', line: 3 });
  });

  it('in a file that is too large', async () => {
    const large = `export const x = '${'x'.repeat(600 * 1024)}';`;
    const message = expect.stringContaining('it has 614420 bytes; a source file may have 524288');
    expect(await errorOf({ [ENTRY]: large })).toMatchObject({ file: ENTRY, message });
    const error = await errorOf({ [ENTRY]: `import './data';`, '01-first/data.ts': large });
    expect(error).toMatchObject({ file: '01-first/data.ts', message });
  });

  it.each<[BufferEncoding, string]>([
    ['utf16le', '\ufeff'],
    ['utf16le', ''],
  ])('in a file that is saved as %s', async (encoding, mark) => {
    const within = join(temporaryFolder({ 'exercises/01-first/.keep': '' }), 'exercises');
    writeFileSync(join(within, ENTRY), Buffer.from(`${mark}export const a = 1;`, encoding));
    const message = expect.stringMatching(/^it is saved as UTF-16: save it again as UTF-8/);
    expect(await bundle({ entry: join(within, ENTRY), within })).toEqual({ file: ENTRY, line: 1, message });
  });

  it('in a folder by the name of a file', async () => {
    const within = join(temporaryFolder({ 'exercises/a.ts': '' }), 'exercises');
    mkdirSync(join(within, ENTRY), { recursive: true });
    expect(await bundle({ entry: join(within, ENTRY), within })).toMatchObject({
      message: 'it is a folder, not a file',
    });
  });

  it('in JSON that is none', async () => {
    const error = await errorOf({ [ENTRY]: `import x from './x.json'; export { x };`, '01-first/x.json': '{"a": }' });
    expect(error).toMatchObject({ file: '01-first/x.json', line: 1 });
  });
});

it('a submission’s own settings for the compiler have no effect', async () => {
  const code = await codeOf({
    [ENTRY]: 'export class A { x = 1; }',
    'tsconfig.json': '{"compilerOptions": {"paths": {"*": ["/etc/*"]}, "jsxFactory": "evil"}}',
    'package.json': '{"type": "module", "sideEffects": false}',
  });
  expect(exportsOf(code)).toHaveProperty('A');
});
