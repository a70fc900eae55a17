/** The YAML side of a grader, read and validated. */
import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import type { CaseParams } from '../author/grader.ts';
import schema from './exercise.schema.json' with { type: 'json' };
import { InputError } from './input-error.ts';
import type { Metric } from './metrics.ts';
import { parseYaml } from './yaml.ts';

export type CheckKind = 'values' | 'stability' | 'property' | 'gradient' | 'cost' | 'time' | 'hygiene';

export type Bound = number | { timesSolution: number } | { limit: string };

/** What a function returns: `number`, a tensor (by its name with axes, or `tensor`), or an object of these. */
export type ResultShape = string | { [field: string]: ResultShape };

export interface Case extends CaseParams {
  name: string;
  hidden?: boolean;
}

export interface CheckSpec {
  id: string;
  kind: CheckKind;
  title: string;
  points: number;
  cases?: Case[];
  property?: string;
  runs?: number;
  case?: CaseParams;
  /** Of a cost check, counts; of a time check, the most that it may take, in times the model solution. */
  budget?: Partial<Record<Metric, Bound>> | number;
  growth?: { vary: Record<string, number[]> } & Partial<Record<Metric, number>>;
  forbid?: string[];
  rejects?: string[];
}

export interface ExerciseSpec {
  title: string;
  after?: string[];
  exports: Record<string, ResultShape>;
  toleranceFactor?: number;
  checks: CheckSpec[];
  hints: string[];
  misconceptions: Record<string, string>;
}

const validate = new Ajv({ allErrors: false, allowUnionTypes: true, strict: false }).compile<ExerciseSpec>(schema);

/** @throws InputError naming file, line and what the schema wanted */
export function readExerciseSpec(file: string): ExerciseSpec {
  return parseExerciseSpec(readFileSync(file, 'utf8'), file);
}

export function parseExerciseSpec(text: string, file: string): ExerciseSpec {
  const spec = parseYaml(text, file, validate);
  const ids = spec.checks.map(({ id }) => id);
  const twice = ids.find((id, i) => ids.indexOf(id) !== i);
  if (twice) throw new InputError(`${file}: the check ${twice} is there twice; ids are unique`);
  const misfiled = spec.checks.find(({ id, kind }) => !id.startsWith(`${kind}/`));
  if (misfiled)
    throw new InputError(`${file}: the check ${misfiled.id} is of kind ${misfiled.kind}; its id must start with that`);
  return spec;
}
