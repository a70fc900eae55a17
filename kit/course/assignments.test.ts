import { expect, test } from 'vitest';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { assignmentNamed, readAssignments } from './assignments.ts';
import { findCourse, PACKAGE_ROOT } from './course.ts';

const course = await findCourse(PACKAGE_ROOT);

function reading(text: string) {
  const root = temporaryFolder({ 'graders/assignments.yaml': text });
  return () => readAssignments({ ...course, root, exercises: ['01-one/a', '01-one/b'] });
}

test("the course's own assignments name exercises that exist, in the course's order", () => {
  expect(assignmentNamed(course, 'whole-course').exercises).toEqual(course.exercises);
  expect(assignmentNamed(course, 'positions-and-caches').points).toEqual({ '05-kv-cache/kv-cache': 20 });
});

test('an unknown assignment is refused with the names of those there are', () => {
  expect(() => assignmentNamed(course, 'midterm')).toThrow(/no assignment "midterm".*attention-fundamentals/);
});

test('a due date without a zone is refused at its line', () => {
  expect(reading('assignments:\n  a:\n    title: A\n    exercises: [01-one]\n    due: "2027-01-01T10:00"\n')).toThrow(
    /assignments.yaml:5: assignments.a.due/,
  );
});

test('a time zone that there is not, and a due date that its clock does not show, are refused', () => {
  const head = 'assignments:\n  a:\n    title: A\n    exercises: [01-one]\n';
  const rules = (due: string, zone: string) => reading(`${head}    due: ${due}\n    timeZone: ${zone}\n`);
  expect(rules('2027-07-01T10:00:00+02:00', 'Europe/Berlin')).not.toThrow();
  expect(rules('2027-07-01T10:00:00Z', 'Europe/Berlin')).not.toThrow();
  expect(rules('2027-07-01T10:00:00+02:00', 'Berlin')).toThrow(/a has the time zone "Berlin".*such as Europe\/Berlin/);
  expect(rules('2027-07-01T10:00:00+01:00', 'Europe/Berlin')).toThrow(
    /is due at 2027-07-01T10:00:00\+01:00, but the clock of Europe\/Berlin is then at \+02:00; correct one of them/,
  );
});

test('points for an exercise that is not part of it, and dropping all of them, are refused', () => {
  const head = 'assignments:\n  a:\n    title: A\n    exercises: [a]\n';
  expect(reading(`${head}    points: { 01-one/b: 3 }\n`)).toThrow(/gives points for 01-one\/b/);
  expect(reading(`${head}    dropLowest: 1\n`)).toThrow(/drops all of its 1 exercises/);
});

test('dropping the lowest is refused where exercises are worth different points, and taken where they are made the same', async () => {
  const yaml = (points: number) => `title: A
exports: { f: tensor }
checks: { hygiene/a: { title: t, points: ${points} } }
hints: [a first long hint, a second long hint, a third long hint]
`;
  const reading = async (rules: string) => {
    const assignments = `assignments:\n  a:\n    title: A\n    exercises: [01-one]\n${rules}`;
    const files = { 'graders/01-one/a.yaml': yaml(10), 'graders/01-one/b.yaml': yaml(12) };
    const course = await findCourse(temporaryFolder({ ...files, 'graders/assignments.yaml': assignments }));
    return () => readAssignments(course);
  };
  expect(await reading('')).not.toThrow();
  expect(await reading('    dropLowest: 0\n')).not.toThrow();
  expect(await reading('    dropLowest: 1\n')).toThrow(
    /assignments.yaml: a has dropLowest, but its exercises are not worth the same \(01-one\/a 10, 01-one\/b 12\); under points/,
  );
  expect(await reading('    dropLowest: 1\n    points: { 01-one/a: 12 }\n')).not.toThrow();
});
