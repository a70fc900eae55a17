import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PACKAGE_ROOT } from './course.ts';
import { parseExerciseSpec } from './exercise.ts';
import { InputError } from './input-error.ts';
import { maxPoints } from './points.ts';

const GOOD = `title: Softmax
exports:
  softmax: weights
checks:
  - id: values/rows
    kind: values
    title: Rows sum to one
    points: 3
    cases:
      - { name: one row, shape: [4] }
  - id: cost/kernels
    kind: cost
    title: All rows at once
    points: 1
    case: { shape: [4] }
    budget:
      kernels: { timesSolution: 2 }
hints:
  - the first of the hints
  - the second of the hints
  - the third of the hints
misconceptions:
  noMax: exp of a large score is Infinity.
`;

/** One with a time check, which may be worth no points. */
const TIMED = GOOD.replace(
  'hints:',
  `  - id: time/rows
    kind: time
    title: As fast as it can be
    points: 0
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
  it('gives titles, checks and points', () => {
    const spec = parseExerciseSpec(GOOD, 'x.yaml');
    expect(spec.checks.map(({ id }) => id)).toEqual(['values/rows', 'cost/kernels']);
    expect(maxPoints(spec)).toBe(4);
    expect(parseExerciseSpec(TIMED, 'x.yaml').checks[2]).toMatchObject({ kind: 'time', points: 0, budget: 2 });
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
    ['no YAML at all', 'title: Softmax', 'title: "Softmax', 'graders/x.yaml:24: Missing closing "quote'],
    ['a key that is there twice', 'exports:', 'title: Again\nexports:', 'graders/x.yaml:2: Map keys must be unique'],
    ['a missing title', 'title: Softmax\n', '', "graders/x.yaml:1: the file must have required property 'title'"],
    ['an empty title', 'title: Softmax', 'title: ""', 'graders/x.yaml:1: title must NOT have fewer than 1 characters'],
    ['a word misspelt', 'points: 3', 'point: 3', "graders/x.yaml:5: checks.0 must have required property 'points'"],
    [
      'a word that is unknown',
      'points: 3',
      'points: 3\n    weight: 2',
      'graders/x.yaml:9: checks.0 must NOT have additional properties "weight"',
    ],
    ['points that are none', 'points: 3', 'points: 0', 'graders/x.yaml:8: checks.0.points must be >= 1'],
    ['points as text', 'points: 3', 'points: three', 'graders/x.yaml:8: checks.0.points must be integer'],
    [
      'a kind that there is not',
      /id: values.*\n.*kind: values/,
      'id: values/rows\n    kind: value',
      'graders/x.yaml:6: checks.0.kind must be equal to one of the allowed values (values, stability, property, gradient, cost, time, hygiene)',
    ],
    [
      'an id without a kind',
      'id: values/rows',
      'id: rows',
      'graders/x.yaml:5: checks.0.id must match pattern "^(values|stability|property|gradient|cost|time|hygiene)/[a-z0-9-]+$"',
    ],
    [
      'a values check without cases',
      /\n.*cases:\n.*one row.*/,
      '',
      "graders/x.yaml:5: checks.0 must have required property 'cases'",
    ],
    [
      'a case without a name',
      'name: one row, ',
      '',
      "graders/x.yaml:10: checks.0.cases.0 must have required property 'name'",
    ],
    [
      'a budget of nothing known',
      'kernels: { times',
      'kernel: { times',
      'graders/x.yaml:17: checks.1.budget must NOT have additional properties "kernel"',
    ],
    ['too few hints', '\n  - the third of the hints', '', 'graders/x.yaml:19: hints must NOT have fewer than 3 items'],
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

  it('if two checks have one id', () => {
    const twice = GOOD.replace(/ {2}- id: cost[\s\S]*(?=hints:)/, (check) => check + check);
    expect(() => parseExerciseSpec(twice, 'x.yaml')).toThrow('x.yaml: the check cost/kernels is there twice');
  });

  it('if a check’s id speaks of another kind', () => {
    const message = errorWith('id: values/rows', 'id: stability/rows');
    expect(message).toBe('graders/x.yaml: the check stability/rows is of kind values; its id must start with that');
  });

  it('if it is empty', () => {
    expect(() => parseExerciseSpec('', 'x.yaml')).toThrow('x.yaml:1: the file must be object');
  });
});
