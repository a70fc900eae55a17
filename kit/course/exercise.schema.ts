/** An exercise's YAML, for the types in `exercise.ts` and for `exercise.schema.json`, which `npm run schemas` writes. */
import Type, { type Static, type TOptional, type TSchema } from 'typebox';
import type { CaseParams } from '../author/grader.ts';
import { METRICS, type Metric } from './metrics.ts';
import { atLeast, byName, closed, nullable } from './schema-kinds.ts';

export const CHECK_KINDS = ['values', 'stability', 'property', 'gradient', 'cost', 'time', 'hygiene'] as const;

/**
 * What a function returns: `number`, `boolean`, `string`, `data` (any plain value: numbers, strings, booleans, null, and
 * lists and objects of these), a tensor (by its name with axes, or `tensor`), a list of these, or an object of these.
 */
export type ResultShape = string | [ResultShape] | { [field: string]: ResultShape };

const RESULT = 'result';
const Result = Type.Unsafe<ResultShape>({ $ref: `#/definitions/${RESULT}` });
const result = Type.Union([
  Type.String({ pattern: '^(number|tensor|[A-Za-z0-9]+_[A-Z0-9]+|[a-z][A-Za-z0-9]*)$' }),
  Type.Array(Result, { description: 'A list: each of its items is of this kind.', minItems: 1, maxItems: 1 }),
  byName(Result),
]);

const title = Type.String({
  description: 'What is right if the check passes; what the learner reads. Some ids have a default.',
  minLength: 1,
});
const points = Type.Optional(Type.Integer({ description: '1 unless given.', minimum: 1 }));

export const Case = Type.Unsafe<CaseParams & { name: string; hidden?: boolean }>(
  Type.Object({
    name: Type.String({ minLength: 1 }),
    hidden: Type.Optional(Type.Boolean({ description: 'Only in grading.' })),
  }),
);

const Params = Type.Unsafe<CaseParams>({
  description: "Sizes by axis letter and the exercise's own options.",
  type: 'object',
});

export const Bound = Type.Unsafe<number | { timesSolution: number } | { limit: string }>({
  oneOf: [
    Type.Number({ minimum: 0 }),
    closed({ timesSolution: Type.Number({ exclusiveMinimum: 0 }) }),
    closed({ limit: Type.String({ description: "A name in the grader's limits." }) }),
  ],
});

const forEachMetric = <Value extends TSchema>(value: Value) =>
  Object.fromEntries(METRICS.map((metric) => [metric, Type.Optional(value)])) as Record<Metric, TOptional<Value>>;

const CasesCheck = closed({
  title: Type.Optional(title),
  points,
  cases: Type.Array(Case, { minItems: 1 }),
});

const PropertyCheck = closed({ title, points, runs: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })) });

const CostCheck = closed(
  {
    title,
    points,
    case: Params,
    budget: Type.Optional(closed(forEachMetric(Bound), { minProperties: 1 })),
    growth: Type.Optional(
      closed(
        {
          vary: byName(Type.Array(atLeast(1), { minItems: 2 }), {
            description: 'Sizes that grow together.',
            minProperties: 1,
          }),
          ...forEachMetric(Type.Number()),
        },
        { minProperties: 2 },
      ),
    ),
    forbid: Type.Optional(Type.Array(Type.String(), { description: 'Kernels that must not be used.' })),
  },
  { anyOf: [{ required: ['budget'] }, { required: ['growth'] }, { required: ['forbid'] }] },
);

const TimeCheck = closed({
  title,
  points: Type.Optional(Type.Integer({ description: '0 unless given.', minimum: 0 })),
  case: Params,
  budget: Type.Number({
    description: 'The most that it may take, in times the model solution.',
    exclusiveMinimum: 1,
  }),
});

const HygieneCheck = nullable(
  closed(
    { title: Type.Optional(title), points, case: Type.Optional(Params) },
    { description: "With a case: memory, inputs and repetition. Without one: the grader's refusals." },
  ),
);

const OF_KINDS: [kinds: readonly Kind[], schema: TSchema][] = [
  [['values', 'stability', 'gradient'], CasesCheck],
  [['property'], PropertyCheck],
  [['cost'], CostCheck],
  [['time'], TimeCheck],
  [['hygiene'], HygieneCheck],
];
type Kind = (typeof CHECK_KINDS)[number];

/** Any check as the YAML has it, under its id. */
export type WrittenCheck = Partial<
  Static<typeof CasesCheck> &
    Static<typeof PropertyCheck> &
    Omit<Static<typeof CostCheck>, 'budget'> & { budget: Static<typeof CostCheck>['budget'] | number }
>;

export const Exercise = closed(
  {
    title: Type.String({ minLength: 1 }),
    small: Type.Optional(
      Type.Boolean({
        description: 'About an hour for a student; six known mistakes are enough, where others need ten.',
      }),
    ),
    after: Type.Optional(
      Type.Array(Type.String({ pattern: '^\\d\\d-[a-z0-9-]+/[a-z0-9-]+$' }), {
        description: 'Exercises that come before this one: lecture/name.',
      }),
    ),
    given: Type.Optional(
      Type.Array(Type.String({ pattern: '^(\\.\\./)?[a-z0-9-]+\\.ts$' }), {
        description:
          'Files that the learner is given besides arguments.ts: of the lecture (mods.ts), or of the course (../tape.ts).',
        uniqueItems: true,
      }),
    ),
    axes: Type.Optional(
      byName(Type.String({ minLength: 1 }), {
        description: 'Axis letters of its own, with a word for each: { X: blocks of queries }.',
        propertyNames: { pattern: '^[A-Z]$' },
      }),
    ),
    exports: byName(Result, {
      description:
        "The exercise's functions and what each returns: a tensor's name with its axes (out_BHTV), `tensor`, `number`, `boolean`, `string`, `data` (any plain value), a list of one of these ([number]), or an object of these.",
      minProperties: 1,
    }),
    toleranceFactor: Type.Optional(
      Type.Number({ description: 'In place of 16, with a comment that says why.', exclusiveMinimum: 0 }),
    ),
    checks: Type.Unsafe<Record<string, WrittenCheck | null>>({
      description:
        "By id: the kind, a slash, a name. A property check `property/key-order` is the grader's property keyOrder.",
      type: 'object',
      minProperties: 1,
      additionalProperties: false,
      patternProperties: Object.fromEntries(
        OF_KINDS.map(([kinds, schema]) => [
          `^${kinds.length > 1 ? `(${kinds.join('|')})` : kinds[0]}/[a-z0-9-]+$`,
          schema,
        ]),
      ),
    }),
    hints: Type.Array(Type.String({ minLength: 10 }), { minItems: 3 }),
  },
  { $id: 'attention-kit/exercise', title: "An exercise's grader", definitions: { [RESULT]: result } },
);
