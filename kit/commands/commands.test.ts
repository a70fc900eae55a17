import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findCourse, PACKAGE_ROOT } from '../course/course.ts';
import { findPackage } from '../host/backends/optional-package.ts';
import { makeZip } from '../testing/make-zip.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { VERBS } from './verbs.ts';

const KIT = join(PACKAGE_ROOT, 'bin/kit.js');

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs `kit …` as a person would. */
function kit(args: string[], cwd = PACKAGE_ROOT): Promise<Ended> {
  const child = spawn(process.execPath, [KIT, ...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) child[name].on('data', (chunk) => (said[name] += chunk));
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, ...said })));
}

/** Wrong usage or input: exit code 2, one line on stderr, nothing on stdout. */
async function refusal(args: string[], cwd?: string): Promise<string> {
  const { code, stdout, stderr } = await kit(args, cwd);
  expect({ code, stdout, lines: stderr.trimEnd().split('\n') }).toEqual({
    code: 2,
    stdout: '',
    lines: [expect.any(String)],
  });
  expect(stderr).toMatch(/^kit: /);
  return stderr.trimEnd();
}

const submission = (files: Record<string, string> = { 'exercises/README.md': '' }) => temporaryFolder(files);

describe('what cannot be used is refused in one line with the way out', () => {
  it('an exercise that there is not, with the nearest that there is', async () => {
    const [first] = (await findCourse(PACKAGE_ROOT)).exercises;
    const misspelt = first.replace(/(.)(.)$/, '$2$1');
    const said = await Promise.all([
      refusal(['run', misspelt]),
      refusal(['grade', submission(), '--exercise', misspelt]),
      refusal(['verify', 'completely-different-thing']),
    ]);
    expect(said[0]).toBe(`kit: there is no exercise "${misspelt}"; did you mean ${first}?`);
    expect(said[1]).toBe(said[0]);
    expect(said[2]).toContain('see `kit list`');
  });

  it('a folder that is none, or has no exercises', async () => {
    const empty = temporaryFolder({ 'a.txt': '' });
    const folders = ['/no/such/folder', empty, join(empty, 'a.txt')];
    const said = await Promise.all(folders.map((folder) => refusal(['grade', folder])));
    expect(said[0]).toBe('kit: there is no folder "/no/such/folder"');
    expect(said[1]).toBe(`kit: "${empty}" cannot be graded: it has no exercises/ folder; what is there: a.txt`);
    expect(said[2]).toContain('is a file; a submission is a folder');
  });

  it('a backend, format, isolation level or time that there is not', async () => {
    const folder = submission();
    const said = await Promise.all([
      refusal(['run', '--backend', 'cuda']),
      refusal(['grade', folder, '--format', 'pdf']),
      refusal(['grade', folder, '--require-isolation', 'vm']),
      refusal(['run', '--timeout', 'soon']),
    ]);
    expect(said[0]).toMatch(/there is no backend "cuda"; there are .*wasm/);
    expect(said[1]).toMatch(/there is no format "pdf"; there are terminal, json/);
    expect(said[2]).toContain('there is no isolation level "vm"');
    expect(said[3]).toBe('kit: --timeout takes a positive number, not "soon"');
  });

  it('a verb, a flag or an argument that there is not, or one that is missing', async () => {
    const wrong = [['grde'], ['list', '--jsn'], ['grade'], ['run', '--timeout']];
    const said = await Promise.all(wrong.map((args) => refusal(args)));
    expect(said).toEqual([
      "kit: unknown command 'grde' (Did you mean grade?)",
      "kit: unknown option '--jsn' (Did you mean --json?)",
      "kit: missing required argument 'submission'",
      "kit: option '--timeout <seconds>' argument missing",
    ]);
  });

  it('a course whose YAML is broken, by file and line', async () => {
    const yaml = 'title: A\nexports: { f: tensor }\nchecks: {}\nhints: []\n';
    const course = temporaryFolder({
      'package.json': '{}',
      'graders/01-x/a.yaml': yaml,
      'graders/01-x/b.yaml': 'a: [\n',
    });
    expect(await refusal(['list'], course)).toContain(
      'graders/01-x/a.yaml:3: checks must NOT have fewer than 1 properties',
    );
    const other = temporaryFolder({ 'package.json': '{}', 'graders/01-x/b.yaml': 'title: B\nhints: [\n' });
    expect(await refusal(['list'], other)).toMatch(/kit: .*graders\/01-x\/b\.yaml:\d: /);
  });

  it('a place where the report cannot be written', async () => {
    const file = join(temporaryFolder({ file: '' }), 'file');
    const args = [
      'grade',
      submission(),
      '--exercise',
      (await findCourse(PACKAGE_ROOT)).exercises[0],
      '--out',
      join(file, 'r.json'),
    ];
    expect(await refusal(args)).toContain('r.json cannot be written');
  });
});

describe('help', () => {
  it('names every verb, and exits with 0', async () => {
    const { code, stdout } = await kit(['--help']);
    expect(code).toBe(0);
    for (const { name, summary } of VERBS) {
      expect(stdout).toContain(name);
      expect(stdout.replace(/\s+/g, ' ')).toContain(summary);
    }
  });

  it('of every verb has its options and an example', async () => {
    const helps = await Promise.all(VERBS.map(({ name }) => kit([name, '--help'])));
    for (const [i, { name, example, options }] of VERBS.entries()) {
      const { code, stdout } = helps[i];
      expect(code, name).toBe(0);
      expect(stdout).toContain(`Example:\n  ${example}`);
      expect(example).toMatch(new RegExp(`^kit ${name}\\b`));
      for (const [flags] of options) expect(stdout).toContain(flags);
    }
  });

  it('has the version', async () => {
    expect((await kit(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe("in a student's repository", () => {
  const repository = () => temporaryFolder({ 'graders/export.json': '{}' });
  const COURSE_ONLY = [
    'adjust',
    'diff',
    'export',
    'goldens',
    'grade',
    'grade-all',
    'merge',
    'new',
    'page',
    'roster',
    'similarity',
    'verify',
  ];

  it('only what can be done there is offered', async () => {
    const { stdout } = await kit(['--help'], repository());
    const offered = [...stdout.matchAll(/^ {2}([a-z-]+) [<[ ]/gm)].map(([, name]) => name);
    const all = VERBS.map(({ name }) => name);
    expect(offered.filter((name) => name !== 'help').sort()).toEqual(
      all.filter((name) => !COURSE_ONLY.includes(name)).sort(),
    );
  });

  it.each(COURSE_ONLY)('kit %s is refused in a line that says what it needs', async (verb) => {
    const said = await refusal([verb, 'a', 'b'].slice(0, verb === 'diff' ? 3 : 2), repository());
    expect(said).toContain(`\`kit ${verb}\` needs the course itself`);
  });
});

describe('kit list', () => {
  it('has the lectures in order, and the same for programs', async () => {
    const { exercises } = await findCourse(PACKAGE_ROOT);
    const { code, stdout } = await kit(['list', '--json']);
    expect(code).toBe(0);
    const list = JSON.parse(stdout) as { id: string; lecture: string; title: string; points: number; checks: number }[];
    expect(list.map(({ id }) => id)).toEqual(exercises);
    for (const { id, lecture, title, points, checks } of list) {
      expect(id.startsWith(`${lecture}/`)).toBe(true);
      expect(title).not.toBe('');
      expect(points).toBeGreaterThanOrEqual(checks);
    }
    const total = list.reduce((sum, { points }) => sum + points, 0);
    // With what is done so far, where anybody has begun here.
    expect((await kit(['list'])).stdout).toMatch(
      new RegExp(`^${exercises.length} exercises, ${total} points(;|$)`, 'm'),
    );
  });

  it('shows the course around the folder that it is called in', async () => {
    const yaml = `title: Mine
exports: { f: tensor }
checks: { hygiene/a: { title: t, points: 2 } }
hints: [a first long hint, a second long hint, a third long hint]
`;
    const course = temporaryFolder({ 'graders/01-x/a.yaml': yaml, 'exercises/01-x/a.ts': '' });
    const { stdout } = await kit(['list'], join(course, 'exercises/01-x'));
    expect(stdout).toBe('01-x\n  a    2 points  Mine\n\n1 exercises, 2 points\n');
  });

  it('does not complain of a reader that has had enough', async () => {
    const child = spawn('sh', ['-c', `"${process.execPath}" "${KIT}" list --json | head -1; exit 0`], {
      cwd: PACKAGE_ROOT,
    });
    let stderr = '';
    child.stderr.on('data', (chunk) => (stderr += chunk));
    await new Promise((resolve) => child.on('close', resolve));
    expect(stderr).toBe('');
  });
});

describe('kit verify', () => {
  it.skipIf(findPackage('@tensorflow/tfjs-node') || findPackage('@tensorflow/tfjs-node-gpu'))(
    'refuses a backend that is not there, or leaves it out and says so in one line',
    async () => {
      const args = ['verify', 'softmax', '--backend', 'tensorflow'];
      const [refused, skipped] = await Promise.all([refusal(args), kit([...args, '--skip-absent'])]);
      const why = refused.replace(/^kit: /, '');
      expect(why).toMatch(/^tensorflow does not start: /);
      expect(skipped).toEqual({ code: 0, stdout: '', stderr: `nothing is proven on tensorflow here: ${why}\n` });
    },
  );
});

describe('kit grade', () => {
  it('takes a zip file as it takes a folder, with the exercises wherever they are', async () => {
    const { exercises } = await findCourse(PACKAGE_ROOT);
    const solution = readFileSync(join(PACKAGE_ROOT, 'solutions', `${exercises[0]}.ts`));
    const file = join(temporaryFolder(), 'ada.ZIP');
    const entries = [
      { name: `a/b/exercises/${exercises[0]}.ts`, data: solution },
      { name: 'a/b/exercises/link.ts', data: 'x', mode: 0o120777 },
    ];
    writeFileSync(file, makeZip(entries));
    const args = ['grade', file, '--seed', 's', '--exercise', exercises[0], '--format', 'json'];
    const { code, stdout, stderr } = await kit(args);
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: 'Passed over: exercises/link.ts (a link)\n',
    });
    expect(JSON.parse(stdout)).toMatchObject({ submission: { id: 'ada' } });
  });

  it('refuses a zip file that is none, and one without exercises, in one line', async () => {
    const folder = temporaryFolder({ 'torn.zip': 'PK' });
    writeFileSync(join(folder, 'other.zip'), makeZip([{ name: 'work/a.ts' }]));
    expect(await refusal(['grade', join(folder, 'torn.zip')])).toContain('the zip file cannot be unpacked');
    expect(await refusal(['grade', join(folder, 'other.zip')])).toContain('no exercises/ folder; what is there: work/');
    expect(await refusal(['grade', join(folder, 'none.zip')])).toContain('there is no file');
    expect(await refusal(['grade', folder, '--last-in-time'])).toContain('--last-in-time takes an assignment');
  });

  it('exits with 1 for a submission that does not pass, and reports it as JSON', async () => {
    const { exercises } = await findCourse(PACKAGE_ROOT);
    const args = ['grade', submission(), '--id', 'ada', '--seed', 's', '--exercise', exercises[0], '--format', 'json'];
    const { code, stdout, stderr } = await kit(args);
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({
      submission: { id: 'ada' },
      score: 0,
      exercises: [{ id: exercises[0] }],
    });
  });

  it('runs nothing of a submission that it is started in: no graders, no packages', { timeout: 120_000 }, async () => {
    const proof = join(temporaryFolder(), 'ran');
    const writes = `require('node:fs').writeFileSync(${JSON.stringify(proof)}, 'ran');`;
    const id = '01-attention-fundamentals/softmax';
    const folder = temporaryFolder({
      [`exercises/${id}.ts`]: 'export const softmax = (x: any) => x;',
      [`graders/${id}.yaml`]: readFileSync(join(PACKAGE_ROOT, `graders/${id}.yaml`), 'utf8'),
      [`graders/${id}.ts`]: `${writes} export default { inputs: () => ({}) };`,
      [`reference/${id}.ts`]: writes,
      'node_modules/webgpu/package.json': '{"name": "webgpu", "main": "index.js"}',
      'node_modules/webgpu/index.js': writes,
      'node_modules/@tensorflow/tfjs-node-gpu/package.json':
        '{"name": "@tensorflow/tfjs-node-gpu", "main": "index.js"}',
      'node_modules/@tensorflow/tfjs-node-gpu/index.js': writes,
    });
    const args = ['--exercise', 'softmax', '--seed', 's', '--format', 'json', '--out', 'report.json'];
    for (const cwd of [folder, join(folder, 'exercises')]) {
      const named = cwd === folder ? '.' : '..';
      const { stderr, code } = await kit(['grade', named, '--backend', 'auto', ...args], cwd);
      expect({ stderr, code }).toEqual({
        code: 1,
        stderr: expect.stringMatching(/^The graders in this folder are not/),
      });
      expect(JSON.parse(readFileSync(join(cwd, 'report.json'), 'utf8')).exercises[0].checks.length).toBeGreaterThan(3);
      expect(existsSync(proof)).toBe(false);
    }
  });
});
