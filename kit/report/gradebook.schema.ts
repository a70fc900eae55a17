/** A gradebook, for the types in `gradebook.ts` and for `gradebook.schema.json`, which `npm run schemas` writes. */
import Type from 'typebox';
import { atLeast, closed, nullable, oneOf } from '../course/schema-kinds.ts';
import { Adjustment } from './report.schema.ts';
import type { Report } from './report.ts';

export const GradebookEntry = closed({
  /** The user's name, as the folder's layout gives it. */
  student: Type.String(),
  /** The folder or archive, relative to the class's folder. */
  submission: Type.String(),
  /** When it was handed in, as ISO 8601 in UTC, if that is known. */
  submittedAt: nullable(Type.String()),
  /** `not-judged`: a fault of the machine, at least in part; no grade yet. `unreadable`: nothing in it can be graded. */
  status: oneOf('graded', 'not-judged', 'unreadable'),
  /** Null while there is no grade; `unreadable` is 0. */
  score: nullable(atLeast(0)),
  maxScore: atLeast(0),
  /** Why it is not graded, and what to do. */
  problem: nullable(Type.String()),
  /** Null where nothing was judged. */
  report: Type.Unsafe<Report | null>({ anyOf: [{ type: 'null' }, { $ref: '../report/v1' }] }),
  /** By hand: the score before, and what was added to it and why. Null while there is no grade to add to. */
  corrected: Type.Optional(closed({ from: nullable(atLeast(0)), because: Type.Array(Adjustment) })),
});

export const Gradebook = closed(
  {
    schema: Type.Literal('attention-kit/gradebook/v1'),
    /** The assignment's name in graders/assignments.yaml; null where whole lectures or exercises were graded. */
    assignment: nullable(Type.String()),
    title: Type.String(),
    maxScore: atLeast(0),
    /** By student. */
    entries: Type.Array(GradebookEntry),
    /** Who is in the roster and handed in nothing; only where there was a roster. */
    missing: Type.Optional(Type.Array(Type.String())),
  },
  { $id: 'attention-kit/gradebook/v1', title: "A class's grades" },
);
