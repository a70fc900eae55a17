/** All cases of an exercise drawn from a seed that only one submission has. Whoever is judged from the same seed shares them. */

import { Draw, deriveSeed } from '../author/draw.ts';
import type { CaseParams, Oracle } from '../author/grader.ts';
import type { CheckSpec } from '../course/exercise.ts';
import type { Bundle } from '../subject/bundle.ts';
import type { Sandbox } from '../subject/sandbox.ts';
import type { Cost } from '../wire/cost.ts';
import { drawCase, type PreparedCase } from './cases.ts';
import { costCaseName, costCases, drawnCostCases } from './cost-sizes.ts';
import type { Materials } from './materials.ts';
import { solutionCost } from './solution-cost.ts';

/** Public cases as in the fixture, or all of a submission's own. */
export type Cases = { kind: 'public' } | HiddenCases;

export class HiddenCases {
  readonly kind = 'hidden';
  readonly #drawn = new Map<string, Promise<PreparedCase[]>>();
  readonly #costs = new Map<string, Promise<Cost>>();
  /** Ends when all that was asked for so far is drawn. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(
    readonly seed: string,
    readonly materials: Materials,
    readonly oracle: Oracle,
    /** What time checks hold a submission against, and budgets that are so many times its cost. */
    readonly solution: Bundle | null = null,
    /** Where the solution's costs are counted. Without it, cases with such a budget have the public sizes. */
    readonly besides: Sandbox | null = null,
  ) {}

  /**
   * Drawn when first asked for, one check after the other, with a turn for others after each case. Of a cost check: its
   * case, then those in which growth is measured.
   */
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

  /** What the model solution costs in the case of a cost check. */
  async solutionCost(check: CheckSpec): Promise<Cost> {
    if (!this.solution || !this.besides) return this.materials.fixture.costs[check.id];
    const cost =
      this.#costs.get(check.id) ??
      this.of(check).then(([first]) =>
        solutionCost(this.materials, this.solution as Bundle, this.besides as Sandbox, first),
      );
    this.#costs.set(check.id, cost);
    // One that failed is counted again when it is asked for again.
    cost.catch(() => this.#costs.delete(check.id));
    return cost;
  }

  async #draw(check: CheckSpec): Promise<PreparedCase[]> {
    const { id, spec, grader } = this.materials;
    const seed = deriveSeed(this.seed, id);
    const cases: PreparedCase[] = [];
    for (const params of check.kind === 'cost' ? this.#costParams(check) : (check.cases ?? [])) {
      await new Promise(setImmediate);
      cases.push(drawCase(spec, grader, this.oracle, check, params, seed));
    }
    return cases;
  }

  #costParams(check: CheckSpec): (CaseParams & { name: string })[] {
    const { grader } = this.materials;
    const draw = new Draw(deriveSeed(this.seed, `${this.materials.id}/${check.id}/sizes`));
    const isMoved = !isHeldAgainstSolution(check) || (this.solution && this.besides);
    const sizes = isMoved ? drawnCostCases(check, grader, draw) : costCases(check);
    return sizes.map((params) => ({ ...params, name: costCaseName(params) }));
  }
}

/** Whether a budget of it is so many times the model solution's cost. */
export function isHeldAgainstSolution({ kind, budget }: CheckSpec): boolean {
  if (kind !== 'cost' || typeof budget !== 'object') return false;
  return Object.values(budget).some((bound) => typeof bound === 'object' && 'timesSolution' in bound);
}
