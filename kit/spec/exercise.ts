/** The YAML side of a grader, read and validated. */
import { readFileSync } from 'node:fs';
import { Ajv, type ErrorObject } from 'ajv';
import { type Document, isMap, LineCounter, parseDocument } from 'yaml';
import schema from './exercise.schema.json' with { type: 'json' };
import type { CaseParams } from './grader.ts';
import { InputError } from './input-error.ts';

export type CheckKind = 'values' | 'stability' | 'property' | 'gradient' | 'cost' | 'hygiene';
export const METRICS = [
  'kernels',
  'flops',
  'bytesRead',
  'bytesWritten',
  'peakBytes',
  'largestTensorBytes',
  'uploads',
  'downloads',
] as const;
export type Metric = (typeof METRICS)[number];

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
  budget?: Partial<Record<Metric, Bound>>;
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
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [broken] = document.errors;
  if (broken) throw new InputError(`${file}:${lines.linePos(broken.pos[0]).line}: ${broken.message}`);
  const spec: unknown = document.toJS();
  if (!validate(spec)) {
    const [error] = validate.errors ?? [];
    throw new InputError(`${file}:${lineOf(document, lines, error)}: ${describe(error)}`);
  }
  const ids = spec.checks.map(({ id }) => id);
  const twice = ids.find((id, i) => ids.indexOf(id) !== i);
  if (twice) throw new InputError(`${file}: the check ${twice} is there twice; ids are unique`);
  const misfiled = spec.checks.find(({ id, kind }) => !id.startsWith(`${kind}/`));
  if (misfiled)
    throw new InputError(`${file}: the check ${misfiled.id} is of kind ${misfiled.kind}; its id must start with that`);
  return spec;
}

export function maxPoints(spec: ExerciseSpec): number {
  return spec.checks.reduce((sum, { points }) => sum + points, 0);
}

function describe(error: ErrorObject): string {
  const at = error.instancePath.slice(1).replaceAll('/', '.') || 'the file';
  const extra = 'additionalProperty' in error.params ? ` "${error.params.additionalProperty}"` : '';
  const allowed = 'allowedValues' in error.params ? ` (${error.params.allowedValues.join(', ')})` : '';
  return `${at} ${error.message}${extra}${allowed}`;
}

/** The line of the node that an error is about, or of its closest parent that is there. */
function lineOf(document: Document, lines: LineCounter, error: ErrorObject): number {
  const path = error.instancePath
    .split('/')
    .slice(1)
    .map((key) => (/^\d+$/.test(key) ? Number(key) : key.replaceAll('~1', '/').replaceAll('~0', '~')));
  const extra = error.params.additionalProperty;
  if (extra) {
    const parent = document.getIn(path, true);
    const pair = isMap(parent) ? parent.items.find(({ key }) => String(key) === extra) : undefined;
    const start = (pair?.key as { range?: [number] } | undefined)?.range?.[0];
    if (start !== undefined) return lines.linePos(start).line;
  }
  for (; ; path.pop()) {
    const node = (path.length ? document.getIn(path, true) : document.contents) as { range?: [number] } | undefined;
    if (node?.range) return lines.linePos(node.range[0]).line;
    if (path.length === 0) return 1;
  }
}
