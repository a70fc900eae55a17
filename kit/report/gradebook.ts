/** A class's grades: one entry a student, and the report that each grade is made of. Every gradebook format is a function of it. */
import type { Report } from './report.ts';

export interface Gradebook {
  schema: 'attention-kit/gradebook/v1';
  /** The assignment's name in graders/assignments.yaml; null where whole lectures or exercises were graded. */
  assignment: string | null;
  title: string;
  maxScore: number;
  /** By student. */
  entries: GradebookEntry[];
}

export interface GradebookEntry {
  /** The user's name, as the folder's layout gives it. */
  student: string;
  /** The folder or archive, relative to the class's folder. */
  submission: string;
  /** When it was handed in, as ISO 8601 in UTC, if that is known. */
  submittedAt: string | null;
  /** `not-judged`: a fault of the machine, at least in part; no grade yet. `unreadable`: nothing in it can be graded. */
  status: 'graded' | 'not-judged' | 'unreadable';
  /** Null while there is no grade; `unreadable` is 0. */
  score: number | null;
  maxScore: number;
  /** Why it is not graded, and what to do. */
  problem: string | null;
  /** Null where nothing was judged. */
  report: Report | null;
}
