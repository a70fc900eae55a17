import { cpus } from 'node:os';
import pc from 'picocolors';
import { type Course, findCourse, selectExercises } from '../course/course.ts';
import { InputError } from '../course/input-error.ts';
import { timingInWords } from '../report/numbers.ts';
import type { Host } from '../subject/host.ts';
import { HostPool } from '../subject/host-pool.ts';
import { cardInWords, cardOf, nvidiaCards } from '../subject/machine.ts';
import { wrapped } from '../text/columns.ts';
import { plural } from '../text/number.ts';
import { KeptProofs } from '../verify/kept-proofs.ts';
import type { Inputs } from '../verify/proof-inputs.ts';
import { LEAST_MISS, MOST_OF_TOLERANCE, type Proof, prove } from '../verify/prove.ts';
import { type BackendChoice, type BackendName, EMBEDDED } from '../wire/backend-names.ts';
import { ProgressLine } from './progress-line.ts';
import { backendNamed, positive, withHosts } from './session.ts';

interface Options {
  backend: string;
  skipAbsent?: boolean;
  timeout: string;
  jobs?: string;
  all?: boolean;
  update?: boolean;
  json?: boolean;
}

export async function run(names: string[], options: Options): Promise<number> {
  const course = await findCourse();
  const exercises = selectExercises(course, names);
  const named = options.backend.split(',').map((name) => backendNamed(name.trim()));
  const jobs = options.jobs ? Math.ceil(positive('--jobs', options.jobs)) : cpus().length;
  const timeout = positive('--timeout', options.timeout);
  const update = options.update ?? false;
  const devices = await devicesOf(named, options.skipAbsent ?? false);
  const backends = Object.keys(devices) as BackendChoice[];
  if (backends.length === 0) {
    if (options.json) process.stdout.write('[]\n');
    return 0;
  }
  const kept = new KeptProofs(course, { devices, timeout });
  const proofs = new Map<string, Proof>();
  const queue: Unproven[] = [];
  for (const id of exercises) {
    const inputs = await kept.inputs(id);
    const proof = options.all || update ? undefined : kept.find(id, inputs);
    if (proof) proofs.set(id, proof);
    else queue.push({ id, inputs });
  }
  const before = [...proofs.keys()];
  const progress = new ProgressLine('proving', queue.length);
  await proveAll(queue, jobs, { course, backends, timeout, update }, async (proof, inputs) => {
    await kept.keep(proof, inputs, update);
    proofs.set(proof.id, proof);
    progress.done(`${proof.problems.length === 0 ? 'proven' : 'NOT PROVEN'} ${proof.id}`);
  });
  progress.end();

  const ordered = exercises.map((id) => proofs.get(id) as Proof);
  const problems = ordered.reduce((sum, proof) => sum + proof.problems.length, 0);
  if (options.json) {
    process.stderr.write(provenBefore(before));
    process.stdout.write(`${JSON.stringify(ordered, null, 2)}\n`);
  } else {
    for (const proof of ordered.filter(({ id }) => !before.includes(id))) process.stdout.write(describe(proof));
    process.stdout.write(provenBefore(before));
    process.stdout.write(summary(ordered, problems, backends));
  }
  return problems === 0 ? 0 : 1;
}

interface Unproven {
  id: string;
  /** What its proof depends on; null where that is not known. */
  inputs: Inputs | null;
}

interface Work {
  course: Course;
  backends: BackendChoice[];
  timeout: number;
  update: boolean;
}

/** So many at once, each job with hosts of its own. */
async function proveAll(
  exercises: Unproven[],
  jobs: number,
  { course, backends, timeout, update }: Work,
  done: (proof: Proof, inputs: Inputs | null) => Promise<void>,
): Promise<void> {
  const queue = [...exercises];
  const worker = async () => {
    const cpu = new HostPool({ backend: 'cpu' });
    const hosts = new Map(
      backends.map((backend) => [backend as string, backend === 'cpu' ? cpu : new HostPool({ backend })]),
    );
    try {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        const { id, inputs } = next;
        const proof = await prove(course, id, { hosts, cpu, timeout, update }).catch((error) => unprovable(id, error));
        await done(proof, inputs);
      }
    } finally {
      for (const pool of new Set([cpu, ...hosts.values()])) await pool.stop();
    }
  };
  await Promise.all(Array.from({ length: Math.min(jobs, exercises.length) }, worker));
}

/**
 * The backends that are here, and what each runs on, before anything is proven on the others.
 * @throws InputError if this machine has not got one of them, unless those are to be skipped
 */
async function devicesOf(backends: BackendChoice[], skipAbsent: boolean): Promise<Record<string, string>> {
  const devices: Record<string, string> = {};
  for (const backend of backends) {
    try {
      const isEmbedded = EMBEDDED.includes(backend as BackendName);
      devices[backend] = isEmbedded ? backend : await withHosts(backend, async (hosts) => deviceOf(await hosts.get()));
    } catch (error) {
      if (!skipAbsent || !(error instanceof InputError)) throw error;
      process.stderr.write(`nothing is proven on ${backend} here: ${error.message}\n`);
    }
  }
  return devices;
}

/** With its driver, since another may compute differently. */
async function deviceOf({ backend }: Host): Promise<string> {
  const card = cardOf(backend, await nvidiaCards());
  return [backend.name, backend.device, card && cardInWords(card)].filter(Boolean).join(', ');
}

function provenBefore(ids: string[]): string {
  if (ids.length === 0) return '';
  const names = ids.map((id) => id.split('/')[1]).join(', ');
  return `\n${wrapped(`proven before, unchanged: ${names} (--all proves them again)`, 2, 100)}\n`;
}

function unprovable(id: string, error: unknown): Proof {
  return { id, problems: [(error as Error).message], stub: { checks: 0, message: '' }, right: [], mistakes: [] };
}

function describe({ id, problems, stub, right, mistakes }: Proof): string {
  const lines = ['', pc.bold(id)];
  if (stub.checks > 0) lines.push(...proven({ stub, right, mistakes }));
  for (const problem of problems) lines.push(`  ${pc.red('✗')} ${problem}`);
  return `${lines.join('\n')}\n`;
}

function proven({ stub, right, mistakes }: Pick<Proof, 'stub' | 'right' | 'mistakes'>): string[] {
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
      `\n  ${'mistake'.padEnd(28)} ${'missed by'.padEnd(10)} killed by (at least ${LEAST_MISS} tolerances, a property or a budget)`,
    ),
  );
  for (const { name, killedBy, miss, feedback } of mistakes) {
    const by = Number.isFinite(miss) ? `${miss.toExponential(0)}×` : '–';
    lines.push(
      `  ${name.padEnd(28)} ${by.padEnd(10)} ${killedBy.join(', ')}`,
      pc.dim(`  ${' '.repeat(28)} “${feedback}”`),
    );
  }
  return lines;
}

function summary(proofs: Proof[], problems: number, backends: string[]): string {
  const count = proofs.reduce((sum, proof) => sum + proof.mistakes.length, 0);
  if (problems === 0) {
    return `\n${pc.green('✓')} ${plural(proofs.length, 'exercise')} proven on ${backends.join(' and ')}; ${count} known mistakes caught and named\n`;
  }
  const unproven = proofs.filter((proof) => proof.problems.length > 0);
  const list = unproven.flatMap(({ id, problems: found }) => found.map((problem) => `  ${id}: ${problem}`));
  return `\n${pc.red('✗')} ${unproven.length} of ${plural(proofs.length, 'exercise')} not proven:\n${list.join('\n')}\n`;
}
