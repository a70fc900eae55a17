/** A class's grades: one entry a student, and the report that each grade is made of. Every gradebook format is a function of it. */
import type { Static } from 'typebox';
import type * as schema from './gradebook.schema.ts';

export type Gradebook = Static<typeof schema.Gradebook>;
export type GradebookEntry = Static<typeof schema.GradebookEntry>;
