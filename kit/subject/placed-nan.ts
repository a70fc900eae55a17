/** Where NaN first arises, in the learner's own file. */
import type { FirstNaN } from '../wire/first-nan.ts';
import type { Bundle } from './bundle.ts';
import { calledAt, originOf } from './source-lines.ts';

export interface PlacedNaN extends FirstNaN {
  /** The submission's file and line. */
  at: string | undefined;
  /** What was called there: tf.div. */
  called: string | undefined;
  /** It arises while the gradient of that is taken. */
  inGradient: boolean;
  /** The learner's file, for what it says there. */
  source: string;
}

/** @param options source: the learner's file */
export function placedNaN(first: FirstNaN, { bundle, source = '' }: { bundle: Bundle; source?: string }): PlacedNaN {
  const { map } = bundle;
  const { stack = '', during } = first;
  const inOwn = originOf(stack, map);
  // In a backward pass the learner's line is that of the operation whose gradient is taken.
  const place = inOwn || during === undefined ? stack : during;
  const inGradient = during !== undefined && !inOwn;
  return { ...first, at: originOf(place, map), called: calledAt(place), inGradient, source };
}
