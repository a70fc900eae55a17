/** What the judging verbs have in common: checked options, a course, a warm host. */

import { type HostOptions, HostPool } from '../grade/host-pool.ts';
import { BACKENDS, type BackendName } from '../host/backend-names.ts';
import { InputError } from '../spec/input-error.ts';

export function backendNamed(name: string): BackendName {
  const found = BACKENDS.find((backend) => backend === name);
  if (!found) throw new InputError(`there is no backend "${name}"; there are ${BACKENDS.join(', ')}`);
  return found;
}

export function positive(flag: string, value: string): number {
  const number = Number(value);
  if (!(number > 0 && number < 1e6)) throw new InputError(`${flag} takes a positive number, not "${value}"`);
  return number;
}

/** Runs `body` with a host that is already starting, and ends it afterwards, also at Ctrl-C. */
export async function withHosts<T>(
  backend: BackendName,
  body: (hosts: HostPool) => Promise<T>,
  options: Omit<HostOptions, 'backend'> = {},
): Promise<T> {
  const hosts = new HostPool({ ...options, backend });
  hosts.warm();
  try {
    return await body(hosts);
  } finally {
    await hosts.stop();
  }
}
