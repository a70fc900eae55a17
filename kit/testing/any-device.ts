/** Tests and benchmarks only: a host that is taken for a real GPU's, so that times are judged on what there is. */

import { HostPool } from '../subject/host-pool.ts';
import type { Machine } from '../subject/machine.ts';

const MACHINE: Machine = {
  driver: '1.2.3',
  memoryBytes: 2 ** 34,
  roofline: { matMulGflops: 1000, matMulSize: 1024, copyGBs: 100, copyBytes: 2 ** 27 },
};

export class AnyDevice extends HostPool {
  override async get() {
    const host = await super.get();
    const backend = { ...host.backend, accelerated: true };
    return Object.assign(host, { backend, machine: async () => MACHINE });
  }
}
