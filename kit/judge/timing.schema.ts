import Type from 'typebox';
import { atLeast, closed } from '../course/schema-kinds.ts';

const amount = Type.Number({ minimum: 0 });

/** What a report tells of a comparison of the submission with the model solution. */
export const Timing = closed({
  /** Median of the pairs' ratios, and the interval that holds the true one. */
  ratio: amount,
  low: amount,
  high: amount,
  pairs: atLeast(1),
  /** The most that is allowed. */
  budget: Type.Number({ exclusiveMinimum: 0 }),
  /** The solution against itself, measured likewise: so many times slower a run may seem than it is. */
  noise: Type.Number({ minimum: 1 }),
  /** The submission's median, in ms. */
  ms: amount,
  /** Its counted work in that time, as a part of what the device can do at most. */
  fractionOfRoofline: amount,
});
