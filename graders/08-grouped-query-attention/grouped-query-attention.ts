import { type AttentionCase, drawAttention, stretchedTo, weightsView } from '../../kit/author/attention.ts';
import { largestOf, type Sizes } from '../../kit/author/axes.ts';
import { defineGrader, type Rejection } from '../../kit/author/grader.ts';
import { maskOfSequence } from '../../kit/author/masks.ts';
import { at, type NdArray, ndarray, stack } from '../../kit/author/ndarray.ts';
import { refusals, waysToName } from '../../kit/author/refusals.ts';

/** H is a multiple of G. */
type Case = Sizes<'BHGTSDV'> & AttentionCase;

const NAMES = ['q_BHTD', 'k_BGSD', 'v_BGSV'];

export default defineGrader({
  inputs(draw, { logits, ...c }: Case) {
    const x = drawAttention(draw, c, { q: 'BHTD', k: 'BGSD', v: 'BGSV' }, { outliers: c.mask || c.causal ? [-1] : [] });
    return { ...x, q: logits ? stretchedOverGroups(logits, x.q, x.k) : x.q };
  },

  run: (f, x, { causal }) => f.groupedQueryAttention(x.q, x.k, x.v, { mask: x.mask, causal }),

  expected: (oracle, x, c) =>
    stack([c.B], (b) => {
      const mask = x.mask && maskOfSequence(x.mask, [c.H, c.T, c.S], b);
      return oracle.groupedQueryAttention(at(x.q, b), at(x.k, b), at(x.v, b), { mask, causal: c.causal });
    }),

  reduction: ({ S, D }) => S + D,

  properties: {
    ownCopies: {
      sizes: { B: [1, 2], G: [1, 3], headsPerGroup: [1, 3], T: [1, 4], S: [1, 5], D: [1, 4], V: [1, 4] },
      also: ({ headsPerGroup, ...sizes }) => ({ ...(sizes as unknown as Case), H: sizes.G * headsPerGroup }),
      holds(c, { f, inputs, same }) {
        const { q, k, v } = inputs(c);
        return same(
          f.groupedQueryAttention(q, k, v),
          f.groupedQueryAttention(q, copies(k, c), copies(v, c)),
          'giving every head its own copy of its keys and values (G = H) changes the output',
        );
      },
    },
  },

  fitSizes: (c) => ({ ...c, H: c.G * Math.round(c.H / c.G) }),

  rejects: {
    ...refusals('groupedQueryAttention', NAMES, { mask: 'BHTS', sizes: { H: 4, G: 2 } }),
    'H is not a multiple of G': withGroups(6, 4),
    'there are more groups than heads': withGroups(2, 4),
  },

  // Twice the scores, since a key may be added to them. Repeated keys are larger when there is one query.
  limits: { scoresOrInputs: (c) => 2 * largestOf(c, 'BHTS', 'BHTD', 'BHTV', 'BGSD', 'BGSV') },

  views: { 'attention weights': weightsView({ B: 1, H: 4, G: 2, T: 8, S: 8, D: 4, V: 8, causal: true }, 'G') },
});

function withGroups(H: number, G: number): Rejection {
  return {
    error: 'RangeError',
    names: ['groupedQueryAttention', ...['H', 'G', ...NAMES].flatMap(waysToName)],
    call: (f, draw) =>
      f.groupedQueryAttention(draw.normal([1, H, 5, 3]), draw.normal([1, G, 7, 3]), draw.normal([1, G, 7, 2])),
  };
}

/** [B,G,S,…] as [B,H,S,…]: each head with its own copy of its group. */
function copies(x: NdArray, { B, H, G }: Case): NdArray {
  return stack([B, H], (b, h) => at(x, b, Math.floor((h * G) / H)));
}

/** The largest logit of any query with any key, whichever group its head reads, is `logits`. */
function stretchedOverGroups(logits: number, q: NdArray, k: NdArray): NdArray {
  const rows = ({ shape: [B, H, T, D], data }: NdArray) => ndarray([1, 1, B * H * T, D], data);
  return ndarray(q.shape, stretchedTo(logits, rows(q), rows(k)).data);
}
