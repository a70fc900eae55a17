/**
 * Proofs that need not be made again: an exercise was proven here, and since then neither its files nor the kit, the
 * packages, the machine or what it was proven on have changed. One file for each exercise and set of backends.
 */
import { cpus } from 'node:os';
import { isDeepStrictEqual } from 'node:util';
import { BUILD } from '../course/build-id.ts';
import { cacheFile, readCache, writeCache } from '../course/cache-file.ts';
import { type Course, specOf } from '../course/course.ts';
import { givenProblems } from './given-problems.ts';
import { exerciseInputs, hashOf, type Inputs, sharedInputs } from './proof-inputs.ts';
import type { Proof } from './prove.ts';

export interface ProofSettings {
  /** What each backend runs on, in words. */
  devices: Record<string, string>;
  /** Seconds for one call. */
  timeout: number;
}

export class KeptProofs {
  readonly #shared: Inputs;

  /** @param build of the kit; undefined where it runs from its sources: nothing is kept */
  constructor(
    readonly course: Course,
    readonly settings: ProofSettings,
    readonly build = BUILD,
  ) {
    const { devices, timeout } = settings;
    const { version, platform, arch } = process;
    this.#shared = {
      ...sharedInputs(course),
      machine: JSON.stringify([version, platform, arch, cpus()[0]?.model]),
      settings: JSON.stringify([devices, timeout, build]),
    };
  }

  /** All that a proof of the exercise would depend on now; null where that is not known. */
  async inputs(id: string): Promise<Inputs | null> {
    try {
      // The spec was read before its file is hashed here, so it may be an older one.
      const spec = hashOf(JSON.stringify(specOf(this.course, id)));
      // Types alone, and files that nobody names, are in no bundle.
      const given = JSON.stringify(givenProblems(this.course, id, specOf(this.course, id)));
      return { ...(await exerciseInputs(this.course, id)), spec, given, ...this.#shared };
    } catch {
      return null;
    }
  }

  /** The proof that was made from just these. */
  find(id: string, inputs: Inputs | null): Proof | undefined {
    const text = inputs && readCache(this.#file(id));
    if (!text) return undefined;
    try {
      const kept = JSON.parse(text, reviveMiss) as { inputs: Inputs; proof: Proof };
      const isOf = kept.proof.id === id && kept.proof.problems.length === 0;
      return isOf && isDeepStrictEqual(kept.inputs, inputs) ? kept.proof : undefined;
    } catch {
      return undefined;
    }
  }

  /**
   * Keeps a proof that has no problems, unless something it depends on changed while it was made.
   *
   * @param before what it depended on when it was begun
   * @param updated it wrote the fixture, which may then be another
   */
  async keep(proof: Proof, before: Inputs | null, updated: boolean): Promise<void> {
    if (proof.problems.length > 0 || !before) return;
    const inputs = await this.inputs(proof.id);
    const rest = (of: Inputs) => (updated ? { ...of, [`fixtures/${proof.id}.json`]: '' } : of);
    if (inputs && isDeepStrictEqual(rest(inputs), rest(before)))
      writeCache(this.#file(proof.id), `${JSON.stringify({ proof, inputs }, null, 1)}\n`);
  }

  #file(id: string): string | undefined {
    const backends = Object.keys(this.settings.devices).join('-');
    return this.build === undefined ? undefined : cacheFile(this.course.root, `proofs/${id}.${backends}.json`);
  }
}

/** JSON has no infinity: it is a miss by any measure. */
const reviveMiss = (key: string, value: unknown) => (key === 'miss' && value === null ? Infinity : value);
