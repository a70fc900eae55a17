/**
 * The files of a new exercise, for the tensors that its function takes. They verify as they stand: in place of a mechanism
 * they subtract a mean, so that an author replaces one part after the other with `kit verify` green in between.
 */
import { axesOf, bareName } from '../author/axes.ts';
import { InputError } from '../course/input-error.ts';

export interface Skeleton {
  stub: string;
  solution: string;
  reference: string;
  spec: string;
  grader: string;
  mistakes: string;
}

interface Part {
  /** q_BHTD */
  name: string;
  /** q */
  bare: string;
  /** BHTD */
  axes: string;
}

/** @throws InputError for a name that is not one of a tensor with its axes */
export function tensorsNamed(names: string): Part[] {
  const parts = names.split(',').map((each) => each.trim());
  const wrong = parts.find((name) => !/^[a-z][A-Za-z0-9]*_[A-Z]+$/.test(name));
  if (wrong !== undefined) {
    throw new InputError(
      `--takes: "${wrong}" is not a tensor's name with its axes; write names such as q_BHTD,k_BHSD,v_BHSV`,
    );
  }
  const tensors = parts.map((name) => ({ name, bare: bareName(name), axes: axesOf(name).join('') }));
  const twice = tensors.find(({ bare }, i) => tensors.findIndex((other) => other.bare === bare) !== i);
  if (twice) throw new InputError(`--takes: "${twice.bare}" is there twice; give each tensor a name of its own`);
  const repeated = tensors.find(({ axes }) => new Set(axes).size < axes.length);
  if (repeated) {
    throw new InputError(`--takes: "${repeated.name}" has an axis twice; give each axis of a tensor its own letter`);
  }
  if (tensors[0].axes.length > 5) throw new InputError(`--takes: "${tensors[0].name}" has more than 5 axes`);
  return tensors;
}

/** @param takes names of float32 tensors with their axes: `q_BHTD,k_BHSD` */
export function skeleton(id: string, takes: string): Skeleton {
  const [lecture, name] = id.split('/');
  const fn = name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
  const title = name.charAt(0).toUpperCase() + name.slice(1).replaceAll('-', ' ');
  const parts = tensorsNamed(takes);
  const [first, ...others] = parts;
  const out = `out_${first.axes}`;
  const of = { id, lecture, name, fn, title, parts, first, others, out };
  return {
    stub: stub(of),
    solution: solution(of),
    reference: reference(of),
    spec: spec(of),
    grader: grader(of),
    mistakes: mistakes(of),
  };
}

interface Of {
  id: string;
  lecture: string;
  name: string;
  fn: string;
  title: string;
  parts: Part[];
  first: Part;
  others: Part[];
  out: string;
}

const tensorType = ({ axes }: Part) => (axes.length > 0 ? `tf.Tensor${axes.length}D` : 'tf.Tensor');
const parameters = ({ parts }: Of) => parts.map((part) => `${part.name}: ${tensorType(part)}`).join(', ');
const signature = (of: Of) => `export function ${of.fn}(${parameters(of)}): ${tensorType(of.first)} {`;
const list = (parts: Part[]) => parts.map(({ name }) => name).join(', ');
const letters = (parts: Part[]) => [...new Set(parts.flatMap(({ axes }) => [...axes]))];

function stub(of: Of): string {
  const { title, fn, parts, first, others, out } = of;
  return `/**
 * ${title}
 *
 *   out = ${first.bare} − mean(${first.bare})${others.map(({ bare }) => ` + mean(${bare})`).join('')}        (TODO: the equation and its source)
 *
 * TODO: what problem this solves, and how.
 *
 * Shapes: ${list(parts)} ─▶ ${out}. The mean of ${first.bare} is taken along its last axis, the others over all values.
 *
 * By hand: the row [1, 3] minus its mean 2 is [−1, 1]. (TODO: a worked number; the handout has it too.)
 *
 * Checked: values, a shift, gradients, all rows at once, no memory leak, invalid arguments refused.
 */
import type * as tf from '@tensorflow/tfjs';
import { axes } from '../arguments';

/**
${parts.map(({ name: tensor }) => ` * @param ${tensor} TODO: what it is\n`).join('')} * @returns ${out}
 * @throws RangeError where sizes disagree; TypeError for anything but a float32 tensor
 */
${signature(of)}
  // TODO 1  Refuse invalid arguments: \`axes\` does it, and gives you the sizes.
  // TODO 2  TODO: the next step. Use tf.tidy, so that no tensor stays in memory.
  throw new Error('TODO 1: ${fn} is not written yet');
}
`;
}

function solution(of: Of): string {
  const { fn, parts, first, others } = of;
  const sum = others.reduce((text, { name }) => `tf.add(${text}, tf.mean(${name}))`, 'centred');
  return `import * as tf from '@tensorflow/tfjs';
import { axes } from '../../exercises/arguments';

/** TODO: the equation in one line (its source). */
${signature(of)}
  axes('${fn}', { ${list(parts)} });
  return tf.tidy(() => {
    const centred = tf.sub(${first.name}, tf.mean(${first.name}, -1, true));
    return ${others.length > 0 ? `${sum}` : 'centred'} as ${tensorType(first)};
  });
}
`;
}

function reference({ fn, first, others }: Of): string {
  return `/**
 * TODO: the equation
 *
 * Source: TODO: authors, year, equation, arXiv number; which of our letters differ from theirs.
 *
 * @param row one row of ${first.bare}, along its last axis
 * @param others all values of each other tensor${others.length > 0 ? `: ${others.map(({ bare }) => bare).join(', ')}` : ''}
 */
export function ${fn}(row: number[], others: number[][]): number[] {
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  let shift = -mean(row);
  for (const values of others) shift += mean(values);
  return row.map((value) => value + shift);
}
`;
}

function spec({ title, fn, parts, out }: Of): string {
  const axes = letters(parts);
  const sized = (sizes: number[]) => axes.map((axis, i) => `${axis}: ${sizes[i % sizes.length]}`).join(', ');
  return `# yaml-language-server: $schema=../../kit/course/exercise.schema.json
title: ${title}
# About an hour of work: six known mistakes are enough.
small: true

exports:
  ${fn}: ${out}

checks:
  values/plain:
    title: "TODO: what is right, in the words of the lecture"
    points: 4
    cases:
      - { name: all axes differ, ${axes.map((axis, i) => `${axis}: ${i + 2}`).join(', ')} }
      - { name: ones, ${sized([1, 1, 1, 2])} }
      - { name: odd sizes, hidden: true, ${sized([3, 5, 7, 2])} }
  property/shift:
    title: "TODO: what holds for all inputs"
  gradient/inputs:
    title: Gradients reach every input
    cases:
      - { name: small, ${sized([1, 2, 2, 3])} }
  cost/kernels:
    title: All rows at once
    case: { ${sized([2, 4, 16, 8])} }
    budget: { kernels: { timesSolution: 3 }, downloads: 0 }
  hygiene/memory:
    case: { ${sized([2, 3, 4, 5])} }
  hygiene/arguments:

hints:
  - "TODO: a first hint, which points at the idea."
  - "TODO: a second hint, which points at the operation."
  - "TODO: a third hint, which nearly says it."
`;
}

function grader({ fn, parts, first, others }: Of): string {
  const drawn = parts.map(({ bare, axes }) => `${bare}: draw.normal(shapeOf('${axes}', c))`).join(', ');
  const passed = parts.map(({ bare }) => `x.${bare}`).join(', ');
  const ranges = letters(parts).map((axis) => `${axis}: [1, 4]`);
  return `import { type Sizes, shapeOf } from '../../kit/author/axes.ts';
import { defineGrader } from '../../kit/author/grader.ts';
import { at, ndarray, stack } from '../../kit/author/ndarray.ts';
import { refusals } from '../../kit/author/refusals.ts';

type Case = Sizes<'${letters(parts).join('')}'>;

export default defineGrader({
  inputs: (draw, c: Case) => ({ ${drawn} }),

  run: (f, x) => f.${fn}(${passed}),

  expected: (oracle, x) =>
    stack(x.${first.bare}.shape.slice(0, -1), (...row) =>
      oracle.${fn}(at(x.${first.bare}, ...row), [${others.map(({ bare }) => `[...x.${bare}.data]`).join(', ')}]),
    ),

  reduction: (c) => ${letters(parts)
    .map((axis) => `c.${axis}`)
    .join(' + ')},

  properties: {
    shift: {
      sizes: { ${ranges.join(', ')} },
      holds(c, { f, inputs, same }) {
        const x = inputs(c);
        const shifted = ndarray(
          x.${first.bare}.shape,
          x.${first.bare}.data.map((value) => Math.fround(value + 1)),
        );
        return same(f.${fn}(${passed}), f.${fn}(${['shifted', ...others.map(({ bare }) => `x.${bare}`)].join(', ')}), '1 added to ${first.bare} changes the output');
      },
    },
  },

  rejects: refusals('${fn}', [${parts.map(({ name }) => `'${name}'`).join(', ')}]),
});
`;
}

function mistakes({ id, fn, parts, first, others }: Of): string {
  const arguments_ = list(parts);
  const mean = `tf.mean(${first.name}, -1, true)`;
  const sum = others.reduce((text, { name }) => `tf.add(${text}, tf.mean(${name}))`, 'centred');
  return `import * as tf from '@tensorflow/tfjs';
import type * as stub from '../../exercises/${id}';
import { axes } from '../../exercises/arguments';
import { anyShape, defineMistakes, disposesInputs } from '../../kit/author/mistakes';
import type * as solution from '../../solutions/${id}';

export default defineMistakes<typeof solution, typeof stub>({
  meanAdded: {
    edit: ['tf.sub(', 'tf.add('],
    says: 'The mean is added. It must be subtracted.',
  },
  sumForMean: {
    edit: ['${mean}', 'tf.sum(${first.name}, -1, true)'],
    says: 'The sum is subtracted. It must be the mean.',
  },
  meanForgotten: {
    edit: ['tf.sub(${first.name}, ${mean})', 'tf.mul(${first.name}, 1)'],
    says: 'The mean is not subtracted.',
  },
  meanTwice: {
    edit: ['${mean}', 'tf.mul(${mean}, 2)'],
    says: 'The mean is subtracted twice.',
  },
  leaksMean: {
    edit: ['const centred =', 'tf.keep(tf.mean(${first.name}, -1, true));\\n    const centred ='],
    says: 'The mean stays in memory after the call.',
  },
  disposesInputs,
  acceptsAnyShape: anyShape,
});

type Exercise = typeof stub.${fn};

/** The mean as a sum divided by a size. */
const dividedSum: Exercise = (${arguments_}) => {
  axes('${fn}', { ${arguments_} });
  return tf.tidy(() => {
    const sum = tf.sum(${first.name}, -1, true);
    const centred = tf.sub(${first.name}, tf.div(sum, ${first.name}.shape[${first.axes.length - 1}]));
    return ${sum} as ${tensorType(first)};
  });
};

/** The mean as a product with a column of 1/size. */
const meanByProduct: Exercise = (${arguments_}) => {
  axes('${fn}', { ${arguments_} });
  return tf.tidy(() => {
    const size = ${first.name}.shape[${first.axes.length - 1}];
    const mean = tf.matMul(tf.reshape(${first.name}, [-1, size]), tf.fill([size, 1], 1 / size));
    const centred = tf.sub(${first.name}, tf.reshape(mean, [...${first.name}.shape.slice(0, -1), 1]));
    return ${sum} as ${tensorType(first)};
  });
};

export const alternates = {
  dividedSum: { ${fn}: dividedSum },
  meanByProduct: { ${fn}: meanByProduct },
};
`;
}
