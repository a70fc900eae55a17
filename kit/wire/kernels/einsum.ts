/**
 * Einsum as tfjs has it: one or two tensors, an arrow, no ellipsis, no letter twice in a term or in the output.
 *
 * Flops: two tensors 2 (outer product 1) for each combination of all letters, one tensor 1 an element if anything is summed.
 */
import type { Plan } from '../kernel.ts';
import { show } from './attributes.ts';
import { type Call, kernel, MAX_RANK, NUMERIC, sizeOf } from './call.ts';

const MAX_LENGTH = 100;

export const einsum = kernel('Einsum', undefined, (call): Plan => {
  const tensors = call.list(NUMERIC);
  const { terms, output } = readEquation(call, tensors.length);
  const sizes = new Map<string, number>();
  terms.forEach((term, i) => {
    const { shape } = tensors[i];
    if (term.length !== shape.length)
      call.refuse(`"${term}" names ${term.length} axes of [${shape}], which has ${shape.length}`);
    [...term].forEach((letter, axis) => {
      const size = sizes.get(letter) ?? shape[axis];
      if (size !== shape[axis])
        call.refuse(`axis ${letter} is ${size} in "${terms[0]}" but ${shape[axis]} in "${term}"`);
      sizes.set(letter, size);
    });
  });
  if (sizes.size > MAX_RANK) call.refuse(`it has ${sizes.size} letters, more than ${MAX_RANK}`);

  const all = sizeOf([...sizes.values()]);
  const summed = [...sizes.keys()].some((letter) => !output.includes(letter));
  if (tensors.length === 1 && terms[0] === output)
    call.refuse(`"${terms[0]}->${output}" changes nothing: use tf.clone`);
  const flops = tensors.length === 2 ? (summed ? 2 : 1) * all : summed ? all : 0;
  const outputs = { shape: [...output].map((letter) => sizes.get(letter)!), dtype: tensors[0].dtype };
  // The cpu backend makes the whole outer product, then sums one axis at a time into ever smaller copies.
  const scratchBytes = 4 * (2 * all + tensors.reduce((sum, { shape }) => sum + sizeOf(shape), 0));
  return call.plan(outputs, flops, { scratchBytes });
});

function readEquation(call: Call, count: number): { terms: string[]; output: string } {
  const given = call.raw('equation');
  if (typeof given !== 'string' || given.length > MAX_LENGTH) return call.refuse(`equation is ${show(given)}`);
  const equation = given.replace(/\s/g, '');
  const [, left, output] =
    /^([A-Za-z,]*)->([A-Za-z]*)$/.exec(equation) ?? call.refuse(`equation ${show(given)} is not like "ij,jk->ik"`);
  const terms = left.split(',');
  if (terms.length !== count) return call.refuse(`"${equation}" is about ${terms.length} tensors, but got ${count}`);
  if (count > 2) return call.refuse('tfjs takes two tensors at most: contract them in steps');
  for (const term of [...terms, output]) {
    if (new Set(term).size !== term.length) return call.refuse(`"${term}" names an axis twice`);
  }
  const unknown = [...output].find((letter) => !left.includes(letter));
  if (unknown) return call.refuse(`"${equation}" has ${unknown} only after the arrow`);
  call.keep('equation', equation);
  return { terms, output };
}
