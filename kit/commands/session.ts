/** What the judging verbs have in common: checked options, a course, a warm host. */

import { InputError } from '../course/input-error.ts';
import { type HostOptions, HostPool } from '../subject/host-pool.ts';
import { BACKENDS, type BackendAbsent, type BackendChoice, type BackendName, EMBEDDED } from '../wire/backend-names.ts';

export function backendNamed(name: string): BackendChoice {
  const found = (['auto', ...BACKENDS] as const).find((backend) => backend === name);
  if (!found) throw new InputError(`there is no backend "${name}"; there are auto, ${BACKENDS.join(', ')}`);
  return found;
}

export function positive(flag: string, value: string): number {
  const number = Number(value);
  if (!(number > 0 && number < 1e6)) throw new InputError(`${flag} takes a positive number, not "${value}"`);
  return number;
}

/**
 * Runs `body` with a host that is already starting, and ends it afterwards, also at Ctrl-C.
 * @throws InputError if this machine has not got the backend that was asked for
 */
export async function withHosts<T>(
  backend: BackendChoice,
  body: (hosts: HostPool) => Promise<T>,
  options: Omit<HostOptions, 'backend'> = {},
): Promise<T> {
  const hosts = new HostPool({ ...options, backend });
  hosts.warm();
  try {
    if (!EMBEDDED.includes(backend as BackendName)) await backendOrSay(hosts.get());
    return await backendOrSay(body(hosts));
  } finally {
    await hosts.stop();
  }
}

/** @throws InputError where `work` fails for want of the backend: that is for who asked for it to change */
export async function backendOrSay<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw isAbsent(error) ? notHere(error) : error;
  }
}

function notHere({ message }: Pick<BackendAbsent, 'message'>): InputError {
  return new InputError(`${message}; --backend auto takes what there is, and kit doctor shows it`);
}

/** By name, since a worker's errors come from another process. */
const isAbsent = (error: unknown): error is BackendAbsent => error instanceof Error && error.name === 'BackendAbsent';
