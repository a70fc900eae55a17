import pc from 'picocolors';
import { tryBubblewrap } from '../isolation/launch.ts';
import { HostPool } from '../subject/host-pool.ts';
import { cardInWords, nvidiaCards, rooflineInWords } from '../subject/machine.ts';
import { BACKENDS, BackendAbsent, type BackendName, EMBEDDED } from '../wire/backend-names.ts';

interface Finding {
  name: string;
  ok: boolean;
  found: string;
  /** The kit works without it. */
  optional?: boolean;
  /** What to do for more, if anything can be done. */
  advice?: string;
}

const OLDEST_NODE = [20, 19];

export async function run(options: { json?: boolean; roofline?: boolean }): Promise<number> {
  const findings = [node(), isolation(), await card(), ...(await backends(options.roofline ?? false))];
  if (options.json) process.stdout.write(`${JSON.stringify(findings, null, 2)}\n`);
  else for (const finding of findings) process.stdout.write(`${describe(finding)}\n`);
  return findings.every(({ ok, optional }) => ok || optional) ? 0 : 3;
}

function describe({ name, ok, found, advice }: Finding): string {
  const mark = ok ? pc.green('✓') : pc.yellow('–');
  return `${mark} ${name.padEnd(12)} ${found}${advice ? `\n  ${' '.repeat(12)} ${pc.dim(advice)}` : ''}`;
}

function node(): Finding {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const ok = major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1]);
  const found = `${process.versions.node} on ${process.platform} ${process.arch}`;
  return { name: 'node', ok, found, ...(!ok && { advice: `Node ${OLDEST_NODE.join('.')} or later is needed.` }) };
}

function isolation(): Finding {
  const problem = tryBubblewrap();
  if (!problem) return { name: 'isolation', ok: true, found: 'bubblewrap: no network, no files, own process ids' };
  return {
    name: 'isolation',
    ok: false,
    optional: true,
    found: `Node's permissions: no files or processes, but the network is open (bubblewrap: ${problem})`,
    advice: 'Fine for your own code. To grade others on Linux: apt-get install bubblewrap.',
  };
}

/** Driver and memory, which WebGPU does not tell. */
async function card(): Promise<Finding> {
  const cards = await nvidiaCards();
  if (cards.length > 0) return { name: 'card', ok: true, found: cards.map(cardInWords).join('; ') };
  const found = 'driver and memory unknown: no NVIDIA driver here; for other cards WebGPU reports what it knows';
  return { name: 'card', ok: false, optional: true, found };
}

async function backends(roofline: boolean): Promise<Finding[]> {
  if (!roofline) return Promise.all(BACKENDS.map((name) => backend(name, false)));
  // One after the other, since they would slow one another.
  const findings: Finding[] = [];
  for (const name of BACKENDS) findings.push(await backend(name, true));
  return findings;
}

/** Tried by starting a host on it, as judging does. */
async function backend(name: BackendName, roofline: boolean): Promise<Finding> {
  const hosts = new HostPool({ backend: name });
  try {
    const started = performance.now();
    const host = await hosts.get();
    const ms = Math.round(performance.now() - started);
    const { device } = host.backend;
    const roof = roofline ? `; ${rooflineInWords(await host.request('roofline', {}))}` : '';
    return { name, ok: true, found: `${device}; started in ${ms} ms${roof}` };
  } catch (error) {
    const { message } = error as Error;
    if (error instanceof BackendAbsent) return { name, ok: false, optional: true, found: 'not here', advice: message };
    return { name, ok: false, optional: !EMBEDDED.includes(name), found: `does not start: ${message}` };
  } finally {
    await hosts.stop();
  }
}
