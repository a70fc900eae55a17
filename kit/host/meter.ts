/** What a submission's kernels cost, counted from the kernels that really ran. */
import type { Cost } from '../wire/cost.ts';

export class Meter {
  #live = 0;
  #requests = 0;
  #cost = emptyCost();
  /** What was counted and alive at the mark. */
  #marked = { ...emptyCost(), liveBytes: 0 };

  get liveBytes(): number {
    return this.#live;
  }

  /** Since the reset, whatever is marked, as limits need it. */
  get flops(): number {
    return this.#cost.flops;
  }

  /** Counts a kernel, an upload or a download, be it refused or not. False where there were so many already. */
  request(most: number): boolean {
    return this.#requests++ < most;
  }

  /** Counts from zero again; what is alive stays alive. */
  reset(): void {
    this.#requests = 0;
    this.#cost = { ...emptyCost(), peakBytes: this.#live };
    this.#marked = { ...emptyCost(), liveBytes: 0 };
  }

  /** What is read from here on begins at zero; the peak is what comes on top of what is alive now. */
  mark(): void {
    this.#marked = { ...structuredClone(this.#cost), liveBytes: this.#live };
    this.#cost.peakBytes = this.#live;
    this.#cost.largestTensorBytes = 0;
  }

  /** Since the mark, or else the reset. */
  read(): Cost {
    const [now, before] = [this.#cost, this.#marked];
    const since = COUNTED.map((metric) => [metric, now[metric] - before[metric]]);
    const byName = Object.entries(now.byName).map(([name, count]) => [name, count - (before.byName[name] ?? 0)]);
    return {
      ...now,
      ...(Object.fromEntries(since) as Record<Counted, number>),
      byName: Object.fromEntries(byName.filter(([, count]) => count !== 0)),
      peakBytes: now.peakBytes - before.liveBytes,
    };
  }

  kernel(name: string, flops: number, bytesRead: number, bytesWritten: number): void {
    this.#cost.kernels++;
    this.#cost.byName[name] = (this.#cost.byName[name] ?? 0) + 1;
    this.#cost.flops += flops;
    this.#cost.bytesRead += bytesRead;
    this.#cost.bytesWritten += bytesWritten;
  }

  transfer(kind: 'uploads' | 'downloads'): void {
    this.#cost[kind]++;
  }

  allocated(bytes: number): void {
    this.#live += bytes;
    this.#cost.peakBytes = Math.max(this.#cost.peakBytes, this.#live);
    this.#cost.largestTensorBytes = Math.max(this.#cost.largestTensorBytes, bytes);
  }

  freed(bytes: number): void {
    this.#live -= bytes;
  }
}

/** What adds up. */
const COUNTED = ['kernels', 'flops', 'bytesRead', 'bytesWritten', 'uploads', 'downloads'] as const;
type Counted = (typeof COUNTED)[number];

function emptyCost(): Cost {
  return {
    kernels: 0,
    byName: {},
    flops: 0,
    bytesRead: 0,
    bytesWritten: 0,
    peakBytes: 0,
    largestTensorBytes: 0,
    uploads: 0,
    downloads: 0,
  };
}
