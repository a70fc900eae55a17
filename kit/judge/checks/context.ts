import type { Grader } from '../../author/grader.ts';
import type { CheckSpec } from '../../course/exercise.ts';
import type { Failure } from '../../subject/failure.ts';
import type { Subject } from '../../subject/subject.ts';
import type { Cost } from '../../wire/cost.ts';
import type { PreparedCase } from '../cases.ts';
import type { Value } from '../outputs.ts';
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
  /** The cases of a values, stability or gradient check. */
  cases: PreparedCase[];
  /** What the model solution costs in the case of a cost check. */
  solutionCost?: Cost;
  /** For a time check, where times can be taken. */
  startTrial?: () => Promise<TimeTrial>;
}

export interface CheckOutcome {
  failure: Failure | null;
  /** Largest error in units of the tolerance, over the cases; Infinity where the result is not a number or of a wrong shape. */
  ratio?: Ratio;
  /** What was computed in the cases that failed, for recognising a mistake. */
  observed?: Record<string, Record<string, Value>>;
  cost?: Cost;
  timing?: Timing;
  /** Why nothing can be said, though nothing went wrong. */
  undecided?: string;
}

export type Check = (context: CheckContext) => Promise<CheckOutcome>;
