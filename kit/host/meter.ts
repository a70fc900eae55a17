/** What a submission's kernels cost, counted from the kernels that really ran. */
import type { Cost } from '../wire/cost.ts';

export class Meter {
  #live = 0;
  #cost = emptyCost();

  get liveBytes(): number {
    return this.#live;
  }

  get kernels(): number {
    return this.#cost.kernels;
  }

  get flops(): number {
    return this.#cost.flops;
  }

  /** Uploads and downloads. */
  get transfers(): number {
    return this.#cost.uploads + this.#cost.downloads;
  }

  /** Counts from zero again; what is alive stays alive. */
  reset(): void {
    this.#cost = { ...emptyCost(), peakBytes: this.#live };
  }

  read(): Cost {
    return structuredClone(this.#cost);
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
