import pc from 'picocolors';
import type { NdArray } from '../author/ndarray.ts';
import { type Course, selectExercises } from '../course/course.ts';
import { InputError } from '../course/input-error.ts';
import { type DebugResult, runInProcess } from '../debug/run-in-process.ts';
import { MaterialsCache } from '../judge/materials.ts';
import { isPlainValue, type Value } from '../judge/outputs.ts';
import { format } from '../text/number.ts';
import { plain } from '../text/plain.ts';

/** `kit run --debug <exercise>`: got and expected, case by case. */
export async function runDebug(course: Course, names: string[]): Promise<number> {
  const exercises = names.length > 0 ? selectExercises(course, names) : [];
  if (exercises.length !== 1) {
    throw new InputError('--debug takes the name of one exercise, such as kit run --debug softmax');
  }
  const [id] = exercises;
  const materials = await new MaterialsCache(course).materials(id);
  process.stdout.write(`${pc.bold(materials.spec.title)} ${pc.dim('in this process, not isolated; values only')}\n`);
  let right = true;
  for await (const result of runInProcess(course, materials)) {
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
    const shape = isPlainValue(due) ? '' : ` ${pc.dim(`[${due.shape}]`)}`;
    lines.push(`  ${output}${shape}`, `    got ${got ? shown(got, due) : 'nothing'}`);
    lines.push(`    expected ${shown(due, due)}`);
  }
  return `${lines.join('\n')}\n`;
}

const MOST = 8;
const MOST_CHARACTERS = 200;

/** The first values, and the shape where it is another than the one due. */
function shown(value: Value, due: Value): string {
  return isPlainValue(value) ? plain(JSON.stringify(value.plain).slice(0, MOST_CHARACTERS)) : shownArray(value, due);
}

function shownArray({ shape, dtype, data }: NdArray, due: Value): string {
  const values = Array.from(data.slice(0, MOST), format).join(', ');
  const more = data.length > MOST ? ` … ${data.length - MOST} more` : '';
  const other = isPlainValue(due) || String(shape) === String(due.shape) ? '' : ` of shape [${shape}]`;
  const kind = isPlainValue(due) || dtype === due.dtype ? '' : ` (${dtype})`;
  return `${values}${more}${other}${kind}`;
}
