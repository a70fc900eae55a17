/** Golden files that hold less than an adapter knows of: computed, or not covered, never an exception. */
import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Oracle } from '../author/grader.ts';
import { at, type ndarray, stack } from '../author/ndarray.ts';
import { findCourse, pathsOf } from '../course/course.ts';
import { loadOracle } from '../course/modules.ts';
import { compare } from '../judge/compare.ts';
import { loadGoldenAdapters, readGolden } from './check-goldens.ts';
import type { Golden, GoldenAdapter } from './golden.ts';

const course = await findCourse();
const folder = join(course.root, 'fixtures/goldens');
const FILES = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.json'));
const GOLDENS = FILES.map((name): [string, Golden] => [
  `${dirname(name)}/${basename(name, '.json')}`,
  readGolden(join(folder, name)) as Golden,
]);
const goldenOf = (name: string) => GOLDENS.find(([each]) => each === name)?.[1] as Golden;

const EXERCISES = await Promise.all(
  course.exercises
    .filter((id) => existsSync(pathsOf(course, id).goldens))
    .map(
      async (id): Promise<[string, Oracle, GoldenAdapter[]]> => [
        id,
        await loadOracle(course, id),
        await loadGoldenAdapters(course, id),
      ],
    ),
);

const PARTS = ['inputs', 'outputs', 'params'] as const;
type Part = (typeof PARTS)[number];

function without(golden: Golden, lacking: [part: Part, name: string][]): Golden {
  const left = (part: Part) =>
    Object.fromEntries(
      Object.entries(golden[part]).filter(([name]) => !lacking.some(([of, which]) => of === part && which === name)),
    );
  return { ...golden, inputs: left('inputs'), outputs: left('outputs'), params: left('params') } as Golden;
}

const namesIn = (golden: Golden) =>
  PARTS.flatMap((part) => Object.keys(golden[part]).map((name): [Part, string] => [part, name]));

function computedBy(oracle: Oracle, adapters: GoldenAdapter[], golden: Golden) {
  return adapters
    .filter(({ mechanism, inputs }) => mechanism === golden.mechanism && inputs.every((name) => name in golden.inputs))
    .filter(({ covers }) => covers?.(golden) ?? true)
    .map(({ compute }) => compute(oracle, golden));
}

describe.each(EXERCISES)('%s', (_, oracle, adapters) => {
  const mine = GOLDENS.filter(([, { mechanism }]) => adapters.some((adapter) => adapter.mechanism === mechanism));

  it('takes a file that lacks any one input, output or parameter, or has but one output', () => {
    for (const [file, golden] of mine) {
      const outputs = Object.keys(golden.outputs);
      const others = outputs.map((kept) => outputs.filter((name) => name !== kept));
      const cases = [
        ...namesIn(golden).map((one) => [one]),
        ...others.map((names) => names.map((name): [Part, string] => ['outputs', name])),
      ];
      for (const lacking of cases)
        expect(
          () => computedBy(oracle, adapters, without(golden, lacking)),
          `${file} without ${lacking}`,
        ).not.toThrow();
    }
  });

  it('takes a file that lacks any number of them', () => {
    const lacking = fc
      .constantFrom(...mine)
      .chain(([file, golden]) => fc.tuple(fc.constant(file), fc.constant(golden), fc.subarray(namesIn(golden))));
    fc.assert(
      fc.property(lacking, ([, golden, names]) => void computedBy(oracle, adapters, without(golden, names))),
      { numRuns: 300 },
    );
  });
});

describe('decoding steps alone, on what was cached before', () => {
  const rows = (x: ReturnType<typeof ndarray>, axis: number, from: number, to?: number) =>
    axis === 1
      ? stack([x.shape[0]], (b) => at(x, b).slice(from, to))
      : stack(x.shape.slice(0, 2), (b, g) => at(x, b, g).slice(from, to));

  it.each([
    ['mla/naive-and-absorb', 5],
    ['mla/naive-and-absorb-q-lora', 3],
  ])('of latent attention (%s, after %i tokens)', (file, start) => {
    const whole = goldenOf(file);
    const { x, ...weights } = whole.inputs;
    const { latent_kv_cache, pe_cache, out_absorb } = whole.outputs;
    const golden: Golden = {
      ...whole,
      params: { ...whole.params, start_pos: start, prefill: 0 },
      inputs: {
        ...weights,
        x: rows(x, 1, start),
        latent_kv_cache: rows(latent_kv_cache, 1, 0, start),
        pe_cache: rows(pe_cache, 1, 0, start),
      },
      outputs: { out_absorb: rows(out_absorb, 1, start) },
    };
    expectComputed(golden, { out_absorb: golden.outputs.out_absorb, latent_kv_cache, pe_cache });
  });

  it.each([
    ['kv-cache/decode-equivalence-gqa', 3],
    ['kv-cache/decode-equivalence-mha', 6],
  ])('of a cache of keys and values (%s, after %i tokens)', (file, start) => {
    const whole = goldenOf(file);
    const { x, chunks: _, ...weights } = whole.inputs;
    const { key_cache, value_cache, out_steps } = whole.outputs;
    const past = { key_cache: rows(key_cache, 2, 0, start), value_cache: rows(value_cache, 2, 0, start) };
    const golden = { ...whole, inputs: { ...weights, ...past, x: rows(x, 1, start) } };
    expectComputed(golden, { out_steps: rows(out_steps, 1, start), key_cache, value_cache });
  });

  it('without any before them, of latent attention', () => {
    const whole = goldenOf('mla/naive-and-absorb');
    const { out_absorb } = whole.outputs;
    expectComputed({ ...whole, params: { ...whole.params, prefill: 0 } }, { out_absorb });
  });

  function expectComputed(golden: Golden, expected: Golden['outputs']) {
    const computed = EXERCISES.flatMap(([, oracle, adapters]) => computedBy(oracle, adapters, golden));
    expect(computed).toHaveLength(1);
    for (const [name, want] of Object.entries(expected))
      expect(compare(computed[0][name], want, { tolerance: 1e-9, strictDType: false }), name).toBeNull();
  }
});
