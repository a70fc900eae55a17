/** All mistakes and alternates of an exercise as modules of one script, which takes as long to bundle as one of them. */
import { dirname } from 'node:path';
import type { Plugin } from 'esbuild';
import type { EditedMistake, Mistake } from '../author/mistakes.ts';
import { type Course, pathsOf } from '../course/course.ts';

export const isEdited = (mistake: Mistake): mistake is EditedMistake => !('instead' in mistake);

/** A module that exports `mistakes` and `alternates`, each by name; it is bundled with `editedSolutions`. */
export function mistakesModule(course: Course, id: string, mistakes: Record<string, Mistake>): string {
  const { solution, mistakes: file } = pathsOf(course, id);
  const entries = Object.entries(mistakes);
  const imports = entries.map(([name, mistake], i) =>
    isEdited(mistake) ? `import * as m${i} from ${JSON.stringify(`edited:${name}`)};` : '',
  );
  const fields = entries.map(([name, mistake], i) => {
    const key = JSON.stringify(name);
    return `${key}: ${isEdited(mistake) ? `m${i}` : `{ ...solution, ...known[${key}].instead(solution) }`}`;
  });
  return [
    `import * as solution from ${JSON.stringify(solution)};`,
    `import known, { alternates } from ${JSON.stringify(file)};`,
    ...imports,
    `export const mistakes = { ${fields.join(', ')} };`,
    'export { alternates };',
  ].join('\n');
}

/**
 * `edited:<name>` is the solution with that mistake's edits; its imports lead from where the solution lies.
 * @param texts the edited solutions by name
 */
export function editedSolutions(solution: string, texts: Record<string, string>): Plugin {
  return {
    name: 'edited-solutions',
    setup(build) {
      build.onResolve({ filter: /^edited:/ }, ({ path }) => ({
        path: path.slice('edited:'.length),
        namespace: 'edited',
      }));
      build.onLoad({ filter: /.*/, namespace: 'edited' }, ({ path }) => ({
        contents: texts[path],
        loader: 'ts',
        resolveDir: dirname(solution),
      }));
    },
  };
}
