import type { Grader } from '../../author/grader.ts';
import type { CheckSpec } from '../../course/exercise.ts';
import type { Failure } from '../../subject/failure.ts';
import type { Subject } from '../../subject/subject.ts';
import type { Cost } from '../../wire/cost.ts';
import type { PreparedCase } from '../cases.ts';
import type { OptionPair } from '../option-pairs.ts';
import type { CaseSign } from '../signs.ts';
import type { TimeTrial } from '../time-trial.ts';
import type { Timing } from '../timing.ts';
import type { Ratio } from './judge-output.ts';

/** What a check has to work with. */
export interface CheckContext {
  check: CheckSpec;
  grader: Grader;
  subject: Subject;
  /** Words for axis letters; default: the course's. */
  axisWords?: Readonly<Record<string, string>>;
  /** Everything random in the check comes from this. */
  seed: string;
  /** The cases of a values, stability or gradient check; in grading, of a cost check: its case, then those of its growth. */
  cases: PreparedCase[];
  /** Of a hygiene check: pairs of cases that differ in one option. */
  optionPairs?: readonly OptionPair[];
  /** Of a hygiene check: whether one of the values or stability before it failed. */
  valuesFailed?: boolean;
  /** What the model solution costs in the case of a cost check … */
  solutionCost?: () => Promise<Cost | undefined>;
  /** … and in the public one. */
  publicCost?: Cost;
  /** For a time check, where times can be taken. */
  startTrial?: () => Promise<TimeTrial>;
}

export interface CheckOutcome {
  failure: Failure | null;
  /** Largest error in units of the tolerance, over the cases; Infinity where the result is not a number or of a wrong shape. */
  ratio?: Ratio;
  /** What the cases that failed look like, by name, for recognising a mistake. */
  signs?: Record<string, CaseSign>;
  cost?: Cost;
  timing?: Timing;
  /** Why nothing can be said, though nothing went wrong. */
  undecided?: string;
}

export type Check = (context: CheckContext) => Promise<CheckOutcome>;
