import { relative } from 'node:path';
import pc from 'picocolors';
import { type Assignment, assignmentNamed } from '../course/assignments.ts';
import { type Course, findCourse } from '../course/course.ts';
import { type Placed, place, refuseFolder } from '../export/place.ts';
import { studentRepository } from '../export/student-repository.ts';

interface Options {
  assignment?: string;
  json?: boolean;
}

/** Writes the repository that an assignment's students start from. */
export async function run(folder: string, options: Options): Promise<number> {
  const course = await findCourse();
  const assignment = options.assignment ? assignmentNamed(course, options.assignment) : wholeCourse(course);
  refuseFolder(folder);
  const files = await studentRepository(course, assignment);
  const placed = place(folder, files);
  if (options.json)
    process.stdout.write(`${JSON.stringify({ folder, assignment: assignment.name, ...placed }, null, 2)}\n`);
  else process.stdout.write(describe(folder, assignment, placed));
  return 0;
}

function wholeCourse({ exercises }: Course): Assignment {
  return { name: 'exercises', title: 'Exercises', exercises };
}

function describe(
  folder: string,
  { title, exercises }: Assignment,
  { written, kept, removed, unchanged }: Placed,
): string {
  const shown = relative(process.cwd(), folder) || folder;
  const count = (n: number, what: string) => `${n} ${what}${n === 1 ? '' : 's'}`;
  const lines = [
    `${pc.green('✓')} ${pc.bold(title)}: ${count(exercises.length, 'exercise')} in ${shown}`,
    `  ${count(written.length, 'file')} written${unchanged > 0 ? `, ${unchanged} as they were` : ''}`,
  ];
  for (const path of removed) lines.push(`  removed: ${path} (no longer part of the export)`);
  for (const path of kept) lines.push(`  ${pc.yellow('kept')}: ${path} (changed since the last export)`);
  lines.push(pc.dim(`\nNext: cd ${shown} && npm ci && npm start`));
  return `${lines.join('\n')}\n`;
}
