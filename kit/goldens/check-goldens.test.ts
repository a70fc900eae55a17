import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { run } from '../commands/goldens.ts';
import { findCourse } from '../course/course.ts';
import { InputError } from '../course/input-error.ts';
import { checkGoldens } from './check-goldens.ts';

const course = await findCourse();
const fixtures = join(course.root, 'fixtures/goldens');

/** Plain attention of [1,1,2,2] queries on as many keys, whose output is known by hand: equal logits, so the mean. */
const MEAN = {
  mechanism: 'sdpa',
  case: 'mean',
  params: { H: 1, Lq: 2, Lk: 2 },
  inputs: {
    q: { shape: [1, 1, 2, 2], dtype: 'float', data: [0, 0, 0, 0] },
    k: { shape: [1, 1, 2, 2], dtype: 'float', data: [1, 2, 3, 4] },
    v: { shape: [1, 1, 2, 1], dtype: 'float', data: [10, 20] },
  },
  outputs: { out: { shape: [1, 1, 2, 1], dtype: 'float', data: [15, 15] } },
};
const withOut = (out: object) => ({ ...MEAN, outputs: { out: { ...MEAN.outputs.out, ...out } } });

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'goldens-'));
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

function put(file: string, content: unknown) {
  const path = join(folder, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
}

describe('a folder of golden files', () => {
  it('matches where the oracle gives the same, and names the oracle and the outputs', async () => {
    put('sdpa/mean.json', MEAN);
    expect(await checkGoldens(course, folder)).toEqual([
      {
        file: 'sdpa/mean.json',
        mechanism: 'sdpa',
        status: 'matched',
        exercise: '01-attention-fundamentals/scaled-dot-product',
        outputs: ['out'],
        error: 0,
      },
    ]);
  });

  it('names the worst place of a mismatch, relative to the largest value', async () => {
    put('off.json', withOut({ data: [15.1, 20] }));
    const [result] = await checkGoldens(course, folder);
    expect(result).toMatchObject({
      status: 'mismatched',
      error: 0.25,
      message: 'out[0,0,1,0] is 15, but the file has 20',
    });
  });

  it('lets pass what the order of a sum can make of it, and no more', async () => {
    put('a.json', withOut({ data: [15 * (1 + 1e-12), 15] }));
    put('b.json', withOut({ data: [15 * (1 + 1e-8), 15] }));
    expect((await checkGoldens(course, folder)).map(({ status }) => status)).toEqual(['matched', 'mismatched']);
  });

  it('says of another shape what it is and should be', async () => {
    put('shape.json', withOut({ shape: [1, 1, 1, 2] }));
    const [result] = await checkGoldens(course, folder);
    expect(result).toMatchObject({ status: 'mismatched', error: Infinity });
    expect(result.message).toMatch(/^out has shape 1,1,2,1, but 1,1,1,2 in the file$/);
  });

  it('has no adapter for a mechanism that no exercise has, and for an input that the oracle has no place for', async () => {
    put('a.json', { ...MEAN, mechanism: 'telepathy' });
    put('b.json', { ...MEAN, inputs: { ...MEAN.inputs, sinks: { shape: [1], dtype: 'float', data: [0] } } });
    put('c.json', { ...MEAN, params: { ...MEAN.params, softcap: 5 } });
    expect((await checkGoldens(course, folder)).map(({ status }) => status)).toEqual(Array(3).fill('no-adapter'));
  });

  it('has no adapter for sizes that do not fit each other, and says so', async () => {
    put('a.json', {
      ...MEAN,
      inputs: { ...MEAN.inputs, key_padding_mask: { shape: [3, 1], dtype: 'bool', data: [1, 1, 1] } },
    });
    const golden = JSON.parse(readFileSync(join(fixtures, 'mla/naive-and-absorb.json'), 'utf8'));
    put('b.json', { ...golden, params: { ...golden.params, qk_rope_head_dim: 2 } });
    const results = await checkGoldens(course, folder);
    expect(results.map(({ status }) => status)).toEqual(['no-adapter', 'no-adapter']);
    expect(results[1].message).toMatch(/^its sizes are not understood: split/);
  });

  it('skips JSON that is not a golden, such as an index, and what is not valid JSON', async () => {
    put('index.json', { cases: [{ file: 'sdpa/mean.json' }] });
    put('notes.md', '# Provenance');
    expect(await checkGoldens(course, folder)).toEqual([]);
  });

  it.each([
    ['is not valid JSON', '{"mechanism": '],
    ['has fewer values than its shape says', withOut({ data: [15] })],
  ])('refuses a file that %s, by name', async (_, content) => {
    put('sdpa/broken.json', content);
    const checked = checkGoldens(course, folder);
    await expect(checked).rejects.toThrow(InputError);
    await expect(checked).rejects.toThrow('sdpa/broken.json is not a golden file');
  });

  it('refuses a folder that is not there', async () => {
    await expect(checkGoldens(course, join(folder, 'nowhere'))).rejects.toThrow(/there is no folder ".*nowhere"/);
  });
});

describe('kit goldens', () => {
  const printed = async (options = {}) => {
    const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    const code = await run(folder, options);
    return { code, text: write.mock.calls.map(([text]) => text).join('') };
  };

  it('succeeds where nothing is mismatched, with or without adapters', async () => {
    put('a.json', MEAN);
    put('b.json', { ...MEAN, mechanism: 'telepathy' });
    const { code, text } = await printed();
    expect(code).toBe(0);
    expect(text).toContain('2 files: 1 matched, 0 mismatched, 1 without an adapter');
  });

  it('fails on a mismatch, and says where it is worst', async () => {
    put('off.json', withOut({ data: [15, 20] }));
    const { code, text } = await printed();
    expect(code).toBe(1);
    expect(text).toContain('off.json: out[0,0,1,0] is 15, but the file has 20 (error 2.5e-1)');
  });

  it('prints the results as JSON', async () => {
    put('a.json', MEAN);
    const { text } = await printed({ json: true });
    expect(JSON.parse(text)).toMatchObject([{ file: 'a.json', status: 'matched' }]);
  });
});

describe('the course’s own golden files', () => {
  it('are all matched or without an adapter, and every mechanism is matched twice', async () => {
    const results = await checkGoldens(course, fixtures);
    expect(results.filter(({ status, message }) => status === 'mismatched' || message)).toEqual([]);
    const mechanisms = [...new Set(results.map(({ mechanism }) => mechanism))];
    expect(mechanisms).toHaveLength(14);
    for (const mechanism of mechanisms) {
      const matched = results.filter((result) => result.mechanism === mechanism && result.status === 'matched');
      expect(matched.length, mechanism).toBeGreaterThanOrEqual(2);
    }
  });

  it('are told apart from wrong ones: a value changed anywhere is a mismatch', async () => {
    for (const file of [
      'gqa/llama-module',
      'mla/naive-and-absorb',
      'mamba/selective-scan',
      'mha/self-padding-float-mask',
    ]) {
      const golden = JSON.parse(readFileSync(join(fixtures, `${file}.json`), 'utf8'));
      const [name] = Object.keys(golden.outputs);
      golden.outputs[name].data[1] += 1e-6;
      put(`${file}.json`, golden);
    }
    const results = await checkGoldens(course, folder);
    expect(results.map(({ status }) => status)).toEqual(Array(4).fill('mismatched'));
  });
});
