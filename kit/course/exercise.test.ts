import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PACKAGE_ROOT } from './course.ts';
import { exerciseYaml, parseExerciseSpec } from './exercise.ts';
import { InputError } from './input-error.ts';
import { maxPoints } from './points.ts';

const GOOD = `title: Softmax
exports:
  softmax: weights
checks:
  values/rows:
    title: Rows sum to one
    points: 3
    cases:
      - { name: one row, shape: [4] }
  property/any-shift:
    title: A shift changes nothing
  cost/kernels:
    title: All rows at once
    case: { shape: [4] }
    budget:
      kernels: { timesSolution: 2 }
  hygiene/arguments:
hints:
  - the first of the hints
  - the second of the hints
  - the third of the hints
`;

/** One with a time check, which may be worth no points. */
const TIMED = GOOD.replace(
  'hints:',
  `  time/rows:
    title: As fast as it can be
    case: { shape: [4] }
    budget: 2
hints:`,
);

/** The good one with a line replaced; the line's number is where the error is due. */
function errorWith(line: string | RegExp, replacement: string): string {
  expect(GOOD).toMatch(line);
  try {
    parseExerciseSpec(GOOD.replace(line, replacement), 'graders/x.yaml');
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return (error as Error).message;
  }
  throw new Error('it was accepted');
}

describe('an exercise’s YAML', () => {
  it('gives checks in their order, each with its kind, title and points', () => {
    const spec = parseExerciseSpec(GOOD, 'x.yaml');
    expect(spec.checks).toMatchObject([
      { id: 'values/rows', kind: 'values', title: 'Rows sum to one', points: 3 },
      { id: 'property/any-shift', kind: 'property', property: 'anyShift', points: 1 },
      { id: 'cost/kernels', kind: 'cost', points: 1 },
      { id: 'hygiene/arguments', kind: 'hygiene', points: 1, title: expect.stringMatching(/./) },
    ]);
    expect(maxPoints(spec)).toBe(6);
    expect(parseExerciseSpec(TIMED, 'x.yaml').checks[4]).toMatchObject({ kind: 'time', points: 0, budget: 2 });
  });

  it('is written as it is read', () => {
    const spec = parseExerciseSpec(TIMED, 'x.yaml');
    expect(parseExerciseSpec(exerciseYaml(spec), 'y.yaml')).toEqual(spec);
  });

  it.each([
    'weights',
    'boolean',
    'string',
    'data',
    '[number]',
    '[[number]]',
    '[out_BT]',
    '{ slots: [number], copies: [[number]], pool: data }',
    '[{ at: number }]',
  ])('may say that a function returns %s', (result) => {
    expect(parseExerciseSpec(GOOD.replace('softmax: weights', `softmax: ${result}`), 'x.yaml').exports).toHaveProperty(
      'softmax',
    );
  });

  it.each(['[]', '[number, string]', '3', '[Out]'])('may not say that a function returns %s', (result) => {
    expect(errorWith('softmax: weights', `softmax: ${result}`)).toMatch(/^graders\/x\.yaml:3: exports\.softmax/);
  });

  it.each(
    readdirSync(join(PACKAGE_ROOT, 'graders'), { recursive: true, encoding: 'utf8' }).filter((file) =>
      /\/[\w-]+\.yaml$/.test(file),
    ),
  )('is right in graders/%s', (file) => {
    const spec = parseExerciseSpec(readFileSync(join(PACKAGE_ROOT, 'graders', file), 'utf8'), file);
    expect(maxPoints(spec)).toBeGreaterThan(0);
  });
});

describe('a wrong YAML is refused in one line, with file, line and what is wanted', () => {
  it.each<[string, string | RegExp, string, string]>([
    ['no YAML at all', 'title: Softmax', 'title: "Softmax', 'graders/x.yaml:22: Missing closing "quote'],
    ['a key that is there twice', 'exports:', 'title: Again\nexports:', 'graders/x.yaml:2: Map keys must be unique'],
    ['a missing title', 'title: Softmax\n', '', "graders/x.yaml:1: the file must have required property 'title'"],
    ['an empty title', 'title: Softmax', 'title: ""', 'graders/x.yaml:1: title must NOT have fewer than 1 characters'],
    [
      'a word misspelt',
      'points: 3',
      'point: 3',
      'graders/x.yaml:7: checks.values/rows must NOT have additional properties "point"',
    ],
    ['points that are none', 'points: 3', 'points: 0', 'graders/x.yaml:7: checks.values/rows.points must be >= 1'],
    ['points as text', 'points: 3', 'points: three', 'graders/x.yaml:7: checks.values/rows.points must be integer'],
    [
      'a kind that there is not',
      'values/rows',
      'value/rows',
      'graders/x.yaml:5: checks must NOT have additional properties "value/rows"',
    ],
    [
      'an id without a kind',
      'values/rows',
      'rows',
      'graders/x.yaml:5: checks must NOT have additional properties "rows"',
    ],
    ['a check that is there twice', 'cost/kernels', 'values/rows', 'graders/x.yaml:12: Map keys must be unique'],
    [
      'a values check without cases',
      /\n.*cases:\n.*one row.*/,
      '',
      "graders/x.yaml:6: checks.values/rows must have required property 'cases'",
    ],
    [
      'a case without a name',
      'name: one row, ',
      '',
      "graders/x.yaml:9: checks.values/rows.cases.0 must have required property 'name'",
    ],
    [
      'a budget of nothing known',
      'kernels: { times',
      'kernel: { times',
      'graders/x.yaml:16: checks.cost/kernels.budget must NOT have additional properties "kernel"',
    ],
    [
      'a check without a title, where there is no default',
      '    title: Rows sum to one\n',
      '',
      'graders/x.yaml: the check values/rows has no title',
    ],
    ['too few hints', '\n  - the third of the hints', '', 'graders/x.yaml:19: hints must NOT have fewer than 3 items'],
    [
      'an axis letter in small',
      'exports:',
      'axes: { x: blocks }\nexports:',
      'graders/x.yaml:2: axes must match pattern',
    ],
    [
      'an exercise before it that cannot be one',
      'exports:',
      'after: [softmax]\nexports:',
      'graders/x.yaml:2: after.0 must match pattern',
    ],
  ])('if it is or has %s', (_, line, replacement, message) => {
    const error = errorWith(line, replacement);
    expect(error).toContain(message);
    expect(error).not.toContain('\n');
  });

  it.each([
    ['no budget', '', "must have required property 'budget'"],
    ['counts for a budget', '    budget: { kernels: 3 }\n', 'budget must be number'],
    ['less time than the solution takes', '    budget: 0.5\n', 'budget must be > 1'],
  ])('if a time check has %s', (_, budget, message) => {
    expect(() => parseExerciseSpec(TIMED.replace(/ {4}budget: 2\n/, budget), 'x.yaml')).toThrow(message);
  });

  it('if it is empty', () => {
    expect(() => parseExerciseSpec('', 'x.yaml')).toThrow('x.yaml:1: the file must be object');
  });
});
