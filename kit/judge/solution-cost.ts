/** What the model solution costs in a case that only one submission has: counted anew, since budgets hang on it. */
import type { Bundle } from '../subject/bundle.ts';
import { SubmissionFault } from '../subject/failure.ts';
import { HostFailed } from '../subject/host.ts';
import type { Sandbox } from '../subject/sandbox.ts';
import { Subject } from '../subject/subject.ts';
import type { Cost } from '../wire/cost.ts';
import type { PreparedCase } from './cases.ts';
import type { Materials } from './materials.ts';
import { measureCase } from './measure-cost.ts';

/** @param sandbox of the solution's own: no submission's code is ever in it */
export async function solutionCost(
  { spec, grader }: Pick<Materials, 'spec' | 'grader'>,
  bundle: Bundle,
  sandbox: Sandbox,
  { inputs, params }: Pick<PreparedCase, 'inputs' | 'params'>,
): Promise<Cost> {
  const solution = new Subject(sandbox, { exports: spec.exports, bundle });
  try {
    return await measureCase(solution, grader, params, inputs);
  } catch (error) {
    if (!(error instanceof SubmissionFault)) throw error;
    // No fault of the submission's, and one that may pass: the check is tried once more.
    throw new HostFailed(`the model solution fails where its cost is counted: ${error.failure.message}`);
  }
}
