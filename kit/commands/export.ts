import { basename, dirname, join, relative, resolve } from 'node:path';
import pc from 'picocolors';
import { type Assignment, assignmentNamed } from '../course/assignments.ts';
import { type Course, findCourse } from '../course/course.ts';
import { classroom50Files, templateNamed } from '../export/classroom50.ts';
import { type Placed, place, refuseFolder } from '../export/place.ts';
import { studentRepository } from '../export/student-repository.ts';

interface Options {
  assignment?: string;
  classroom50?: string;
  json?: boolean;
}

/** Writes the repository that an assignment's students start from, and beside it what Classroom 50 needs of it. */
export async function run(folder: string, options: Options): Promise<number> {
  const course = await findCourse();
  const assignment = options.assignment ? assignmentNamed(course, options.assignment) : wholeCourse(course);
  refuseFolder(folder);
  // Before anything is written: what is wrong with it is said first.
  const beside = options.classroom50 === undefined ? null : classroom50(folder, assignment, options.classroom50);
  const files = await studentRepository(course, assignment);
  const placed = place(folder, files);
  const also = beside && { folder: beside.folder, ...place(beside.folder, beside.files) };
  const said = { folder, assignment: assignment.name, ...placed, ...(also && { classroom50: also }) };
  if (options.json) process.stdout.write(`${JSON.stringify(said, null, 2)}\n`);
  else process.stdout.write(`${describe(folder, assignment, placed)}${also ? describeClassroom50(also, options) : ''}`);
  return 0;
}

/** Beside the repository, since students change what is in it. */
function classroom50(folder: string, assignment: Assignment, template: string) {
  const target = resolve(folder);
  const beside = join(dirname(target), `${basename(target)}-classroom50`);
  const files = classroom50Files(assignment, templateNamed(template));
  refuseFolder(beside);
  return { folder: beside, files };
}

function wholeCourse({ exercises }: Course): Assignment {
  return { name: 'exercises', title: 'Exercises', exercises };
}

function describe(folder: string, { title, exercises }: Assignment, placed: Placed): string {
  const shown = shownAs(folder);
  return `${pc.green('✓')} ${pc.bold(title)}: ${count(exercises.length, 'exercise')} in ${shown}
${whatWasDone(placed)}
${pc.dim(`\nNext: cd ${shown} && npm ci && npm start`)}\n`;
}

function describeClassroom50({ folder, ...placed }: Placed & { folder: string }, { classroom50 }: Options): string {
  const next = [
    `Next: push the students' repository to ${classroom50} and make it a template. Then, in your classroom's folder:`,
    'put autograders/ there, and add what is in assignments-entry.json to the list in assignments.json.',
  ];
  return `\n${pc.green('✓')} For Classroom 50: ${shownAs(folder)}\n${whatWasDone(placed)}\n${pc.dim(`\n${next.join('\n')}`)}\n`;
}

function whatWasDone({ written, kept, removed, unchanged }: Placed): string {
  return [
    `  ${count(written.length, 'file')} written${unchanged > 0 ? `, ${unchanged} as they were` : ''}`,
    ...removed.map((path) => `  removed: ${path} (no longer part of the export)`),
    ...kept.map((path) => `  ${pc.yellow('kept')}: ${path} (changed since the last export)`),
  ].join('\n');
}

const shownAs = (folder: string) => relative(process.cwd(), folder) || folder;
const count = (n: number, what: string) => `${n} ${what}${n === 1 ? '' : 's'}`;
