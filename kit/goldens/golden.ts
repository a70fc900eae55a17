/**
 * What `graders/NN-lecture/<name>.goldens.ts` exports: how an oracle computes what another implementation has computed.
 * An adapter goes by mechanism and by the names of inputs and outputs, never by a file's name.
 */

import type { Oracle } from '../author/grader.ts';
import type { NdArray } from '../author/ndarray.ts';

/** One golden file. */
export interface Golden {
  mechanism: string;
  case: string;
  params: Record<string, unknown>;
  inputs: Record<string, NdArray>;
  outputs: Record<string, NdArray>;
}

export interface GoldenAdapter {
  mechanism: string;
  /** The inputs that a file must have; others may be there if the adapter knows them. */
  inputs: string[];
  /** False for a convention that the oracle does not follow, an input that it has no place for, or one that it lacks. */
  covers?: (golden: Golden) => boolean;
  /** Outputs by the file's own names, moved and transposed to the file's own layout. */
  compute: (oracle: Oracle, golden: Golden) => Record<string, NdArray>;
}

/** Gives a list of adapters its type. */
export function defineGoldenAdapters(adapters: GoldenAdapter[]): GoldenAdapter[] {
  return adapters;
}
