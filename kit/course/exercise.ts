/** The YAML side of a grader, read and validated. */
import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import type { Static } from 'typebox';
import { stringify } from 'yaml';
import type { CaseParams } from '../author/grader.ts';
import schema from './exercise.schema.json' with { type: 'json' };
import type {
  Bound as BoundSchema,
  Case as CaseSchema,
  CHECK_KINDS,
  Exercise,
  WrittenCheck,
} from './exercise.schema.ts';
import { InputError } from './input-error.ts';
import { parseYaml } from './yaml.ts';

export type { ResultShape } from './exercise.schema.ts';
export type CheckKind = (typeof CHECK_KINDS)[number];
export type Bound = Static<typeof BoundSchema>;
export type Case = Static<typeof CaseSchema>;

export interface CheckSpec extends WrittenCheck {
  /** kind/name */
  id: string;
  kind: CheckKind;
  title: string;
  points: number;
  /** The name of the grader's property. */
  property?: string;
  /** Of a property or hygiene check too. */
  case?: CaseParams;
}

type WrittenSpec = Static<typeof Exercise>;

export interface ExerciseSpec extends Omit<WrittenSpec, 'checks'> {
  checks: CheckSpec[];
}

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

function checkOf(id: string, written: WrittenCheck, file: string): CheckSpec {
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
