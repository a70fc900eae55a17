/**
 * What Classroom 50 needs to run the public cases in a student's repository: an assignment's entry for its
 * `assignments.json`, and the `autograder.py` that its runner calls there, which keeps partial points. Its bundle can be
 * read by everyone, so nothing hidden has a place in it.
 */
import type { Assignment } from '../course/assignments.ts';
import { InputError } from '../course/input-error.ts';
import { EXPORT_FILE } from '../course/student-repository.ts';
import { json } from './student-files.ts';
import { type Files, recordOf } from './student-repository.ts';

export interface Template {
  owner: string;
  repo: string;
  branch: string;
}

/** As `owner/repository`, or `owner/repository@branch`. @throws InputError */
export function templateNamed(text: string): Template {
  const [, owner, repo, branch = 'main'] = text.match(/^([\w-]+)\/([\w.-]+)(?:@([\w./-]+))?$/) ?? [];
  if (owner === undefined)
    throw new InputError(
      `--classroom50 takes the template's owner/repository, or owner/repository@branch, not "${text}"`,
    );
  return { owner, repo, branch };
}

/** Both, by path, and the record by which a later export knows what was changed since. */
export function classroom50Files(assignment: Assignment, template: Template): Files {
  const entry = classroom50Entry(assignment, template);
  const files: Files = new Map([
    ['assignments-entry.json', json(entry)],
    [`autograders/${entry.slug}/autograder.py`, classroom50Autograder(assignment.exercises)],
  ]);
  return files.set(EXPORT_FILE, json(recordOf(assignment, files)));
}

/** Its short names: lower-case letters, digits and dashes, 2 to 39 of them. */
const SHORT_NAME = /^[a-z0-9][a-z0-9-]{1,38}$/;

/** The entry for `assignments.json`. @throws InputError where the name cannot be a short name there */
export function classroom50Entry({ name, title, due }: Assignment, template: Template) {
  if (!SHORT_NAME.test(name)) {
    throw new InputError(
      `"${name}" cannot be an assignment of Classroom 50's: 2 to 39 lower-case letters, digits and dashes can`,
    );
  }
  return {
    slug: name,
    name: title,
    template,
    // A UTC instant without fractions, as its own tools write it.
    ...(due && { due: new Date(due).toISOString().replace(/\.\d+Z$/, 'Z') }),
    mode: 'individual',
    autograder: 'default',
    runtime: { node: '22' },
  };
}

/**
 * `autograders/<slug>/autograder.py`: its runner calls it in the student's checkout and reads `result.json` from there.
 * An exit status other than 0 is an error of the machine's, and no grade.
 */
export function classroom50Autograder(exercises: string[]): string {
  const stray = exercises.find((id) => !/^[\w-]+\/[\w-]+$/.test(id));
  if (stray !== undefined) throw new InputError(`"${stray}" cannot be a command's argument in an autograder`);
  return `"""Judges the public cases with the kit in the student's repository. Made by \`kit export\`."""

import os
import subprocess
import sys

EXERCISES = ${JSON.stringify(exercises)}
REPORT = "report.json"

install = ["npm", "ci"] if os.path.exists("package-lock.json") else ["npm", "install"]
subprocess.run(install, check=True)
with open(REPORT, "w", encoding="utf-8") as report:
    judged = subprocess.run(["npx", "kit", "run", *EXERCISES, "--json"], stdout=report)
# 0: all passed; 1: judged, not all passed; anything else is not a grade.
if judged.returncode not in (0, 1):
    sys.exit(judged.returncode)
subprocess.run(["npx", "kit", "format", REPORT, "--as", "classroom50", "--out", "result.json"], check=True)
os.remove(REPORT)
`;
}
