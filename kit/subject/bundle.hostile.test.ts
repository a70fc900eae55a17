import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { TEXT_LIMITS } from '../text/shortened.ts';
import { SOURCE_LIMITS } from '../wire/source-limits.ts';
import { type Bundle, type BundleError, bundle, isBundleError } from './bundle.ts';

const ENTRY = '01-first/x.ts';
const SECRET = 'c0ffee-secret';

/** Files by path; `exercises/` is the submission's, the rest is not. */
async function inside(files: Record<string, string>): Promise<Bundle | BundleError> {
  const folder = temporaryFolder(files);
  return bundle({
    entry: join(folder, 'exercises', ENTRY),
    within: join(folder, 'exercises'),
    root: folder,
  });
}

const bundled = (text: string, more: Record<string, string> = {}) => inside({ [`exercises/${ENTRY}`]: text, ...more });

async function messageOf(text: string, more?: Record<string, string>): Promise<string> {
  const result = await bundled(text, more);
  if (!isBundleError(result)) throw new Error('it was bundled');
  return result.message;
}

const works = async () => expect(isBundleError(await bundled('export const a = 1;'))).toBe(false);

describe('nothing but the submission’s files is read:', () => {
  it.each([
    '//# sourceMappingURL=../../secret.map',
    '//@ sourceMappingURL=../../secret.map',
    '/*# sourceMappingURL=../../secret.map */',
    '/*@\tsourceMappingURL=../../secret.map*/',
    '//#   SOURCEMAPPINGURL=../../secret.map',
    '//# sourceMappingURL=a\n//# sourceMappingURL=../../secret.map',
    '//# sourceMappingURL=/dev/zero',
    '//# sourceMappingURL=file:///dev/zero',
    '//# sourceMappingURL=%2e%2e/%2e%2e/secret.map',
    // "names", "sources": what a map says would stand in messages and places.
    `//# sourceMappingURL=data:application/json,{"version":3,"sources":["${SECRET}"],"mappings":"AAAA","names":[]}`,
  ])('no source map by %s', async (comment) => {
    const map = JSON.stringify({ version: 3, sources: [SECRET], mappings: 'AAAA', names: [] });
    for (const text of [`export const a = 1;\n${comment}`, `${comment}\nexport const a = 1;`]) {
      for (const secret of [map, SECRET]) {
        const result = await bundled(text, { 'secret.map': secret });
        expect(isBundleError(result)).toBe(false);
        expect(JSON.stringify(result)).not.toContain(SECRET);
      }
    }
  });

  it.each([
    'import("../../" + x)',
    'import(`../../\u0024{x}.ts`)',
    'import(("../../" + x) as any)',
    'require("../../" + x)',
    '(require)("../../" + x)',
    '(require as any)("../../" + x)',
    'require!("../../" + x)',
    '<any>require("../../" + x)',
    'require?.("../../" + x)',
    'r\\u0065quire("../../" + x)',
    'enum E { up = "../../" }\nimport(E.up + x)',
  ])('no files by a name that is put together: %s', async (code) => {
    const message = await messageOf(`export const f = (x: string) => [];\n${code};`, {
      'secret.ts': `export const a = '${SECRET}';`,
      'secret.json': `["${SECRET}"]`,
    });
    expect(message).toContain('here it is put together');
  });

  it('what only looks like such an import is none', async () => {
    for (const code of [
      'export const f = (a: string) => import(a);',
      'export const g = { require: "../" + 1, import: (x: string) => "./" + x };',
      'export const h = "require(\'../\' + x)"; // import("../" + x)',
    ])
      expect(await bundled(code)).toHaveProperty('code');
  });

  it('nor what another kind of import asks to be taken as text', async () => {
    const folder = temporaryFolder({ [`exercises/${ENTRY}`]: '', 'secret.ts': SECRET });
    const within = join(folder, 'exercises');
    symlinkSync(join(folder, 'secret.ts'), join(within, '01-first/y.ts'));
    for (const type of ['text', 'json', 'file', 'bytes']) {
      for (const from of ['../../secret.ts', './y.ts']) {
        writeFileSync(join(within, ENTRY), `import a from '${from}' with { type: '${type}' };\nexport { a };`);
        expect(JSON.stringify(await bundle({ entry: join(within, ENTRY), within }))).not.toContain(SECRET);
      }
    }
  });

  it('and no message names a place of the machine', async () => {
    const folder = temporaryFolder({ [`exercises/${ENTRY}`]: '' });
    const within = join(folder, 'exercises');
    for (const text of [
      'import "./y";',
      'import "../z.json";',
      'export const a = ;',
      `import "${folder}/a";`.slice(0, 8),
    ]) {
      writeFileSync(join(within, ENTRY), text);
      writeFileSync(join(within, 'z.json'), '{');
      expect(JSON.stringify(await bundle({ entry: join(within, ENTRY), within, root: folder }))).not.toContain(folder);
    }
  });
});

/** Of so many characters. */
const filled = (unit: string, size = SOURCE_LIMITS.fileBytes - 1000) => unit.repeat(Math.floor(size / unit.length));

describe('what is too large or too deep is refused before the bundler sees it:', () => {
  it.each<[string, string]>([
    ['lists', `x = ${filled('[')}`],
    ['calls', `x = ${filled('f(')}`],
    ['blocks', filled('{')],
    ['templates', `x = ${filled('`\u0024{')}`],
  ])('%s in each other', async (_, text) => {
    expect(await messageOf(text)).toContain('too deeply nested');
    await works();
  });

  it.each<[string, string]>([
    ['sums', `x = 1${filled('+1')}`],
    ['texts that are put together', `x = "a"${filled(' + "a"')}`],
    ['choices', `x = ${filled('a ? b : ')}c`],
    ['signs', `x = ${filled('!')}a`],
    ['functions', `x = ${filled('a => ')}1`],
    ['members', `x = a${filled('.a')}`],
    ['members, a line each', `x = a${filled('\n.a')}`],
    ['calls of what is returned', `x = f${filled('()')}`],
    ['conditions, a line each', `${filled('if (a)\n')}b`],
    ['labels', `${filled('l:\n')}b`],
    ['waiting', `${filled('await\n')}b`],
    ['namespaces', `namespace a${filled('.a')} {}`],
    ['other cases', filled('if (a) {} else ')],
  ])('%s without end', async (_, text) => {
    expect(await messageOf(text)).toContain('this statement is too long');
    await works();
  });

  it('JSON too', async () => {
    const error = await bundled(`import a from './a.json'; export { a };`, {
      'exercises/01-first/a.json': filled('['),
    });
    expect(error).toMatchObject({ file: 'exercises/01-first/a.json', line: 1 });
  });

  it('many files, many imports, and much in all', async () => {
    const names = (count: number) => Array.from({ length: count }, (_, i) => `a${i}`);
    const files = (all: string[], text: string) =>
      Object.fromEntries(all.map((name) => [`exercises/01-first/${name}.ts`, text]));
    const importing = (all: string[]) => all.map((name) => `import './${name}';`).join('\n');
    const many = names(SOURCE_LIMITS.files + 1);
    expect(await messageOf(importing(many), files(many, 'x();'))).toContain('files are imported');
    const large = names(5);
    expect(await messageOf(importing(large), files(large, filled('x();\n')))).toContain('bytes together');
    expect(await messageOf('import "q";'.repeat(SOURCE_LIMITS.imports + 100))).toContain('may not be imported');
  });

  it('and a name without end is cut', async () => {
    const message = await messageOf(`import "${filled('\\x01')}";`);
    expect(message.length).toBeLessThan(TEXT_LIMITS.name + 200);
    expect(message).toContain('…"');
  });

  it('a large table, and code without semicolons, are not', async () => {
    const table = `export const table = [${'[1.5, -2], '.repeat(20_000)}]`;
    const lines = filled('const a = f(b)\nif (a > 1)\n  g()\nelse h(a)\n', 20_000).replace(/const a/g, 'var a');
    const object = `export const o = {${Array.from({ length: 5000 }, (_, i) => `k${i}: ${i} + 1`)}}`;
    for (const text of [table, lines, object]) expect(await bundled(text)).toHaveProperty('code');
  });
});

describe('what ends the bundler is its author’s fault, and the next build works:', () => {
  it('text that grows as it is put together', { timeout: 60_000 }, async () => {
    const members = Array.from({ length: 40 }, (_, i) => `A${i + 1} = A${i} + A${i}`);
    const message = await messageOf(`enum E { A0 = "${'x'.repeat(50)}", ${members} }\nexport const x = E.A40;`);
    expect(message).toMatch(/to be bundled|bundle is too large/);
    await works();
  });

  it('one that takes more time than a build has', { timeout: 60_000 }, async () => {
    expect(await messageOf(filled('let a;'))).toContain('seconds to be bundled');
    await works();
  });

  it('a bundle much larger than its source', { timeout: 60_000 }, async () => {
    const deep = SOURCE_LIMITS.depth - 5;
    const text = `${'{'.repeat(deep)}${filled('a;\n', 300_000)}${'}'.repeat(deep)}`;
    expect(await messageOf(text)).toContain('bundle is too large');
    await works();
  });

  it.runIf(existsSync('/proc/self/task'))(
    'a process that is ended from outside is nobody’s, and started again',
    async () => {
      await works();
      const children = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').trim().split(' ').map(Number);
      const bundlers = children.filter((pid) => readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === 'esbuild');
      expect(bundlers.length).toBeGreaterThan(0);
      for (const pid of bundlers) process.kill(pid, 'SIGKILL');
      await works();
      expect(readdirSync('/proc')).not.toContain(String(bundlers[0]));
    },
  );

  it('builds that are asked for at once each have their own answer', { timeout: 60_000 }, async () => {
    const bad = `enum E { A0 = "${'x'.repeat(50)}", ${Array.from({ length: 40 }, (_, i) => `A${i + 1} = A${i} + A${i}`)} }\nexport const x = E.A40;`;
    const texts = ['export const a = 1;', bad, 'export const b = 2;', 'export const c = ;'];
    const results = await Promise.all(texts.map((text) => bundled(text)));
    expect(results.map(isBundleError)).toEqual([false, true, false, true]);
  });
});
