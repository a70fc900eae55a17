/** All mistakes and alternates of an exercise as modules of one script, which takes as long to bundle as one of them. */
import { dirname } from 'node:path';
import type { Plugin } from 'esbuild';
import type { Alternate, Mistake } from '../author/mistakes.ts';
import { type Course, pathsOf } from '../course/course.ts';
import { isEdit } from './edits.ts';
import type { KnownMistakes } from './mistakes.ts';

/**
 * A module that exports `mistakes` and `alternates`, each by name; it is bundled with `editedSolutions`.
 * @param made those whose edits fit the solution
 */
export function mistakesModule(course: Course, id: string, made: KnownMistakes): string {
  const { solution, mistakes: file } = pathsOf(course, id);
  const groups = (['mistakes', 'alternates'] as const).map((group) => {
    const imports: string[] = [];
    const fields = Object.entries<Mistake | Alternate>(made[group]).map(([name, each], i) => {
      const key = JSON.stringify(name);
      if (isEdit(each)) imports.push(`import * as ${group}${i} from ${JSON.stringify(`edited:${group}/${name}`)};`);
      const written =
        group === 'alternates' ? `written[${key}]` : `{ ...solution, ...known[${key}].instead(solution) }`;
      return `${key}: ${isEdit(each) ? `${group}${i}` : written}`;
    });
    return [...imports, `export const ${group} = { ${fields.join(', ')} };`];
  });
  return [
    `import * as solution from ${JSON.stringify(solution)};`,
    `import known, { alternates as written } from ${JSON.stringify(file)};`,
    ...groups.flat(),
  ].join('\n');
}

/**
 * `edited:<group>/<name>` is the solution with these edits; its imports lead from where the solution lies.
 * @param texts the edited solutions by `<group>/<name>`
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
