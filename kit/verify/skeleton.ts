/** The files of a new exercise: they fit together, and fail honestly until they are written. */

export interface Skeleton {
  stub: string;
  solution: string;
  reference: string;
  spec: string;
  grader: string;
  variants: string;
}

export function skeleton(id: string): Skeleton {
  const name = id.split('/')[1];
  const fn = name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
  const title = name.charAt(0).toUpperCase() + name.slice(1).replaceAll('-', ' ');
  const signature = `export function ${fn}(x_BTM: tf.Tensor3D): tf.Tensor3D {`;
  return {
    stub: `/**
 * ${title}
 *
 *   the equation        (its source)
 *
 * What problem this solves, and how.
 *
 * Shapes. B batch, T queries, M d_model.
 *
 * By hand: a worked number that can be checked.
 *
 * Judged: values, nothing leaked.
 */
import type * as tf from '@tensorflow/tfjs';
import { axes } from '../arguments';

/**
 * @param x_BTM tokens
 * @returns out_BTM
 * @throws RangeError where sizes disagree; TypeError for what is no float32 tensor
 */
${signature}
  // TODO 1  Refuse wrong arguments: \`axes\` does it, and gives you the sizes.
  throw new Error('TODO 1: ${fn} is not written yet');
}
`,
    solution: `import type * as tf from '@tensorflow/tfjs';
import { axes } from '../../exercises/arguments';

/** The equation in one line (its source). */
${signature}
  axes('${fn}', { x_BTM });
  throw new Error('TODO: the model solution of ${id}');
}
`,
    reference: `/**
 * The equation
 *
 * Source: authors, year, equation, arXiv number. Which of our letters differ from theirs.
 *
 * @param x tokens [T][M], one sequence
 * @returns [T][M]
 */
export function ${fn}(x: number[][]): number[][] {
  throw new Error(\`TODO: the oracle of ${id}, for \${x.length} tokens\`);
}
`,
    spec: `# yaml-language-server: $schema=../../kit/course/exercise.schema.json
title: ${title}

exports:
  ${fn}: out_BTM

checks:
  - id: values/plain
    kind: values
    title: What is right, in the words of the lecture
    points: 8
    cases:
      - { name: all axes differ, B: 2, T: 5, M: 4 }
      - { name: long, hidden: true, B: 1, T: 33, M: 7 }

  - id: gradient/input
    kind: gradient
    title: Gradients reach the tokens
    points: 1
    cases:
      - { name: small, B: 1, T: 3, M: 2 }

  - id: hygiene/memory
    kind: hygiene
    title: Leaves no tensor behind, lets its input be, says the same twice
    points: 1
    case: { B: 1, T: 3, M: 2 }

hints:
  - "TODO: a first hint, that points at the idea."
  - "TODO: a second, that points at the operation."
  - "TODO: a third, that all but says it."

misconceptions:
  doesNothing: "TODO: what the author of this mistake should be told."
`,
    grader: `import { defineGrader } from '../author/grader.ts';
import { at, stack } from '../author/ndarray.ts';

interface Case {
  B: number;
  T: number;
  M: number;
}

export default defineGrader({
  inputs: (draw, { B, T, M }: Case) => ({ x: draw.normal([B, T, M]) }),

  run: async (submission, x) => ({ out: await submission.${fn}(x.x) }),

  expected: (oracle, x, { B }) => ({ out: stack([B], (b) => oracle.${fn}(at(x.x, b))) }),

  reduction: ({ M }) => M,
});
`,
    variants: `/**
 * Submissions to ${name}: \`wrong\` ones make one mistake each, \`alternates\` are right but written differently.
 * \`kit verify\` judges them as it judges a student's.
 */
import * as tf from '@tensorflow/tfjs';

export const wrong = {
  doesNothing: { ${fn}: (x: tf.Tensor3D) => tf.clone(x) },
};

export const alternates = {};
`,
  };
}
