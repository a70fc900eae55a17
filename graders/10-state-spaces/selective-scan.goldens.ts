import { at, fromNested, type NdArray, type Nested } from '../../kit/author/ndarray.ts';
import { rearrange } from '../../kit/author/rearrange.ts';
import { hasOnly, isSet } from '../../kit/goldens/fields.ts';
import { defineGoldenAdapters } from '../../kit/goldens/golden.ts';

type Matrix = number[][];

export default defineGoldenAdapters([
  {
    // The authors put channels before length. B and C vary with time for all channels or for each group of them, or
    // are constant and each channel's own.
    mechanism: 'mamba',
    inputs: ['u', 'delta', 'A', 'B', 'C'],
    covers(golden) {
      const { u, B, C } = golden.inputs;
      const groups = [B, C].map((x) => groupsOf(x, u.shape[1]));
      return (
        hasOnly(golden, ['u', 'delta', 'A', 'B', 'C', 'D', 'z', 'delta_bias']) &&
        u.shape.length === 3 &&
        [B, C].every(({ shape }) => shape.length >= 2 && shape.length <= 4) &&
        groups.every((count) => u.shape[1] % count === 0 && Math.max(...groups) % count === 0)
      );
    },
    compute(oracle, golden) {
      const { u, delta, A, B, C, D, z, delta_bias } = golden.inputs;
      const [batch, I, L] = u.shape;
      const groups = Math.max(groupsOf(B, I), groupsOf(C, I));
      const width = I / groups;
      const results = Array.from({ length: batch }, (_, b) =>
        // Channels that share B and C go through the oracle together.
        Array.from({ length: groups }, (_, g): { y: Matrix; lastState: Matrix } => {
          const channels = <T>(rows: T[]): T[] => rows.slice(g * width, (g + 1) * width);
          const inTime = (x: NdArray): Matrix => transposed(channels(at(x, b)));
          return oracle.selectiveScan(
            inTime(u),
            inTime(delta),
            channels(at(A)),
            overTime(B, b, Math.floor((g * groupsOf(B, I)) / groups), L),
            overTime(C, b, Math.floor((g * groupsOf(C, I)) / groups), L),
            {
              d: D && channels([...D.data]),
              z: z && inTime(z),
              deltaBias: delta_bias && channels([...delta_bias.data]),
              softplus: isSet(golden, 'delta_softplus', 'softplus'),
            },
          );
        }),
      );
      const all = (part: (result: { y: Matrix; lastState: Matrix }) => Matrix) =>
        fromNested(results.map((parts) => parts.flatMap(part)) as Nested);
      return { out: all(({ y }) => transposed(y)), last_state: all(({ lastState }) => lastState) };
    },
  },
]);

/** Into how many parts of the channels B or C differ. */
function groupsOf({ shape }: NdArray, I: number): number {
  return shape.length === 2 ? I : shape.length === 3 ? 1 : shape[1];
}

/** [L][N] of one group: from [I, N] without time, [B, N, L], or [B, groups, N, L]. */
function overTime(x: NdArray, b: number, group: number, L: number): Matrix {
  if (x.shape.length === 2) return Array.from({ length: L }, () => at(x, group));
  return x.shape.length === 3
    ? at(rearrange(x, 'b n l -> b l n'), b)
    : at(rearrange(x, 'b g n l -> b g l n'), b, group);
}

function transposed(rows: Matrix): Matrix {
  return rows[0].map((_, column) => rows.map((row) => row[column]));
}
