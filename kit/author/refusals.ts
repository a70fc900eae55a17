/** Invalid arguments that follow from the tensors' names alone, each with the error that it must raise. */
import { AXIS_WORDS, axesOf, bareName } from './axes.ts';
import type { Draw } from './draw.ts';
import type { Rejection, Submission } from './grader.ts';
import type { DType, NdArray } from './ndarray.ts';

/** Sizes that differ from axis to axis, so that no two can be confused. */
const PRIMES = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29];

/** Arguments by name; options among them. */
export type Arguments = Record<string, unknown>;

export interface RefusalOptions {
  /** Axes that a boolean mask must broadcast to; it is passed as `mask`. */
  mask?: string;
  /** Options that must be positive integers, with a valid value each. */
  integers?: Record<string, number>;
  /** Other options that a valid call needs. */
  options?: Record<string, unknown>;
  /** Sizes for a valid call, where not any will do (`{ H: 4, G: 2 }`). Other axes get primes. */
  sizes?: Record<string, number>;
  /** Sizes that agree by name and still do not fit, by what is wrong with them: `{ 'R is odd': { R: 3 } }`. */
  unfit?: Record<string, Record<string, number>>;
  /** Tensors that are passed but that the function has no use for, so whether they are valid is not judged. */
  unused?: readonly string[];
  /** Arguments after the tensors and before the options, by name, with a valid value each. */
  rest?: Record<string, unknown>;
  /** How the function is called, where not by position with the options last. */
  call?: (f: Submission, tensors: Record<string, unknown>, options: Record<string, unknown>) => Promise<unknown>;
}

/** An argument: a tensor by its name, or an object of tensors. */
type Taken = string | Record<string, string>;

/**
 * Every way in which arguments cannot be meant, as far as names tell: a letter that tensors share has another size in one
 * of them, or in all of one object, or is 1 in one of them, which would broadcast; a fixed size is not met; a tensor lacks an
 * axis, has one too many, has another dtype, or is an array; the mask is not boolean or does not broadcast; an option that counts something is 0 or a fraction.
 *
 * @param fn the exercise's function
 * @param takes its tensors, in the order of its parameters: `q_BHTD`; of another dtype than float32: `tokens_BT:int32`;
 *   several in one object: `{ wq: 'wq_MM', wk: 'wk_MM' }`
 */
export function refusals(
  fn: string,
  takes: readonly Taken[],
  { mask, integers = {}, options = {}, sizes = {}, unfit = {}, unused = [], rest = {}, call }: RefusalOptions = {},
): Record<string, Rejection> {
  const tensors = takes.flatMap((argument, position) =>
    (typeof argument === 'string' ? [argument] : Object.values(argument)).map((each) => {
      const [name, dtype = 'float32'] = each.split(':');
      return { name, dtype: dtype as DType, axes: axesOf(name), position };
    }),
  );
  const judged = tensors.filter(({ name }) => !unused.includes(name));
  const letters = [...new Set(tensors.flatMap(({ axes }) => axes))].filter((axis) => !/\d/.test(axis));
  const size = (axis: string) => (/\d/.test(axis) ? Number(axis) : (sizes[axis] ?? PRIMES[letters.indexOf(axis)]));
  const shape = (axes: string[], changed: Record<string, number> = {}) =>
    axes.map((axis) => changed[axis] ?? size(axis));

  const drawAll = (draw: Draw, some: typeof tensors, changed?: Record<string, number>) =>
    Object.fromEntries(some.map(({ name, dtype, axes }) => [name, drawAs(draw, shape(axes, changed), dtype)]));
  const invoke =
    call ??
    ((f: Submission, x: Record<string, unknown>, more: Record<string, unknown>) =>
      f[fn](
        ...takes.map((each) => argumentOf(each, x)),
        ...Object.values(rest),
        ...(Object.keys(more).length > 0 ? [more] : []),
      ));
  const refused = (
    error: Rejection['error'],
    named: string[],
    changed: (draw: Draw) => Record<string, unknown>,
    changedOptions: (draw: Draw) => Record<string, unknown> = () => ({}),
  ): Rejection => ({
    error,
    names: [...new Set([fn, ...named.flatMap(waysToName)])],
    call: (f, draw) =>
      invoke(f, { ...drawAll(draw, tensors), ...changed(draw) }, { ...options, ...integers, ...changedOptions(draw) }),
  });
  const unchanged = () => ({});
  const holdersOf = (letter: string) => judged.filter(({ axes }) => axes.includes(letter));

  const found: [string, Rejection][] = [];
  const disagree = (what: string, letter: string, others: typeof tensors, other: number): [string, Rejection] => [
    `${letter} ${what} ${others.map(({ name }) => name).join(' and ')}`,
    refused('RangeError', [letter, ...holdersOf(letter).map(({ name }) => name)], (draw) =>
      drawAll(draw, others, { [letter]: other }),
    ),
  ];
  for (const letter of letters) {
    const holders = holdersOf(letter);
    if (holders.length < 2) continue;
    // Of two tensors, either may be called the one that differs.
    for (const holder of holders.length === 2 ? holders.slice(1) : holders)
      found.push(disagree('differs in', letter, [holder], size(letter) + 1));
    for (const together of objectsOf(holders)) found.push(disagree('differs in', letter, together, size(letter) + 1));
    if (size(letter) > 1) for (const holder of holders) found.push(disagree('is 1 in', letter, [holder], 1));
  }
  for (const { name, dtype, axes } of judged) {
    const fixed = axes.find((axis) => /\d/.test(axis));
    if (fixed !== undefined) {
      const other = axes.map((axis) => size(axis) + (axis === fixed ? 1 : 0));
      found.push([
        `${name} has ${Number(fixed) + 1} in place of ${fixed}`,
        refused('RangeError', [name], (draw) => ({ [name]: drawAs(draw, other, dtype) })),
      ]);
    }
    const wrong: DType = dtype === 'float32' ? 'int32' : 'float32';
    found.push(
      [`${name} is ${wrong}`, refused('TypeError', [name], (draw) => ({ [name]: drawAs(draw, shape(axes), wrong) }))],
      [`${name} is an array`, refused('TypeError', [name], () => ({ [name]: [1, 2, 3] }))],
      [
        `${name} lacks an axis`,
        refused('either', [name, ...axes], (draw) => ({ [name]: drawAs(draw, shape(axes.slice(1)), dtype) })),
      ],
      [
        `${name} has an axis too many`,
        refused('either', [name, ...axes], (draw) => ({ [name]: drawAs(draw, [1, ...shape(axes)], dtype) })),
      ],
    );
  }
  if (mask) {
    const axes = [...mask];
    const tooLong = axes.map((axis, i) => size(axis) + (i === axes.length - 1 ? 1 : 0));
    found.push(
      [
        'mask does not broadcast',
        refused('RangeError', ['mask'], unchanged, (draw) => ({ mask: draw.mask(tooLong, 0.6) })),
      ],
      [
        'mask is float32',
        refused('TypeError', ['mask'], unchanged, (draw) => ({ mask: draw.uniform(shape(axes), 0, 1) })),
      ],
    );
  }
  for (const [what, changed] of Object.entries(unfit)) {
    const names = tensors.filter(({ axes }) => axes.some((axis) => axis in changed)).map(({ name }) => name);
    found.push([
      what,
      refused('RangeError', [...Object.keys(changed), ...names, ...Object.keys(rest)], (draw) =>
        drawAll(draw, tensors, changed),
      ),
    ]);
  }
  for (const option of Object.keys(integers)) {
    for (const value of [0, 1.5])
      found.push([`${option} is ${value}`, refused('RangeError', [option], unchanged, () => ({ [option]: value }))]);
  }
  return Object.fromEntries(found);
}

/** The tensors that come in one object, where others come beside it: these may agree with each other and with no other. */
function objectsOf<Tensor extends { position: number }>(holders: Tensor[]): Tensor[][] {
  const positions = [...new Set(holders.map(({ position }) => position))];
  if (positions.length < 2) return [];
  return positions
    .map((position) => holders.filter((holder) => holder.position === position))
    .filter(({ length }) => length > 1);
}

/** The refusals of several functions, each named after its function, so that none replaces another's of the same name. */
export function refusalsOf(functions: Record<string, Record<string, Rejection>>): Record<string, Rejection> {
  return Object.fromEntries(
    Object.entries(functions).flatMap(([fn, found]) =>
      Object.entries(found).map(([name, rejection]) => [`${fn}: ${name}`, rejection]),
    ),
  );
}

/** The words by which an error may name an argument or an axis: q_BHTD, q or query; H or heads. Number and case do not matter. */
export function waysToName(name: string): string[] {
  const bare = bareName(name);
  return [...new Set([name, bare, ...(AXIS_WORDS[name] ? [AXIS_WORDS[name]] : []), ...(OTHER_WORDS[bare] ?? [])])];
}

/** What else people call them. */
const OTHER_WORDS: Record<string, string[]> = {
  ...{ q: ['query'], k: ['key'], v: ['value'], x: ['input', 'token'] },
  ...{
    B: ['batch size'],
    H: ['query head'],
    G: ['group', 'kv head'],
    T: ['token'],
    S: ['token'],
    L: ['token', 'step'],
  },
  ...{ M: ['model dim', 'model dimension', 'width'], D: ['head dim', 'head size'], V: ['value dim', 'value size'] },
};

function argumentOf(taken: Taken, tensors: Record<string, unknown>): unknown {
  const named = (name: string) => tensors[name.split(':')[0]];
  if (typeof taken === 'string') return named(taken);
  return Object.fromEntries(Object.entries(taken).map(([field, name]) => [field, named(name)]));
}

function drawAs(draw: Draw, shape: number[], dtype: DType): NdArray {
  if (dtype === 'bool') return draw.mask(shape, 0.6);
  return dtype === 'int32' ? draw.integers(shape, 0, 1) : draw.normal(shape);
}
