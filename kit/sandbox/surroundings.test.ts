/** What a submission finds around it, member by member, and that `kit run --debug` agrees. */
import * as tf from '@tensorflow/tfjs';
import { afterAll, describe, expect, it } from 'vitest';
import { bundleExercise } from '../grade/prepare.ts';
import { type Bundle, isBundleError } from '../subject/bundle.ts';
import { Sandbox } from '../subject/sandbox.ts';
import { Subject } from '../subject/subject.ts';
import { hosts, SOFTMAX, submitted } from '../testing/submissions.ts';
import { missingPart, tensorflowOf } from '../wire/tensorflow.ts';

const sandbox = new Sandbox(hosts);
afterAll(() => sandbox.close());

/** What `probe` gives in the sandbox, and what was printed. */
async function probed(body: string, ...args: unknown[]): Promise<{ found: unknown; printed: string }> {
  const source = `import * as tf from '@tensorflow/tfjs';
declare const process: any, require: any;
export const probe = (...args: any[]): any => { ${body} };`;
  const bundle = await bundleExercise(submitted({ [SOFTMAX]: source }), SOFTMAX);
  if (isBundleError(bundle)) throw new Error(bundle.message);
  const subject = new Subject(sandbox, { exports: { probe: 'data' }, bundle });
  return { found: await subject.submission.probe(...args), printed: subject.takePrinted() };
}

async function refusalOf(source: string): Promise<{ file: string; line: number | null; message: string }> {
  const result: Bundle | Awaited<ReturnType<typeof bundleExercise>> = await bundleExercise(
    submitted({ [SOFTMAX]: source }),
    SOFTMAX,
  );
  if (!isBundleError(result)) throw new Error('it was bundled');
  return result;
}

describe('tf', () => {
  const KINDS = `(names, of) => Object.fromEntries(names.map((name) => {
    try { return [name, typeof of[name]]; } catch (error) { return [name, error.name + ': ' + error.message]; }
  }))`;

  it('has every member of @tensorflow/tfjs, or refuses it in a sentence that says what to do; under --debug too', async () => {
    const all: Record<string, unknown> = { ...tf };
    const names = Object.keys(all);
    const { found } = await probed(`return (${KINDS})(args[0], tf);`, names);
    const inDebug = new Function(`return ${KINDS}`)()(names, tensorflowOf(tf));
    expect(found).toEqual(inDebug);
    for (const [name, kind] of Object.entries(found as Record<string, string>)) {
      const there = typeof all[name];
      if (kind === there) expect(missingPart(name)).toBeNull();
      else expect(kind).toMatch(new RegExp(`^NotAvailable: tf\\.${name} is not available in this course: .{30,}$`));
    }
    const refused = Object.values(found as object).filter((kind) => kind.startsWith('NotAvailable'));
    expect(refused.length).toBeLessThan(40);
  });

  it('has tensors with every method', async () => {
    const names = Object.getOwnPropertyNames(tf.Tensor.prototype);
    const body = 'const x: any = tf.scalar(1); return args[0].filter((name: string) => x[name] === undefined);';
    expect((await probed(body, names)).found).toEqual([]);
  });

  it('says what is meant by a name that TensorFlow.js does not have', async () => {
    const { found } = await probed(`return (${KINDS})(args[0], tf);`, ['shape', 'matmul', 'arange', 'nonsense']);
    expect(found).toEqual({
      shape: 'NotAvailable: TensorFlow.js has no tf.shape: it is a property of the tensor (x.shape)',
      matmul: 'NotAvailable: TensorFlow.js has no tf.matmul: did you mean tf.matMul?',
      arange: 'NotAvailable: TensorFlow.js has no tf.arange: tf.range makes it',
      nonsense: 'NotAvailable: TensorFlow.js has no tf.nonsense: is the name spelled correctly?',
    });
  });

  it('can be asked for a backend, which is the judge’s, and be waited for', async () => {
    const { found } = await probed(
      `tf.setBackend('webgl'); tf.ready(); tf.enableProdMode(); return tf.util.now() > 0;`,
    );
    expect(found).toBe(true);
  });
});

describe('a part of tf that is not there', () => {
  it.each([
    [`import * as tf from '@tensorflow/tfjs';\n\nexport const softmax = (x: any) => tf.layers.softmax().apply(x);`, 3],
    [`import * as own from '@tensorflow/tfjs';\nexport const softmax = (x: any) => own?.layers.softmax().apply(x);`, 2],
    [`import { layers } from '@tensorflow/tfjs';\nexport const softmax = (x: any) =>\n  layers.softmax().apply(x);`, 3],
    [
      `import { layers as l } from '@tensorflow/tfjs';\nawait 1;\nexport const softmax = (x: any) =>\n  l.softmax();`,
      4,
    ],
  ])('is refused before anything is run, with its line: %s', async (source, line) => {
    expect(await refusalOf(source)).toEqual({
      file: `exercises/${SOFTMAX}.ts`,
      line,
      message: expect.stringContaining('tf.layers is not available in this course: '),
    });
  });

  it.each([
    'const text = "tf.layers"; /*! tf.layers */',
    'const tf = { layers: 1 }; const one = tf.layers;',
    'const unused = () => tf.layers;',
  ])('may be spoken of, be the name of something else, or stand where nothing comes by: %s', async (line) => {
    const source = `import * as tf from '@tensorflow/tfjs';\nexport const softmax = (x: any) => { ${line.includes('unused') ? '' : line} return x; };\n${line.includes('unused') ? line : ''}`;
    expect(await bundleExercise(submitted({ [SOFTMAX]: source }), SOFTMAX)).toHaveProperty('code');
  });

  it('says so where it is come upon, if that could not be seen before', async () => {
    await expect(probed('const { layers } = tf; return layers;')).rejects.toMatchObject({
      failure: {
        code: 'not-available',
        message: expect.stringMatching(/^tf\.layers is not available/),
        at: `exercises/${SOFTMAX}.ts:3`,
      },
    });
  });
});

describe('console', () => {
  /** What a call of it needs, where anything is needed at all. */
  const CALLS: Record<string, string> = {
    assert: `console.assert(true, 'no'); console.assert(false, 'is %s', 'off')`,
    table: `console.table([{ a: 1 }])`,
    timeLog: `console.time('own'); console.timeLog('own', 'so far')`,
    timeEnd: `console.time('own'); console.timeEnd('own')`,
    countReset: `console.count('x'); console.countReset('x'); console.count('x')`,
    groupEnd: `console.group('outer'); console.groupEnd(); console.log('after')`,
    Console: '',
  };
  const PRINTS: Record<string, RegExp> = {
    assert: /^Assertion failed: is off$/,
    table: /│ 0 +│ 1 │/,
    time: /^$/,
    timeLog: /^own: [\d.]+m?s so far$/,
    timeEnd: /^own: [\d.]+m?s$/,
    countReset: /^x: 1\nx: 1$/,
    groupEnd: /^outer\nafter$/,
    trace: /^Trace: \[1\]\n +at \S*probe$/,
    count: /^\[1\]: 1$/,
    clear: /^$/,
    Console: /^$/,
  };

  it.each(Object.keys(console).filter((name) => !name.startsWith('_')))(
    '.%s works as it does in Node',
    async (name) => {
      const { found, printed } = await probed(
        `${CALLS[name] ?? `console.${name}('[1]')`}; return typeof (console as any).${name};`,
      );
      expect(found).toBe('function');
      // What only a debugger would show prints nothing in Node either.
      const silent = /^(profile|profileEnd|timeStamp|context|createTask)$/;
      expect(printed.trim()).toMatch(PRINTS[name] ?? (silent.test(name) ? /^$/ : /^'?\[1\]'?$/));
    },
  );

  it('shows tensors by their values, in groups, which end with the call', async () => {
    const body = `console.group('inner'); console.log(tf.tensor([1, 2]));`;
    expect((await probed(`${body} return 1;`)).printed).toBe('inner\n  Tensor\n      [1, 2]\n');
    expect((await probed(`console.log('flush'); return 1;`)).printed).toBe('flush\n');
  });

  it('is the same by globalThis, and by process.stdout', async () => {
    const { printed } = await probed(`globalThis.console.info('one'); process.stdout.write('two\\n'); return 1;`);
    expect(printed).toBe('one\ntwo\n');
  });
});

describe('of what else the types promise', () => {
  it.each([
    ['structuredClone', 'structuredClone({ a: [1] }).a[0]', 1],
    ['performance', 'performance.now() > 0', true],
    ['queueMicrotask', 'typeof queueMicrotask(() => {})', 'undefined'],
    ['setTimeout', 'typeof clearTimeout(setTimeout(() => {}, 1))', 'undefined'],
    ['URL', "new URL('a', 'http://b').href", 'http://b/a'],
    ['TextEncoder', "new TextDecoder().decode(new TextEncoder().encode('é'))", 'é'],
    ['crypto', 'crypto.getRandomValues(new Uint8Array(2)).length', 2],
    ['atob', 'atob(btoa("x"))', 'x'],
    ['AbortController', 'new AbortController().signal.aborted', false],
    ['Intl', 'new Intl.NumberFormat("en").format(1000)', '1,000'],
    ['process', 'typeof process.env.HOME + process.hrtime().length', 'undefined2'],
    ['require', "typeof require('@tensorflow/tfjs').matMul", 'function'],
    ['typeof fetch', 'typeof fetch + typeof globalThis.fetch', 'undefinedundefined'],
  ])('%s works', async (_, expression, value) => {
    expect((await probed(`return ${expression};`)).found).toBe(value);
  });

  it.each(['fetch', 'Buffer', 'navigator', 'document', 'localStorage', 'alert', 'Worker', 'WebSocket', '__dirname'])(
    '%s is refused before anything is run, with its line and what to do',
    async (name) => {
      for (const use of [name, `globalThis.${name}`]) {
        const error = await refusalOf(`const one = 1;\nexport const softmax = () => ${use}(one);`);
        expect(error).toMatchObject({ file: `exercises/${SOFTMAX}.ts`, line: 2 });
        expect(error.message).toMatch(new RegExp(`^${name} is not available in this course: .{20,}`));
      }
    },
  );

  it('a name of the submission’s own is its own', async () => {
    expect(
      (await probed('const fetch = () => 3; const document = { alert: 4 }; return fetch() + document.alert;')).found,
    ).toBe(7);
  });

  it('a module that is loaded by a computed name is refused at that line', async () => {
    await expect(probed('return require(args[0]);', 'fs')).rejects.toMatchObject({
      failure: { code: 'not-available', message: expect.stringContaining('"fs" may not be loaded here') },
    });
  });
});

it('a file may wait at its top level', async () => {
  const source = `import * as tf from '@tensorflow/tfjs';
await tf.ready();
const late = await new Promise((resolve) => setTimeout(() => resolve(5), 1));
export { late as never };
export const probe = () => { if (late !== 5) throw new Error('no'); return late; };
export default function other() {}
export const fails = () => {
  throw new Error('here');
};`;
  const bundle = await bundleExercise(submitted({ [SOFTMAX]: source }), SOFTMAX);
  if (isBundleError(bundle)) throw new Error(bundle.message);
  const subject = new Subject(sandbox, { exports: { probe: 'data', fails: 'data', default: 'data' }, bundle });
  expect(await subject.submission.probe()).toBe(5);
  await expect(subject.submission.fails()).rejects.toMatchObject({ failure: { at: `exercises/${SOFTMAX}.ts:8` } });
});
