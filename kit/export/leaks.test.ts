import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { transformSync } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { findCourse, PACKAGE_ROOT, pathsOf, specOf } from '../course/course.ts';
import { readFixture } from '../judge/fixture.ts';
import { filesMatching, findLeaks, tokensOf, unpacked } from '../testing/leaks.ts';
import type { Cost } from '../wire/cost.ts';
import { publicSpecText } from './public-grader.ts';
import { type Files, studentRepository } from './student-repository.ts';
import { tarball } from './tarball.ts';

const course = await findCourse(PACKAGE_ROOT);
const all = { name: 'all', title: 'All', exercises: course.exercises };
const files = (folder: string, name: RegExp) => filesMatching(PACKAGE_ROOT, folder, name);

const secret: Files = new Map([
  ...files('solutions', /(?<!\.test)\.ts$/),
  ...files('reference', /(?<!\.test)\.ts$/),
  ...files('graders', /\.(mistakes|goldens)\.ts$/),
]);

/**
 * A solution has its stub's signature and calls what the engine's authors call, so these runs are not secrets. Of a
 * grader, code and hints are written to be given out; that no more than them is bundled, another test shows. Handouts
 * are not in it: what they say of a solution, a learner would read.
 */
const sources = [
  ...files('exercises', /\.ts$/).values(),
  ...files('kit', /(?<!\.test)\.ts$/).values(),
  ...course.exercises.map((id) => readFileSync(pathsOf(course, id).grader)),
].map(String);
const known = [
  ...sources,
  ...sources.map((source) => transformSync(source, { loader: 'ts' }).code),
  ...course.exercises.map((id) => publicSpecText(specOf(course, id))),
  // What is told of a mistake is written to be told; a fixture carries it.
  ...course.exercises.flatMap((id) =>
    Object.values(readFixture(pathsOf(course, id).fixture).mistakes).map(({ says }) => `says: ${says},`),
  ),
  ...bundledPackages(),
];

/** Code of other people that the engine is bundled with: it has idioms in common with any other. */
function bundledPackages(): string[] {
  const require = createRequire(import.meta.url);
  const files = [
    '@tensorflow/tfjs-core/dist/tf-core.fesm.js',
    '@tensorflow/tfjs-backend-cpu/dist/tf-backend-cpu.fesm.js',
  ];
  return files.map((file) => readFileSync(require.resolve(file), 'utf8'));
}

let exported: Files;
beforeAll(async () => {
  exported = await studentRepository(course, all);
});

const shown = (leaks: ReturnType<typeof findLeaks>) => leaks.map(({ file, run, from }) => `${file}: ${run} (${from})`);

describe('an export of the whole course', () => {
  it('has no run of eight tokens of a solution, an oracle or a mistake, not even in the packed engine', () => {
    expect(secret.size).toBeGreaterThan(3 * course.exercises.length);
    expect(shown(findLeaks(exported, secret, known))).toEqual([]);
  });

  it('would be caught with one line of a solution in it, wherever that is', () => {
    const [id] = course.exercises;
    const line = readFileSync(pathsOf(course, id).solution, 'utf8').match(/^.*tf\.exp\(.*$/m)?.[0] as string;
    const leaking = (path: string, content: string | Uint8Array) =>
      findLeaks(new Map([...exported, [path, content]]), secret, known).map(({ file }) => file);
    expect(leaking('exercises/README.md', `As a comment: ${line}`)).toContain('exercises/README.md');
    const packed = tarball(new Map([['package/dist/kit.js', `minified();${line.replace(/\s+/g, ' ')}`]]));
    expect(leaking('vendor/engine.tgz', packed)).toContain('vendor/engine.tgz:package/dist/kit.js');
  });

  it('has no hidden case: neither in a grader nor, by its name and sizes, anywhere', () => {
    const texts = [...unpacked(exported)].filter(([path]) => /\.(yaml|json|md|ts|js)$/.test(path));
    const words = texts.map(([path, text]) => [path, ` ${wordsOf(Buffer.from(text as string).toString('utf8'))} `]);
    const found = course.exercises.flatMap((id) => {
      expect(JSON.stringify(parse(exported.get(`graders/${id}.yaml`) as string))).not.toContain('"hidden"');
      const hidden = specOf(course, id).checks.flatMap(({ cases = [] }) => cases.filter((each) => each.hidden));
      expect(hidden.length).toBeGreaterThan(0);
      return hidden.flatMap(({ hidden: _, ...params }) => {
        const told = ` ${wordsOf(JSON.stringify(params))} `;
        return words.filter(([, text]) => text.includes(told)).map(([path]) => `${path} tells of ${told}`);
      });
    });
    expect(found).toEqual([]);
  });

  it('has no number of a golden file that only that has', () => {
    const numbers = (text: string) => text.match(/-?\d\.\d{6,}(e-?\d+)?/g) ?? [];
    const golden = new Set([...files('fixtures/goldens', /\.json$/).values()].flatMap((text) => numbers(String(text))));
    expect(golden.size).toBeGreaterThan(1000);
    const shared = [...exported].flatMap(([path, text]) =>
      path.endsWith('.tgz') ? [] : numbers(String(text)).filter((number) => golden.has(number)),
    );
    // √½ and its like are everywhere.
    expect(new Set(shared).size).toBeLessThan(10);
  });
});

/** Whatever the notation: YAML in flow or block form, JSON, a table. */
function wordsOf(text: string): string {
  return tokensOf(text)
    .filter((token) => /[\p{L}\d]/u.test(token))
    .join(' ');
}

it('the file list that the secret is read from is the course’s', () => {
  for (const id of course.exercises) {
    for (const path of Object.values(pathsOf(course, id))) {
      const relative = path.slice(join(PACKAGE_ROOT, '/').length);
      if (/^(solutions|reference)|\.(mistakes|goldens)\.ts$/.test(relative))
        expect([...secret.keys()]).toContain(relative);
    }
  }
});

it('how much the model solution costs is told, and not which kernels it runs', () => {
  const fixtures = [...exported].filter(([path]) => /^fixtures\/.*\.json$/.test(path));
  const costs = fixtures.flatMap(([, text]) => Object.values(JSON.parse(String(text)).costs as Record<string, Cost>));
  expect(costs.length).toBeGreaterThan(0);
  for (const { kernels, byName } of costs) {
    expect(kernels).toBeGreaterThan(0);
    expect(byName).toEqual({});
  }
});
