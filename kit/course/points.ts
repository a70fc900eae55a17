/** What an exercise is worth. Apart from the YAML's parser, which few commands load. */
import type { ExerciseSpec } from './exercise.ts';

export function maxPoints(spec: ExerciseSpec): number {
  return spec.checks.reduce((sum, { points }) => sum + points, 0);
}
