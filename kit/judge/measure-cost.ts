/** Counts what a case costs, whatever comes of it. */
import { Draw } from '../author/draw.ts';
import type { CaseParams, Grader } from '../author/grader.ts';
import type { TensorTree } from '../author/ndarray.ts';
import type { Subject } from '../subject/subject.ts';
import type { Cost } from '../wire/cost.ts';

/** What one run of a case costs, from the grader's last mark on. */
export async function measureCase(
  subject: Subject,
  grader: Grader,
  params: CaseParams,
  inputs: TensorTree,
): Promise<Cost> {
  await grader.run(subject.submission, inputs, params, subject.counter);
  const { cost } = await subject.usage();
  await subject.forget();
  return cost;
}

/** The same, with inputs of this seed. */
export function measure(subject: Subject, grader: Grader, params: CaseParams, seed: string): Promise<Cost> {
  return measureCase(subject, grader, params, grader.inputs(new Draw(seed), params));
}
