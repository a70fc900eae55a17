/** All cases of an exercise drawn from a seed that only one submission has. Whoever is judged from the same seed shares them. */

import { deriveSeed } from '../author/draw.ts';
import type { Oracle } from '../author/grader.ts';
import type { CheckSpec } from '../course/exercise.ts';
import type { Bundle } from '../subject/bundle.ts';
import { drawCase, type PreparedCase } from './cases.ts';
import type { Materials } from './materials.ts';

/** Public cases as in the fixture, or all of a submission's own. */
export type Cases = { kind: 'public' } | HiddenCases;

export class HiddenCases {
  readonly kind = 'hidden';
  readonly #drawn = new Map<string, Promise<PreparedCase[]>>();
  /** Ends when all that was asked for so far is drawn. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(
    readonly seed: string,
    readonly materials: Materials,
    readonly oracle: Oracle,
    /** What time checks hold a submission against. */
    readonly solution: Bundle | null = null,
  ) {}

  /** Drawn when first asked for, one check after the other, with a turn for others after each case. */
  of(check: CheckSpec): Promise<PreparedCase[]> {
    const drawn = this.#drawn.get(check.id) ?? this.#last.then(() => this.#draw(check));
    if (!this.#drawn.has(check.id)) {
      this.#drawn.set(check.id, drawn);
      // Whoever needs them hears of it.
      this.#last = drawn.catch(() => {});
    }
    return drawn;
  }

  /** Draws while there is nothing else to do: the calls of one check leave the time for the cases of the next. */
  async drawAhead(): Promise<void> {
    for (const check of this.materials.spec.checks) void this.of(check);
    await this.#last;
  }

  async #draw(check: CheckSpec): Promise<PreparedCase[]> {
    const { id, spec, grader } = this.materials;
    const seed = deriveSeed(this.seed, id);
    const cases: PreparedCase[] = [];
    for (const params of check.cases ?? []) {
      await new Promise(setImmediate);
      cases.push(drawCase(spec, grader, this.oracle, check, params, seed));
    }
    return cases;
  }
}
