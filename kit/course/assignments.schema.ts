/** graders/assignments.yaml, for the types in `assignments.ts` and for `assignments.schema.json`, which `npm run schemas` writes. */
import Type from 'typebox';
import { atLeast, byName, closed, oneOf } from './schema-kinds.ts';

export const LateRule = closed({
  /** Of the points earned, for each day begun. */
  percentPerDay: Type.Number({ minimum: 0, maximum: 100 }),
  graceMinutes: Type.Optional(atLeast(0)),
  /** Later than this earns nothing. */
  atMostDays: Type.Optional(atLeast(0)),
});

export const AssignmentSpec = closed({
  title: Type.String({ minLength: 1 }),
  /** Lectures, or ids. */
  exercises: Type.Array(Type.String(), { minItems: 1, uniqueItems: true }),
  /** What an exercise is worth here; default: its checks' points. */
  points: Type.Optional(byName(atLeast(1))),
  /** ISO 8601 with a zone. */
  due: Type.Optional(Type.String({ format: 'date-time' })),
  /** Such as Europe/Berlin: days late are counted by the clock there. */
  timeZone: Type.Optional(Type.String({ minLength: 1 })),
  late: Type.Optional(LateRule),
  /** Which of several submissions counts; default: latest. */
  keep: Type.Optional(oneOf('best', 'latest')),
  /** So many exercises with the worst results do not count. */
  dropLowest: Type.Optional(atLeast(0)),
});

export const Assignments = closed(
  { assignments: byName(AssignmentSpec, { minProperties: 1 }) },
  { title: 'What a course hands out, until when, and for how much' },
);
