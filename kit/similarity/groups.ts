/** Who handed in together: one submission of several students, as Gradescope's groups make it. */
import type { Submission } from '../class/layouts.ts';

export interface Group {
  /** One, or several whose last submission is the same. */
  students: string[];
  submission: string;
  /** Groups' first students: each of that group once handed in together with each of this one. */
  partners: Set<string>;
}

/** Every student's last submission, and each submission once. @param submissions sorted as `findSubmissions` does */
export function groupsOf(submissions: Submission[]): Group[] {
  const together = studentsBy(submissions.map(({ student, submission }) => [submission, student]));
  const last = new Map(submissions.map(({ student, submission }) => [student, submission]));
  const groups = studentsBy([...last].map(([student, submission]) => [submission, student]));
  const shared = [...together.values()].filter(({ size }) => size > 1);
  const handedInTogether = (one: string, other: string) => shared.some((all) => all.has(one) && all.has(other));
  const all = [...groups].map(([submission, students]) => ({ submission, students: [...students] }));
  return all.map((group) => {
    const partners = all.filter(
      (other) =>
        other !== group && group.students.every((one) => other.students.every((two) => handedInTogether(one, two))),
    );
    return { ...group, partners: new Set(partners.map(({ students: [first] }) => first)) };
  });
}

function studentsBy(owned: [submission: string, student: string][]): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const [submission, student] of owned) found.set(submission, (found.get(submission) ?? new Set()).add(student));
  return found;
}
