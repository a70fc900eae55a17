/** The submissions that prove an exercise: its stub, its model solution, other right answers, and known mistakes. */
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { type Course, pathsOf } from '../course/course.ts';
import { InputError } from '../course/input-error.ts';
import { type Bundle, bundle, bundleText, isBundleError } from '../subject/bundle.ts';
import { EditFailed, edited, isEdit } from './edits.ts';
import { type KnownMistakes, knownMistakes } from './mistakes.ts';
import { editedSolutions, mistakesModule } from './mistakes-module.ts';

export interface Candidate {
  kind: 'stub' | 'solution' | 'alternate' | 'mistake';
  name: string;
  bundle: Bundle;
  /** Where its functions are in the bundle's exports. */
  path: string[];
}

export interface Candidates {
  candidates: Candidate[];
  mistakes: KnownMistakes['mistakes'];
  /** Edits that do not fit the solution, in words. */
  problems: string[];
}

export async function candidatesOf(course: Course, id: string): Promise<Candidates> {
  const { stub, solution, mistakes: file } = pathsOf(course, id);
  const known = await knownMistakes(course, id);
  const source = readFileSync(solution, 'utf8');
  const problems: string[] = [];
  const texts: Record<string, string> = {};
  const made = { mistakes: { ...known.mistakes }, alternates: { ...known.alternates } };
  for (const group of ['mistakes', 'alternates'] as const) {
    for (const [name, each] of Object.entries(known[group])) {
      if (!isEdit(each)) continue;
      try {
        texts[`${group}/${name}`] = edited(source, each);
      } catch (error) {
        if (!(error instanceof EditFailed)) throw error;
        const what = group === 'mistakes' ? 'mistake' : 'alternate';
        problems.push(`the ${what} ${name} in ${relative(course.root, file)}: ${error.message}`);
        delete made[group][name];
      }
    }
  }
  const [stubBundle, solutionBundle, allMistakes] = await Promise.all([
    bundled(course, stub),
    bundled(course, solution),
    bundleText(mistakesModule(course, id, made), {
      root: course.root,
      plugins: [editedSolutions(solution, texts)],
    }),
  ]);
  const of = (kind: 'alternate' | 'mistake', group: string, names: string[]) =>
    names.map((name): Candidate => ({ kind, name, bundle: allMistakes, path: [group, name] }));
  return {
    candidates: [
      { kind: 'stub', name: 'stub', bundle: stubBundle, path: [] },
      { kind: 'solution', name: 'solution', bundle: solutionBundle, path: [] },
      ...of('alternate', 'alternates', Object.keys(made.alternates)),
      ...of('mistake', 'mistakes', Object.keys(made.mistakes)),
    ],
    mistakes: known.mistakes,
    problems,
  };
}

async function bundled(course: Course, entry: string): Promise<Bundle> {
  const result = await bundle({ entry, root: course.root, within: course.root });
  if (isBundleError(result)) throw new InputError(`${result.file}:${result.line ?? 1}: ${result.message}`);
  return result;
}
