/** The YAML side of a grader, read and validated. */
import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { stringify } from 'yaml';
import type { CaseParams } from '../author/grader.ts';
import schema from './exercise.schema.json' with { type: 'json' };
import { InputError } from './input-error.ts';
import type { Metric } from './metrics.ts';
import { parseYaml } from './yaml.ts';

export type CheckKind = 'values' | 'stability' | 'property' | 'gradient' | 'cost' | 'time' | 'hygiene';

export type Bound = number | { timesSolution: number } | { limit: string };

/**
 * What a function returns: `number`, `boolean`, `string`, `data` (any plain value: numbers, strings, booleans, null, and
 * lists and objects of these), a tensor (by its name with axes, or `tensor`), a list of these, or an object of these.
 */
export type ResultShape = string | [ResultShape] | { [field: string]: ResultShape };

export interface Case extends CaseParams {
  name: string;
  hidden?: boolean;
}

export interface CheckSpec {
  /** kind/name */
  id: string;
  kind: CheckKind;
  title: string;
  points: number;
  cases?: Case[];
  /** The name of the grader's property. */
  property?: string;
  runs?: number;
  case?: CaseParams;
  /** Of a cost check, counts; of a time check, the most that it may take, in times the model solution. */
  budget?: Partial<Record<Metric, Bound>> | number;
  growth?: { vary: Record<string, number[]> } & Partial<Record<Metric, number>>;
  forbid?: string[];
}

export interface ExerciseSpec {
  title: string;
  /** About an hour for a student. */
  small?: boolean;
  after?: string[];
  /** Axis letters that the course's table lacks, with a word for each. */
  axes?: Record<string, string>;
  /** Files that the learner is given besides arguments.ts, from the lecture's folder on: `mods.ts`, `../tape.ts`. */
  given?: string[];
  exports: Record<string, ResultShape>;
  toleranceFactor?: number;
  checks: CheckSpec[];
  hints: string[];
}

/** A check as the YAML has it, under its id. */
type Written = Partial<Omit<CheckSpec, 'id' | 'kind' | 'property'>>;
type WrittenSpec = Omit<ExerciseSpec, 'checks'> & { checks: Record<string, Written | null> };

const DEFAULT_TITLES: Record<string, string> = {
  'stability/large-logits': 'Logits of ±10 000 give finite, right values',
  'hygiene/memory': 'No memory leak, inputs unchanged, same result every time',
  'hygiene/arguments': 'Invalid arguments raise an error that names them',
};

const validate = new Ajv({ allErrors: false, allowUnionTypes: true, strict: false }).compile<WrittenSpec>(schema);

/** @throws InputError naming file, line and what the schema wanted */
export function readExerciseSpec(file: string): ExerciseSpec {
  return parseExerciseSpec(readFileSync(file, 'utf8'), file);
}

export function parseExerciseSpec(text: string, file: string): ExerciseSpec {
  const { checks, ...spec } = parseYaml(text, file, validate);
  return { ...spec, checks: Object.entries(checks).map(([id, written]) => checkOf(id, written ?? {}, file)) };
}

function checkOf(id: string, written: Written, file: string): CheckSpec {
  const [kind, name] = id.split('/') as [CheckKind, string];
  const title = written.title ?? DEFAULT_TITLES[id];
  if (title === undefined) throw new InputError(`${file}: the check ${id} has no title`);
  const points = written.points ?? (kind === 'time' ? 0 : 1);
  return { id, kind, ...written, title, points, ...(kind === 'property' && { property: camelCase(name) }) };
}

/** The YAML of a spec, as `parseExerciseSpec` reads it. */
export function exerciseYaml({ checks, ...spec }: ExerciseSpec): string {
  const written = checks.map(({ id, kind: _, property: __, ...rest }) => [id, rest]);
  return stringify({ ...spec, checks: Object.fromEntries(written) });
}

const camelCase = (name: string) => name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
