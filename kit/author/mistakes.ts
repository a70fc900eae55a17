/**
 * What `graders/NN-lecture/<name>.mistakes.ts` exports: the mistakes that people make, most of them as edits of the model
 * solution, and what their author is told. It runs in a sandbox, so it imports nothing of the kit that does not.
 */
import * as tf from '@tensorflow/tfjs';
import { axes, requireMask } from '../../exercises/arguments.ts';

// biome-ignore lint/suspicious/noExplicitAny: an exercise's functions have any signature
export type Functions = Record<string, (...args: any[]) => any>;

interface Told {
  /** What its author is told, in one or two sentences. */
  says: string;
}

/** The model solution with other words in it. */
export interface Edit {
  /** Pairs: what stands in the solution, exactly once, and what the learner writes in its place. */
  edit?: readonly string[];
  /** The same for what stands there once or more: all of it is replaced. */
  everywhere?: readonly string[];
  /** Functions that the edited lines call; they are put at the end of the file. */
  with?: string;
}

export type EditedMistake = Edit & Told;

/** A right answer that is written differently: the functions, or the solution with other words in it. */
export type Alternate = Functions | Edit;

/** Another way of doing it, which no edit makes out of the solution: the functions that differ from it. */
export interface WrittenMistake<Exercise> extends Told {
  instead: (right: Exercise) => Partial<Exercise>;
}

export type Mistake<Exercise = Functions> = EditedMistake | WrittenMistake<Exercise>;

type SameFunctions<Solution, Stub> = {
  [Name in keyof Stub]: Name extends keyof Solution
    ? [Solution[Name], Stub[Name]] extends [Stub[Name], Solution[Name]]
      ? Solution[Name]
      : `${Name & string} has another signature in the solution than in the stub`
    : `the solution exports no ${Name & string}`;
};

/**
 * Gives mistakes their types, and has tsc compare the model solution's signatures with the stub's:
 * `defineMistakes<typeof solution, typeof stub>({ … })`.
 */
export function defineMistakes<Solution extends SameFunctions<Solution, Stub>, Stub>(
  mistakes: Record<string, Mistake<Solution>>,
): Record<string, Mistake<Solution>> {
  return mistakes;
}

/** The softmax runs over the axis before the last. */
export const softmaxOverQueries: EditedMistake = {
  everywhere: ['tf.softmax(', 'softmaxOverQueries('],
  with: `
function softmaxOverQueries(scores: tf.Tensor): tf.Tensor {
  const axes = [...scores.shape.keys()];
  const swapped = [...axes.slice(0, -2), axes.length - 1, axes.length - 2];
  return tf.transpose(tf.softmax(tf.transpose(scores, swapped)), swapped);
}`,
  says: 'The softmax runs over the queries. The weights of one query, over all keys, must sum to one.',
};

/** softmax as the formula reads: exp overflows from 89 on. */
export const softmaxOverflows: EditedMistake = {
  everywhere: ['tf.softmax(', 'softmaxWithoutMaximum('],
  with: `
function softmaxWithoutMaximum(scores: tf.Tensor): tf.Tensor {
  const exp = tf.exp(scores);
  return tf.div(exp, tf.maximum(tf.sum(exp, -1, true), 1e-18));
}`,
  says: 'exp of a large score is Infinity. Subtract the maximum of each row first; the softmax stays the same.',
};

/** −10 000 where a score is masked: more than many a visible score. */
export const maskTooWeak: EditedMistake = {
  everywhere: ['-1e9', '-1e4'],
  says: 'A masked score becomes −10 000. A visible score may be lower than that; take a number that no score reaches, such as −1e9.',
};

/** All checks of arguments are left out. */
export const anyShape: EditedMistake = {
  edit: ["'../../exercises/arguments'", "'../../kit/author/unchecked-arguments'"],
  says: 'Invalid arguments are not refused, and tf.matMul may broadcast tensors that do not fit together without an error.',
};

/** Sizes are compared, but a size of 1 fits any other, as it does in tf.mul. */
export const sizesBroadcast: EditedMistake = {
  everywhere: ['axes(', 'axesThatBroadcast('],
  with: `
function axesThatBroadcast(fn: string, tensors: Record<string, tf.Tensor | undefined>): Record<string, number> {
  const sizes: Record<string, number> = {};
  for (const [name, tensor] of Object.entries(tensors)) {
    for (const [letter, size] of Object.entries(axes(fn, { [name]: tensor }))) {
      const known = sizes[letter] ?? 1;
      if (known > 1 && size > 1 && known !== size) throw new RangeError(fn + ': ' + letter + ' differs in ' + name);
      sizes[letter] = Math.max(known, size);
    }
  }
  return sizes;
}`,
  says: 'A tensor with an axis of size 1 is accepted where another size is expected, and broadcasting hides it.',
};

/** The right result, and then the inputs are disposed. */
export const disposesInputs: WrittenMistake<Functions> = {
  instead: (right) =>
    mapFunctions(right, (call) => (...args) => {
      const result = call(...args);
      tf.dispose(args);
      return result;
    }),
  says: 'The inputs belong to the caller, who may need them again. Do not dispose them.',
};

/**
 * One head after another: the solution on slices along H, put together again.
 *
 * @param fn the function; its tensors come first, in the order of `names`
 * @param names `q_BHTD`; one without H is passed whole
 * @param mask the axes of the option `mask`, if there is one
 * @param out the axes of the result, or of each of its fields
 */
export function headByHead(
  fn: string,
  names: readonly string[],
  { mask, out = 'BHTV' }: { mask?: string; out?: string | Record<string, string> } = {},
): WrittenMistake<Functions> {
  const axisOf = (name: string) => name.slice(name.lastIndexOf('_') + 1).indexOf('H');
  return {
    instead: (right) => ({
      [fn]: (...args) =>
        tf.tidy(() => {
          const tensors = args.slice(0, names.length) as tf.Tensor[];
          const options = args[names.length] as { mask?: tf.Tensor } | undefined;
          const sizes = axes(fn, Object.fromEntries(names.map((name, i) => [name, tensors[i]])));
          if (mask)
            requireMask(
              fn,
              options?.mask,
              [...mask].map((axis) => sizes[axis]),
            );
          const whole =
            mask &&
            options?.mask &&
            tf.broadcastTo(
              options.mask,
              [...mask].map((axis) => sizes[axis]),
            );
          const heads = Array.from({ length: sizes.H }, (_, h) =>
            right[fn](
              ...tensors.map((x, i) => (axisOf(names[i]) < 0 ? x : headOf(x, axisOf(names[i]), h))),
              options && { ...options, ...(whole && mask && { mask: headOf(whole, mask.indexOf('H'), h) }) },
            ),
          );
          if (typeof out === 'string') return tf.concat(heads as tf.Tensor[], out.indexOf('H'));
          const field = (name: string) =>
            tf.concat(heads.map((head) => head[name]) as tf.Tensor[], out[name].indexOf('H'));
          return Object.fromEntries(Object.keys(out).map((name) => [name, field(name)]));
        }),
    }),
    says: 'The heads are computed one after another. One matrix product computes all of them at once.',
  };
}

function headOf(x: tf.Tensor, axis: number, h: number): tf.Tensor {
  const begin = x.shape.map((_, i) => (i === axis ? h : 0));
  return tf.slice(
    x,
    begin,
    x.shape.map((size, i) => (i === axis ? 1 : size)),
  );
}

function mapFunctions(functions: Functions, map: (call: Functions[string]) => Functions[string]): Functions {
  return Object.fromEntries(Object.entries(functions).map(([name, call]) => [name, map(call)]));
}

/**
 * What goes wrong with the option `causal`, alone and beside a mask, in a solution that masks as lecture 01 does:
 * `tf.lessEqual`, `tf.range(S - T, S)`, `tf.logicalAnd(mask, past_TS)`.
 */
export const causalMistakes: Record<string, EditedMistake> = {
  causalTopLeft: {
    edit: ['tf.range(S - T, S)', 'tf.range(0, T)'],
    says: 'With T ≠ S the causal mask is aligned with the first key. The last query belongs to the last key.',
  },
  causalOffsetNotNegative: {
    edit: ['tf.range(S - T, S)', 'tf.add(tf.range(0, T), Math.max(S - T, 0))'],
    says: 'With more queries than keys the causal mask is aligned with the first key. S − T is negative then, and the first queries see nothing.',
  },
  causalStrict: {
    edit: ['tf.lessEqual', 'tf.less'],
    says: 'A query does not see its own position. Causal means s ≤ t + S − T; equality is allowed.',
  },
  causalSeesNext: {
    edit: ['tf.range(S - T, S)', 'tf.range(S - T + 1, S + 1)'],
    says: 'A query sees one key too many, the next one. Causal means s ≤ t + S − T.',
  },
  causalReversed: {
    edit: ['tf.lessEqual', 'tf.greaterEqual'],
    says: 'A query sees the future and not the past. Causal means s ≤ t + S − T.',
  },
  maskReplacesCausal: {
    edit: ['tf.logicalAnd(mask, past_TS)', 'mask'],
    says: 'With a mask, the option causal has no effect. A key must be allowed by both.',
  },
  causalReplacesMask: {
    edit: ['tf.logicalAnd(mask, past_TS)', 'past_TS'],
    says: 'With the option causal, the mask has no effect. A key must be allowed by both.',
  },
  maskOrCausal: {
    edit: ['tf.logicalAnd', 'tf.logicalOr'],
    says: 'A key is visible if the mask or the option causal allows it. Both must allow it.',
  },
};

/**
 * A mask that does something else to the scores, in a solution that fills them by `tf.where(allowed, …, -1e9)`.
 *
 * @param also further replacements
 */
const maskedBy = (name: string, scores: string, says: string, also: readonly string[] = []): EditedMistake => ({
  everywhere: ['tf.where(allowed, ', `${name}(allowed, `, ...also],
  with: `
function ${name}(allowed: tf.Tensor, scores: tf.Tensor, _low: number): tf.Tensor {
  const open = tf.cast(allowed, 'float32');
  return ${scores};
}`,
  says,
});

/** Rows with nothing allowed are emptied as a whole, so that masked keys keep the weight they got. */
const EMPTIED_AS_A_WHOLE = ["tf.cast(allowed, 'float32')", "tf.cast(tf.any(allowed, -1, true), 'float32')"];

const addedToMasked = (low: string, inWords: string) =>
  maskedBy(
    'lowered',
    `tf.add(scores, tf.mul(tf.sub(1, open), ${low}))`,
    `A masked score is lowered by ${inWords}. It may still be above a visible one; use a number that no score reaches, such as −1e9.`,
    EMPTIED_AS_A_WHOLE,
  );

/** What goes wrong with masked scores; the solution empties rows by a product with `tf.cast(allowed, 'float32')`. */
export const maskMistakes: Record<string, EditedMistake> = {
  maskTooWeak,
  maskAdded: maskedBy(
    'withMaskAdded',
    'tf.add(scores, open)',
    'The mask is added to the scores, so a visible key gains only 1. A masked score must become so low that its exponential is 0.',
  ),
  infinityTimesZero: maskedBy(
    'withInfinityAdded',
    'tf.add(scores, tf.mul(tf.sub(1, open), -Infinity))',
    'Infinity is multiplied by the mask, and 0 · Infinity is NaN. Choose with tf.where, or use a finite number such as −1e9.',
  ),
  maskFilledTooWeak: {
    everywhere: ['-1e9', '-1e4', ...EMPTIED_AS_A_WHOLE],
    says: maskTooWeak.says,
  },
  maskAddedTooWeak: addedToMasked('-1e4', '10 000'),
  maskAddedMuchTooWeak: addedToMasked('-1e3', '1 000'),
  maximumTooHigh: {
    everywhere: ['tf.softmax(', 'softmaxWithBound('],
    with: `
function softmaxWithBound(scores: tf.Tensor): tf.Tensor {
  const exp = tf.exp(tf.sub(scores, tf.maximum(tf.max(scores, -1, true), -1e4)));
  return tf.div(exp, tf.maximum(tf.sum(exp, -1, true), 1e-12));
}`,
    says: 'The maximum of a row is not allowed below about −10 000, so all exponentials of a row of lower scores are 0. Only a number below every score may bound it, such as −1e9.',
  },
};

/** The mask of the first call of a size is taken in all later ones. */
export const maskRemembered: EditedMistake = {
  edit: ['allowedPairs(T, S, mask, causal)', 'remembered(T, S, allowedPairs(T, S, mask, causal))'],
  with: `
const masks = new Map<string, boolean[][] | undefined>();
function remembered(T: number, S: number, allowed: tf.Tensor | undefined): tf.Tensor | undefined {
  const key = T + 'x' + S;
  if (!masks.has(key)) masks.set(key, allowed?.arraySync() as boolean[][]);
  const known = masks.get(key);
  return known && tf.tensor(known, undefined, 'bool');
}`,
  says: 'The mask of an earlier call is used again. Another call of the same T and S may have another one, so build it in every call.',
};

/** `options` has no default. */
export const optionsRequired: EditedMistake = {
  edit: ['options: Options = {},', 'options: Options,'],
  says: 'Without options the call fails. Give the parameter a default: `options: Options = {}`.',
};
