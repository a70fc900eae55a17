import { cpus } from 'node:os';
import pc from 'picocolors';
import { findCourse, selectExercises } from '../course/course.ts';
import { InputError } from '../course/input-error.ts';
import { timingInWords } from '../report/numbers.ts';
import { HostPool } from '../subject/host-pool.ts';
import { LEAST_MISS, MOST_OF_TOLERANCE, type Proof, prove } from '../verify/prove.ts';
import { type BackendChoice, type BackendName, EMBEDDED } from '../wire/backend-names.ts';
import { Progress } from './progress.ts';
import { backendNamed, positive, withHosts } from './session.ts';

interface Options {
  backend: string;
  skipAbsent?: boolean;
  timeout: string;
  jobs?: string;
  update?: boolean;
  json?: boolean;
}

export async function run(names: string[], options: Options): Promise<number> {
  const course = await findCourse();
  const exercises = selectExercises(course, names);
  const named = options.backend.split(',').map((name) => backendNamed(name.trim()));
  const jobs = options.jobs ? Math.ceil(positive('--jobs', options.jobs)) : cpus().length;
  const timeout = positive('--timeout', options.timeout);
  const backends = await presentOf(named, options.skipAbsent ?? false);
  if (backends.length === 0) {
    if (options.json) process.stdout.write('[]\n');
    return 0;
  }
  const progress = new Progress('proving', exercises.length);
  const proofs = new Map<string, Proof>();
  const queue = [...exercises];

  const worker = async () => {
    const cpu = new HostPool({ backend: 'cpu' });
    const hosts = new Map(
      backends.map((backend) => [backend as string, backend === 'cpu' ? cpu : new HostPool({ backend })]),
    );
    try {
      for (let id = queue.shift(); id !== undefined; id = queue.shift()) {
        const proof = await prove(course, id, { hosts, cpu, timeout, update: options.update ?? false }).catch((error) =>
          unprovable(id as string, error),
        );
        proofs.set(id, proof);
        progress.done(`${proof.problems.length === 0 ? 'proven' : 'NOT PROVEN'} ${id}`);
      }
    } finally {
      for (const pool of new Set([cpu, ...hosts.values()])) await pool.stop();
    }
  };
  await Promise.all(Array.from({ length: Math.min(jobs, exercises.length) }, worker));
  progress.end();

  const ordered = exercises.map((id) => proofs.get(id) as Proof);
  const problems = ordered.reduce((sum, proof) => sum + proof.problems.length, 0);
  if (options.json) process.stdout.write(`${JSON.stringify(ordered, null, 2)}\n`);
  else {
    for (const proof of ordered) process.stdout.write(describe(proof));
    process.stdout.write(summary(ordered, problems, backends));
  }
  return problems === 0 ? 0 : 1;
}

/**
 * Before anything is proven on the others.
 * @throws InputError if this machine has not got one of them, unless those are to be skipped
 */
async function presentOf(backends: BackendChoice[], skipAbsent: boolean): Promise<BackendChoice[]> {
  const present: BackendChoice[] = [];
  for (const backend of backends) {
    try {
      if (!EMBEDDED.includes(backend as BackendName)) await withHosts(backend, async () => {});
      present.push(backend);
    } catch (error) {
      if (!skipAbsent || !(error instanceof InputError)) throw error;
      process.stderr.write(`nothing is proven on ${backend} here: ${error.message}\n`);
    }
  }
  return present;
}

function unprovable(id: string, error: unknown): Proof {
  return { id, problems: [(error as Error).message], stub: { checks: 0, message: '' }, right: [], wrong: [] };
}

function describe({ id, problems, stub, right, wrong }: Proof): string {
  const lines = ['', pc.bold(id)];
  if (stub.checks > 0) lines.push(...proven({ stub, right, wrong }));
  for (const problem of problems) lines.push(`  ${pc.red('✗')} ${problem}`);
  return `${lines.join('\n')}\n`;
}

function proven({ stub, right, wrong }: Pick<Proof, 'stub' | 'right' | 'wrong'>): string[] {
  const lines = [`  stub fails ${stub.checks} of ${stub.checks} checks: ${stub.message}`];
  lines.push(pc.dim(`\n  ${'right'.padEnd(28)} largest error / tolerance (at most ${MOST_OF_TOLERANCE})`));
  for (const { name, margin, times } of right) {
    const margins = Object.entries(margin).map(([backend, value]) => `${backend} ${value.toFixed(3)}`);
    lines.push(`  ${name.padEnd(28)} ${margins.join('  ')}`);
    for (const { check, ...timing } of times)
      lines.push(pc.dim(`  ${' '.repeat(28)} ${check}: ${timingInWords(timing)}`));
  }
  lines.push(
    pc.dim(
      `\n  ${'wrong'.padEnd(28)} ${'missed by'.padEnd(10)} killed by (at least ${LEAST_MISS} tolerances, a property or a budget)`,
    ),
  );
  for (const { name, killedBy, miss, feedback } of wrong) {
    const by = Number.isFinite(miss) ? `${miss.toExponential(0)}×` : '–';
    lines.push(
      `  ${name.padEnd(28)} ${by.padEnd(10)} ${killedBy.join(', ')}`,
      pc.dim(`  ${' '.repeat(28)} “${feedback}”`),
    );
  }
  return lines;
}

function summary(proofs: Proof[], problems: number, backends: string[]): string {
  const mistakes = proofs.reduce((sum, { wrong }) => sum + wrong.length, 0);
  if (problems === 0) {
    return `\n${pc.green('✓')} ${proofs.length} exercises proven on ${backends.join(' and ')}; ${mistakes} known mistakes caught and named\n`;
  }
  const unproven = proofs.filter((proof) => proof.problems.length > 0);
  const list = unproven.flatMap(({ id, problems: found }) => found.map((problem) => `  ${id}: ${problem}`));
  return `\n${pc.red('✗')} ${unproven.length} of ${proofs.length} exercises not proven:\n${list.join('\n')}\n`;
}
