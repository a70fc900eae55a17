/** A course of one exercise that has plain results, given files, marks and settled cases: proven, judged and exported. */
import { mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { Draw, deriveSeed } from '../author/draw.ts';
import { leaves } from '../author/ndarray.ts';
import { pathsOf } from '../course/course.ts';
import { studentRepository } from '../export/student-repository.ts';
import { gradeSubmission } from '../grade/grade-submission.ts';
import type { PreparedCase } from '../judge/cases.ts';
import { HiddenCases } from '../judge/hidden-cases.ts';
import { MaterialsCache } from '../judge/materials.ts';
import type { CheckReport } from '../report/report.ts';
import { HostPool } from '../subject/host-pool.ts';
import { courseOfPages, PAGES, PAGES_SOLUTION } from '../testing/course-of-pages.ts';
import { unpacked } from '../testing/leaks.ts';
import { SPEC } from '../testing/pages/grader.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { type Proof, prove } from './prove.ts';

const course = await courseOfPages();
const fixtureFile = pathsOf(course, PAGES).fixture;
const cpu = new HostPool({ backend: 'cpu' });
const hosts = new HostPool({ backend: 'wasm' });
afterAll(() => Promise.all([cpu.stop(), hosts.stop()]));

const PATIENT = 120_000;
const cache = new MaterialsCache(course);
const SEED = deriveSeed('tests', 'ada');
let proof: Proof;
beforeAll(async () => {
  mkdirSync(dirname(fixtureFile), { recursive: true });
  proof = await prove(course, PAGES, { hosts: new Map([['wasm', hosts]]), cpu, update: true });
}, PATIENT);

/** What comes of a file, handed in with these others. */
async function graded(source: string, files: Record<string, string> = {}, seed: string | undefined = SEED) {
  const folder = temporaryFolder({ [`exercises/${PAGES}.ts`]: source, ...files });
  const report = await gradeSubmission({ folder, id: 'ada', course, cache, exercises: [PAGES], hosts, seed });
  return report.exercises[0];
}

const failed = (checks: CheckReport[]) => checks.filter(({ status }) => status !== 'pass');

describe('the exercise', () => {
  it('is proven: right answers pass, and each wrong one is known by what it does', () => {
    expect(proof.problems).toEqual([]);
    expect(proof.stub.checks).toBe(10);
    expect(Object.fromEntries(proof.mistakes.map(({ name, killedBy }) => [name, killedBy]))).toMatchObject({
      slotsBackwards: ['values/pool'],
      alwaysFits: ['values/fits'],
      noParent: ['values/keys'],
      headLost: ['values/heads'],
      projectsAgain: ['cost/step'],
      writesIntoPool: ['property/pure', 'hygiene/memory'],
    });
  });

  it(
    'has a fixture that regenerates to the same bytes',
    async () => {
      const before = readFileSync(fixtureFile, 'utf8');
      const again = await prove(course, PAGES, { hosts: new Map(), cpu, update: false });
      expect(again.problems).toEqual([]);
      expect(readFileSync(fixtureFile, 'utf8')).toBe(before);
    },
    PATIENT,
  );

  it(
    'is not proven where a hidden case alone shows a mistake',
    async () => {
      const yaml = SPEC.replace('{ name: just,', '{ name: just, hidden: true,');
      expect(yaml).not.toBe(SPEC);
      const changed = await courseOfPages({ [`graders/${PAGES}.yaml`]: yaml });
      mkdirSync(dirname(pathsOf(changed, PAGES).fixture), { recursive: true });
      const { problems } = await prove(changed, PAGES, { hosts: new Map([['cpu', cpu]]), cpu, update: true });
      expect(problems).toContainEqual(
        expect.stringMatching(/^barelyNot on cpu fails values\/fits by hidden cases alone; a public case must show it/),
      );
    },
    PATIENT,
  );

  it('has settled cases alone, public and hidden, and some were drawn anew for it', async () => {
    const materials = await cache.materials(PAGES);
    const oracle = await cache.oracle(PAGES);
    const { grader, spec, fixture } = materials;
    const hidden = new HiddenCases(SEED, materials, oracle);
    const anew: string[] = [];
    const look = (seed: string, check: string, { name, params, inputs }: PreparedCase) => {
      expect(grader.isSettled?.(oracle, inputs, params), `${check}, ${name}`).toBe(true);
      const first = grader.inputs(new Draw(deriveSeed(seed, `${check}/${name}`)), params);
      const [one, other] = [first, inputs].map((tree) => leaves(tree).flatMap(([, { data }]) => [...data]));
      // A fixture keeps nine digits.
      const isFirst = one.every((value, i) => Math.abs(value - other[i]) < 1e-6);
      expect(isFirst, `${check}, ${name}`).toBe(grader.isSettled?.(oracle, first, params));
      if (!isFirst) anew.push(name);
    };
    for (const check of spec.checks.filter(({ cases }) => cases)) {
      for (const prepared of fixture.cases[check.id]) look(deriveSeed('public', PAGES), check.id, prepared);
      for (const prepared of await hidden.of(check)) look(deriveSeed(SEED, PAGES), check.id, prepared);
    }
    expect(anew).not.toEqual([]);
  });
});

describe('a right answer', () => {
  it('gets all points, on public and on hidden cases, without the files that it is given', async () => {
    for (const seed of [SEED, undefined]) {
      const { score, maxScore, checks } = await graded(PAGES_SOLUTION, {}, seed);
      expect(failed(checks)).toEqual([]);
      expect(score).toBe(maxScore);
    }
  });

  it('gets them too where it has changed what it was given, which changes nothing', async () => {
    const { checks, score } = await graded(PAGES_SOLUTION, {
      'exercises/arguments.ts': 'export const requireInteger = () => { throw new Error("changed"); };',
      'exercises/tape.ts': 'syntax error(',
      'exercises/01-x/mods.ts': `export const hash = () => 'changed';`,
    });
    expect(failed(checks)).toEqual([]);
    expect(score).toBeGreaterThan(0);
  });

  it('pays for the step alone: what led to it is not counted', async () => {
    const { checks } = await graded(PAGES_SOLUTION);
    const [S, D] = [64, 16];
    const cost = checks.find(({ id }) => id === 'cost/step')?.cost;
    // q kᵀ, softmax, and the product with the keys; the projection alone would be 2 S D D.
    expect(cost?.flops).toBeLessThan(2 * (2 * S * D) + 10 * S);
    expect(cost?.peakBytes).toBeLessThanOrEqual(4 * (2 * S + D));
    expect(cost?.kernels).toBeLessThanOrEqual(4);
  });
});

describe('a wrong answer', () => {
  const instead = (fn: string, body: string) =>
    `${PAGES_SOLUTION.replace(`export function ${fn}(`, `function right_${fn}(`)}\nexport function ${fn}(...args: any[]): any {\n${body}\n}\n`;

  it.each([
    ['fits', 'return !(right_fits as any)(...args);', 'values/fits', 'case "just": fits: expected true, got false'],
    ['fits', 'return 1;', 'values/fits', 'case "just": fits: expected a boolean, got the number 1'],
    [
      'pageKeys',
      `return (right_pageKeys as any)(...args).with(1, 'x');`,
      'values/keys',
      /^case "three pages": keys\[1\]: expected "\/\d[\d./]+", got "x" \(1 of 3 values are wrong\)/,
    ],
    [
      'pageKeys',
      'return (right_pageKeys as any)(...args).slice(1);',
      'values/keys',
      'case "three pages": keys: expected a list of 3 items, got 2 items',
    ],
    ['lastKey', 'return 7;', 'values/keys', 'case "three pages": lastKey: expected a string, got the number 7'],
    [
      'heads',
      'const all = (right_heads as any)(...args); return [...all, all[0]];',
      'values/heads',
      'case "three heads": heads: expected a list of 3 items, got 4 items',
    ],
    [
      'heads',
      'const all = (right_heads as any)(...args); return [all[0], all[2], all[1]];',
      'values/heads',
      /^case "three heads": heads\[1\]_TD\[\d,\d\]: expected .*, got /,
    ],
    [
      'reserve',
      'const r = (right_reserve as any)(...args); r.places[1][0] += 1; return r;',
      'values/pool',
      /^case "in the last page": places\[1\]\[0\]: expected \d+, got \d+ \(1 of 4 values are wrong\)/,
    ],
    [
      'reserve',
      'const r = (right_reserve as any)(...args); r.slots[1] = NaN; return r;',
      'values/pool',
      /^case "in the last page": slots\[1\]: expected \d+, got NaN/,
    ],
    [
      'reserve',
      'const r = (right_reserve as any)(...args); r.pool.table = null; return r;',
      'values/pool',
      'case "in the last page": pool.table: expected a list of 2 items, got null',
    ],
    [
      'reserve',
      'const r = (right_reserve as any)(...args); delete r.pool.refs; return r;',
      'values/pool',
      'case "in the last page": there is no pool.refs',
    ],
    [
      'reserve',
      'const r = (right_reserve as any)(...args); r.pool.owner = () => 1; return r;',
      'values/pool',
      /^case "in the last page": reserve returned pool\.owner: expected a plain value .*, got a function$/,
    ],
  ])('of %s by "%s" is told what, where, expected and got', async (fn, body, check, message) => {
    const { checks } = await graded(instead(fn, body), {}, undefined);
    const found = checks.find(({ id }) => id === check)?.message;
    if (typeof message === 'string') expect(found).toBe(message);
    else expect(found).toMatch(message);
  });

  it('that is known is told its mistake', async () => {
    const { checks } = await graded(instead('fits', 'return true;'));
    expect(failed(checks)).toMatchObject([{ id: 'values/fits', misconception: { id: 'alwaysFits' } }]);
  });

  it.each([
    ['a million items', 'return new Array(1e6).fill("x");', /got an array of 1000000 items \(a result may have/],
    [
      'a million items in lists',
      'return Array.from({ length: 1000 }, () => new Array(1000).fill("x"));',
      /expected a string, got an array of 1000 items/,
    ],
    [
      'a nest of a thousand lists',
      'let x: any = "x"; for (let i = 0; i < 1000; i++) x = [x]; return x;',
      /expected a string, got an array of 1 items/,
    ],
    [
      'a list that holds itself',
      'const x: any[] = []; x.push(x, x); return x;',
      /expected a string, got an array of 2 items/,
    ],
    ['a list with holes', 'return new Array(3);', /pageKeys returned \[0\]: expected a string, got nothing/],
    [
      'a long string',
      'return ["x".repeat(1e6)];',
      /\[0\]: expected a string, got a string of 1000000 characters \(a result may have/,
    ],
    ['a getter that throws', 'return [{ get a() { throw new Error("mine"); } }];', /it threw Error: mine/],
    ['a getter that never ends', 'return { get a() { for (;;) void 0; } };', /no answer within 1 s|did not finish/],
    [
      'a proxy of endless items',
      'return new Proxy([], { get: (t, key) => (key === "length" ? 2 ** 32 - 1 : undefined) });',
      /got an array of 4294967295 items/,
    ],
    [
      'an iterator without an end',
      'const x: any = ["x"]; x[Symbol.iterator] = function* () { for (;;) yield "x"; }; return x;',
      /./,
    ],
  ])(
    'that returns %s fails by itself, and the next one is judged as ever',
    async (_, body, message) => {
      const folder = temporaryFolder({ [`exercises/${PAGES}.ts`]: instead('pageKeys', body) });
      const options = { id: 'eve', course, cache, exercises: [PAGES], hosts, timeout: 1 };
      const [report] = (await gradeSubmission({ folder, ...options })).exercises;
      const keys = report.checks.find(({ id }) => id === 'values/keys');
      expect(keys).toMatchObject({ status: 'fail', message: expect.stringMatching(message) });
      expect(report.checks.find(({ id }) => id === 'values/pool')).toMatchObject({ status: 'pass' });
      expect((await graded(PAGES_SOLUTION)).checks.every(({ status }) => status === 'pass')).toBe(true);
    },
    PATIENT,
  );
});

it('what the exercise is given, and no more, is exported: for the student, and for the judge that comes along', async () => {
  const files = await studentRepository(course, { name: 'one', title: 'One', exercises: [PAGES] });
  const given = ['exercises/01-x/mods.ts', 'exercises/arguments.ts', 'exercises/tape.ts'];
  const sources = (paths: string[]) => paths.filter((path) => /^exercises\/.*\.ts$/.test(path)).sort();
  expect(sources([...files.keys()])).toEqual([given[0], `exercises/${PAGES}.ts`, ...given.slice(1)]);
  const packed = [...unpacked(files).keys()].flatMap((path) => path.split('.tgz:package/')[1] ?? []);
  expect(sources(packed)).toEqual(given);
  for (const path of given) expect(String(files.get(path))).toBe(readFileSync(`${course.root}/${path}`, 'utf8'));
  expect(parse(String(files.get(`graders/${PAGES}.yaml`)))).toMatchObject({ given: ['mods.ts', '../tape.ts'] });
  expect(String(files.get('README.md'))).toContain('`exercises/01-x/mods.ts`, `exercises/tape.ts` are given too');
});
