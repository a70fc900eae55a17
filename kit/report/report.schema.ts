/** A report, for the types in `report.ts` and for `report.schema.json`, which `npm run schemas` writes. */
import Type from 'typebox';
import { CHECK_KINDS } from '../course/exercise.schema.ts';
import { atLeast, byName, closed, nullable, oneOf } from '../course/schema-kinds.ts';
import { Timing } from '../judge/timing.schema.ts';
import { Machine } from '../subject/machine.schema.ts';
import { Picture } from '../subject/picture.schema.ts';

export const CheckReport = closed({
  id: Type.String(),
  kind: oneOf(...CHECK_KINDS),
  title: Type.String(),
  status: oneOf('pass', 'fail', 'not-judged'),
  /** It holds, and scores once a check of the values passes. Until then nothing is won by it, so its status is `fail`. */
  holds: Type.Optional(Type.Literal(true)),
  points: atLeast(0),
  maxPoints: atLeast(0),
  /** What is wrong and where, why it was not judged, or why it passes though the device's values are off. May show hidden inputs: not for students' eyes. */
  message: nullable(Type.String()),
  /** The submission's own file and line. */
  at: Type.Optional(Type.String()),
  /** How it ended the check, where it neither returned nor threw. */
  fault: Type.Optional(oneOf('timeout', 'limit', 'exited', 'protocol')),
  /** The known mistake that this looks like, with what its author is told. That is fixed text, fit for students. */
  misconception: nullable(closed({ id: Type.String(), feedback: Type.String() })),
  /** The smallest case that still fails. */
  smallest: Type.Optional(Type.String()),
  picture: Type.Optional(Picture),
  cost: nullable(byName(Type.Number())),
  /** What the model solution costs in the same case. Of public cases only. */
  solutionCost: Type.Optional(byName(Type.Number())),
  /** Of a time check that measured anything. */
  timing: Type.Optional(Timing),
  /** Why it counts for nothing here, though it was not judged: the grade is final without it. Fixed text, fit for students. */
  setAside: Type.Optional(Type.String({ minLength: 1 })),
});

export const ExerciseReport = closed({
  id: Type.String(),
  title: Type.String(),
  score: atLeast(0),
  maxScore: atLeast(0),
  /** Why nothing in it could be run: no file, a syntax error. */
  problem: nullable(Type.String()),
  checks: Type.Array(CheckReport),
  /** What the submission printed, if anything was kept. */
  printed: Type.Optional(Type.String()),
});

export const Adjustment = closed({
  /** For the student: "2 days late: 10% a day". */
  reason: Type.String(),
  /** Added to the score; 0 where only the reason is of interest. */
  points: Type.Integer(),
});

export const Report = closed(
  {
    schema: Type.Literal('attention-kit/report/v1'),
    submission: closed({ id: Type.String(), commit: nullable(Type.String()) }),
    /** `public` for the fixture's cases, else the seed that replays this grade: `kit grade --seed submission:<this>`. */
    seed: Type.String(),
    backend: closed({ name: Type.String(), device: Type.String(), accelerated: Type.Boolean() }),
    /** More of the device, where anything is known of it; only of grades on hidden cases. */
    machine: Type.Optional(Machine),
    /** Kernels of the submission that the backend lacks and that ran on the cpu in its place, with how often, if any did. */
    fallbacks: Type.Optional(byName(atLeast(1), { minProperties: 1 })),
    isolation: oneOf('bubblewrap', 'permissions', 'none'),
    /** The exercises' scores and the adjustments, never below 0. */
    score: atLeast(0),
    maxScore: atLeast(0),
    exercises: Type.Array(ExerciseReport),
    /** What the assignment's policy changed: lateness, dropped exercises. */
    adjustments: Type.Optional(Type.Array(Adjustment)),
  },
  { $id: 'attention-kit/report/v1', title: 'A graded submission' },
);
