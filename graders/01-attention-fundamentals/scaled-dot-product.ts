import { type AttentionCase, drawAttention, eachHead, permuted, weightsView } from '../../kit/author/attention.ts';
import { largestOf, type Sizes } from '../../kit/author/axes.ts';
import { defineGrader } from '../../kit/author/grader.ts';
import { maskOfHead } from '../../kit/author/masks.ts';
import { at } from '../../kit/author/ndarray.ts';
import { refusals } from '../../kit/author/refusals.ts';

interface Case extends Sizes<'BHTSDV'>, AttentionCase {
  scale?: number;
}

export default defineGrader({
  // Where every key is visible, all scores of a case with `visibleLogits` lie near it.
  inputs: (draw, c: Case) =>
    drawAttention(draw, c, { q: 'BHTD', k: 'BHSD', v: 'BHSV' }, { outliers: c.mask || c.causal ? [-1] : [] }),

  run: (f, x, { causal, scale }) => f.scaledDotProduct(x.q, x.k, x.v, { mask: x.mask, causal, scale }),

  expected: (oracle, x, c) =>
    eachHead(c, (b, h) => {
      const mask = x.mask && maskOfHead(x.mask, [c.T, c.S], b, h);
      const { causal, scale } = c;
      return oracle.scaledDotProduct(at(x.q, b, h), at(x.k, b, h), at(x.v, b, h), { mask, causal, scale });
    }),

  reduction: ({ S, D }) => S + D,

  properties: {
    keyOrder: {
      sizes: { B: 1, H: [1, 2], T: [1, 4], S: [1, 6], D: [1, 5], V: [1, 5] },
      holds(c, { f, inputs, draw, same }) {
        const { q, k, v } = inputs(c);
        const order = draw.permutation(c.S);
        return same(
          f.scaledDotProduct(q, k, v),
          f.scaledDotProduct(q, permuted(k, 2, order), permuted(v, 2, order)),
          `keys and values reordered together as [${order}] change the output`,
        );
      },
    },
  },

  rejects: refusals('scaledDotProduct', ['q_BHTD', 'k_BHSD', 'v_BHSV'], { mask: 'BHTS' }),

  // Twice the scores, since a key may be added to them; products kept apart by D are far larger.
  limits: { scoresOrInputs: (c) => 2 * largestOf(c, 'BHTS', 'BHTD', 'BHSD', 'BHSV', 'BHTV') },

  views: { 'attention weights': weightsView({ B: 1, H: 2, T: 8, S: 8, D: 4, V: 8, causal: true }) },
});
