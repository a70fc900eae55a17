/** `graders/assignments.yaml`: what a course hands out, until when, and for how much. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import type { Static } from 'typebox';
import schema from './assignments.schema.json' with { type: 'json' };
import type { AssignmentSpec, Assignments, LateRule as LateRuleSchema } from './assignments.schema.ts';
import { type Course, selectExercises, specOf } from './course.ts';
import { InputError } from './input-error.ts';
import { maxPoints } from './points.ts';
import { isTimeZone, offsetIn, offsetOf, offsetText } from './time-zone.ts';
import { parseYaml } from './yaml.ts';

export type LateRule = Static<typeof LateRuleSchema>;

export interface Assignment extends Static<typeof AssignmentSpec> {
  name: string;
  /** Ids, in the course's order. */
  exercises: string[];
}

const ajv = new Ajv({ strict: false, formats: { 'date-time': isInstant } });
const validate = ajv.compile<Static<typeof Assignments>>(schema);

/** Without a zone it would be another moment on every machine. */
function isInstant(text: string): boolean {
  return /T\d\d:\d\d[\d:.,]*(Z|[+-]\d\d:\d\d)$/.test(text) && !Number.isNaN(Date.parse(text));
}

/** @throws InputError if the file is wrong, naming file and line, or an exercise of it does not exist */
export function readAssignments(course: Course): Assignment[] {
  const file = join(course.root, 'graders/assignments.yaml');
  if (!existsSync(file)) return [];
  const { assignments } = parseYaml(readFileSync(file, 'utf8'), file, validate);
  return Object.entries(assignments).map(([name, spec]) => {
    const chosen = new Set(selectExercises(course, spec.exercises));
    const exercises = course.exercises.filter((id) => chosen.has(id));
    const stray = Object.keys(spec.points ?? {}).find((id) => !chosen.has(id));
    if (stray) throw new InputError(`${file}: ${name} gives points for ${stray}, which is not one of its exercises`);
    if ((spec.dropLowest ?? 0) >= exercises.length)
      throw new InputError(`${file}: ${name} drops all of its ${exercises.length} exercises`);
    const assignment = { name, ...spec, exercises };
    refuseTimeZone(assignment, file);
    refuseUnequalDrops(course, assignment, file);
    return assignment;
  });
}

/** What an exercise is worth in an assignment, in points. */
export function worthOf(course: Course, { points }: Assignment, id: string): number {
  return points?.[id] ?? maxPoints(specOf(course, id));
}

/** Else the maximum would depend on which are dropped, and so differ from student to student. */
function refuseUnequalDrops(course: Course, assignment: Assignment, file: string): void {
  if (!assignment.dropLowest) return;
  const worth = assignment.exercises.map((id) => ({ id, points: worthOf(course, assignment, id) }));
  const other = worth.find(({ points }) => points !== worth[0].points);
  if (!other) return;
  const [one, two] = [worth[0], other].map(({ id, points }) => `${id} ${points}`);
  throw new InputError(
    `${file}: ${assignment.name} has dropLowest, but its exercises are not worth the same (${one}, ${two}); under points give all of them the same`,
  );
}

/** A due date that was written for the other half of the year is an hour off, and nobody sees it. */
function refuseTimeZone({ name, due, timeZone }: Assignment, file: string): void {
  if (timeZone === undefined) return;
  if (!isTimeZone(timeZone)) {
    throw new InputError(
      `${file}: ${name} has the time zone "${timeZone}", which does not exist; expected one such as Europe/Berlin`,
    );
  }
  if (due === undefined || due.endsWith('Z')) return;
  const offset = offsetIn(timeZone, Date.parse(due));
  if (offset === offsetOf(due)) return;
  throw new InputError(
    `${file}: ${name} is due at ${due}, but the clock of ${timeZone} is then at ${offsetText(offset)}; correct one of them`,
  );
}

/** @throws InputError that lists those there are */
export function assignmentNamed(course: Course, name: string): Assignment {
  const assignments = readAssignments(course);
  const found = assignments.find((assignment) => assignment.name === name);
  const names = assignments.map((assignment) => assignment.name).join(', ');
  if (!found) {
    throw new InputError(
      `there is no assignment "${name}"; ${names ? `graders/assignments.yaml has ${names}` : 'graders/assignments.yaml has none'}`,
    );
  }
  return found;
}
