import pc from 'picocolors';
import type { NdArray } from '../author/ndarray.ts';
import { type Course, pathsOf, selectExercises } from '../course/course.ts';
import { InputError } from '../course/input-error.ts';
import { type DebugResult, runInProcess } from '../debug/run-in-process.ts';
import { MaterialsCache } from '../judge/materials.ts';
import { format } from '../text/number.ts';
import { plain } from '../text/plain.ts';

/** `kit run --debug <exercise>`: got and due, case by case. */
export async function runDebug(course: Course, names: string[]): Promise<number> {
  const exercises = names.length > 0 ? selectExercises(course, names) : [];
  if (exercises.length !== 1) {
    throw new InputError('--debug takes the name of one exercise, such as kit run --debug softmax');
  }
  const [id] = exercises;
  const materials = await new MaterialsCache(course).materials(id);
  process.stdout.write(`${pc.bold(materials.spec.title)} ${pc.dim('in this process, not isolated; values only')}\n`);
  let right = true;
  for await (const result of runInProcess(course.root, pathsOf(course, id).stub, materials)) {
    process.stdout.write(`\n${describe(result)}`);
    right &&= isRight(result);
    // It would only say so again.
    if (/^TODO\b/.test(result.error?.message ?? '')) break;
  }
  process.stdout.write(pc.dim(`\nThe judge looks at more than values: kit run ${id.split('/')[1]}\n`));
  return right ? 0 : 1;
}

const isRight = ({ error, outputs }: DebugResult) => !error && outputs.every((output) => output.isRight);

function describe(result: DebugResult): string {
  const { check, name, error, outputs } = result;
  const lines = [`${isRight(result) ? pc.green('✓') : pc.red('✗')} ${name} ${pc.dim(check)}`];
  if (error) lines.push(`  threw ${plain(error.name)}: ${plain(error.message)}`);
  for (const { name: output, got, due } of outputs) {
    lines.push(`  ${output} ${pc.dim(`[${due.shape}]`)}`, `    got ${got ? shown(got, due) : 'nothing'}`);
    lines.push(`    due ${shown(due, due)}`);
  }
  return `${lines.join('\n')}\n`;
}

const MOST = 8;

/** The first values, and the shape where it is another than the one due. */
function shown({ shape, dtype, data }: NdArray, due: NdArray): string {
  const values = Array.from(data.slice(0, MOST), format).join(', ');
  const more = data.length > MOST ? ` … ${data.length - MOST} more` : '';
  const other = String(shape) === String(due.shape) ? '' : ` of shape [${shape}]`;
  const kind = dtype === due.dtype ? '' : ` (${dtype})`;
  return `${values}${more}${other}${kind}`;
}
