/**
 * A case of a check, ready to be judged: inputs, what is expected, and how far off may be.
 * Public cases come from the fixture, hidden ones are drawn anew for every submission; the checks see no difference.
 */

import { Draw, deriveSeed } from '../author/draw.ts';
import type { CaseParams, Grader, Oracle } from '../author/grader.ts';
import { leaves, type NdArray, type TensorTree } from '../author/ndarray.ts';
import type { CheckSpec, ExerciseSpec } from '../course/exercise.ts';
import { gradients, roughGradients } from './differentiate.ts';
import { type Expected, flattenExpected } from './outputs.ts';
import { toleranceOfNumber, toleranceOfPlain } from './plain-tolerance.ts';
import { DEFAULT_FACTOR, deriveTolerances, leastTolerances, type Tolerance } from './tolerance.ts';

export interface PreparedCase {
  name: string;
  params: CaseParams;
  inputs: TensorTree;
  /** Outputs; in a gradient check the gradients, by input. */
  expected: Record<string, Expected>;
  tolerances: Record<string, Tolerance>;
  /** No tolerance is smaller; where the tolerances are yet to be derived, and most results need no more to be right. */
  leastTolerances?: Record<string, number>;
  /** In a gradient check: d loss / d output. */
  cotangents: Record<string, NdArray>;
}

/** How many values are expected. */
export function sizeOfCase({ expected }: Pick<PreparedCase, 'expected'>): number {
  return Object.values(expected).reduce((sum, { array }) => sum + array.data.length, 0);
}

/** A gradient is computed from a forward pass and then through as many operations again, some of them twice. */
const GRADIENT_FACTOR = 4;

/** Tolerances of gradients come from rough ones, which may be a little smaller. */
const ROUGHLY = 0.5;

/** Gradients cost two oracle calls for every input value, so their tolerance is derived from fewer perturbations. */
const GRADIENT_PERTURBATIONS = 2;

export function drawCase(
  spec: ExerciseSpec,
  grader: Grader,
  oracle: Oracle,
  check: CheckSpec,
  params: CaseParams & { name: string },
  seed: string,
): PreparedCase {
  const label = `${check.id}/${params.name}`;
  const drawOf = (attempt: number) => new Draw(deriveSeed(seed, again(label, attempt)));
  const named = `${spec.title}, ${check.id}, case "${params.name}"`;
  const { draw, inputs } = settled(grader, oracle, params, drawOf, named);
  const compute = (x: TensorTree) => flattenExpected(grader.expected(oracle, x, params));
  const outputs = compute(inputs);
  const reduction = grader.reduction(params);
  const factor = spec.toleranceFactor;
  const options = { reduction, draw, ...(factor && { factor }) };
  const drawn = { name: params.name, params, inputs };
  if (check.kind === 'gradient') {
    const floats = Object.entries(outputs).filter(([, output]) => isTensor(output) && output.array.dtype === 'float32');
    const cotangents = Object.fromEntries(floats.map(([name, { array }]) => [name, draw.normal(array.shape)]));
    const loss = (x: TensorTree) => {
      const now = compute(x);
      return Object.entries(cotangents).reduce((sum, [name, c]) => sum + dot(now[name].array, c), 0);
    };
    const rounding = { ...options, factor: GRADIENT_FACTOR * (factor ?? DEFAULT_FACTOR), sharedScale: true };
    const due = gradients(loss, inputs);
    const least = Object.entries(leastTolerances(due, rounding)).map(([name, abs]) => [name, ROUGHLY * abs]);
    const expected = Object.fromEntries(Object.entries(due).map(([name, array]) => [name, { array, isNumber: false }]));
    return withTolerances({ ...drawn, expected, leastTolerances: Object.fromEntries(least), cotangents }, () =>
      deriveTolerances((x) => roughGradients(loss, x), inputs, { ...rounding, perturbations: GRADIENT_PERTURBATIONS }),
    );
  }
  const tensors = tensorsOf(outputs);
  const plain = plainTolerances(outputs);
  const leastOfTensors = leastTolerances(tensors, options);
  const names = Object.keys(outputs);
  const least = names.map((name) => [name, plain[name]?.abs ?? leastOfTensors[name]]);
  return withTolerances(
    { ...drawn, expected: outputs, leastTolerances: Object.fromEntries(least), cotangents: {} },
    () => {
      const nearby = (x: TensorTree) => tensorsOf(compute(x));
      const derived = names.every((name) => name in plain)
        ? {}
        : deriveTolerances(nearby, inputs, { ...options, outputs: tensors });
      return Object.fromEntries(names.map((name) => [name, plain[name] ?? derived[name]]));
    },
  );
}

function tensorsOf(outputs: Record<string, Expected>): Record<string, NdArray> {
  const tensors = Object.entries(outputs).filter(([, output]) => isTensor(output));
  return Object.fromEntries(tensors.map(([name, { array }]) => [name, array]));
}

const isTensor = ({ isNumber, plain }: Expected) => !isNumber && plain === undefined;

function plainTolerances(outputs: Record<string, Expected>): Record<string, Tolerance> {
  return Object.fromEntries(
    Object.entries(outputs).flatMap(([name, { array, isNumber, plain }]) => {
      if (plain !== undefined) return [[name, toleranceOfPlain(plain)]];
      return isNumber ? [[name, toleranceOfNumber(array.data[0])]] : [];
    }),
  );
}

/** So many draws of a case are tried. */
const MOST_DRAWS = 50;

/** The first draw has the label alone. */
const again = (label: string, attempt: number) => (attempt === 0 ? label : `${label}/draw ${attempt}`);

/** The first draw that is settled. @throws Error naming the case if none is */
function settled(
  grader: Grader,
  oracle: Oracle,
  params: CaseParams,
  drawOf: (attempt: number) => Draw,
  named: string,
): { draw: Draw; inputs: TensorTree } {
  for (let attempt = 0; attempt < MOST_DRAWS; attempt++) {
    const draw = drawOf(attempt);
    const inputs = grader.inputs(draw, params);
    if (grader.isSettled?.(oracle, inputs, params) ?? true) return { draw, inputs };
  }
  throw new Error(`${named}: isSettled holds for none of ${MOST_DRAWS} draws`);
}

/** They are derived when they are first asked for: to do so takes longer than to compute what is expected. */
function withTolerances(
  prepared: Omit<PreparedCase, 'tolerances'>,
  derive: () => PreparedCase['tolerances'],
): PreparedCase {
  let derived: PreparedCase['tolerances'] | undefined;
  return {
    ...prepared,
    get tolerances() {
      derived ??= derive();
      return derived;
    },
  };
}

/** Another case like it, with the same tolerances: what is drawn alike may be as far off, and to derive them takes longer. */
export function redrawCase(grader: Grader, oracle: Oracle, like: PreparedCase, seed: string): PreparedCase {
  const drawOf = (attempt: number) => new Draw(attempt === 0 ? seed : deriveSeed(seed, again(like.name, attempt)));
  const { inputs } = settled(grader, oracle, like.params, drawOf, `case "${like.name}"`);
  return { ...like, inputs, expected: flattenExpected(grader.expected(oracle, inputs, like.params)) };
}

/** The inputs that are differentiated. */
export function floatInputs(inputs: TensorTree): [string, NdArray][] {
  return leaves(inputs).filter(([, x]) => x.dtype === 'float32');
}

function dot(a: NdArray, b: NdArray): number {
  let sum = 0;
  for (let i = 0; i < a.data.length; i++) sum += a.data[i] * b.data[i];
  return sum;
}
