/** Tests only: how the exercise of pages is judged. */

export const SPEC = `title: Pages
given: [mods.ts, ../tape.ts]
exports:
  reserve: { pool: data, slots: [number], places: [[number]] }
  fits: boolean
  pageKeys: [string]
  lastKey: string
  heads: [head_TD]
  attendBest: out_TD
  begin: { state: {} }
  step: { state: {}, out_1D: tensor }
checks:
  values/pool:
    title: Places of new tokens, and the pool after
    points: 2
    cases:
      - { name: in the last page, what: pool, pageSize: 4, used: 5, tokens: 2 }
      - { name: over two pages, what: pool, pageSize: 3, used: 4, tokens: 5 }
      - { name: drawn, hidden: true, what: pool, pageSize: 5, tokens: 7 }
  values/fits:
    title: Whether so many tokens fit
    cases:
      - { name: just, what: fits, pageSize: 3, used: 4, tokens: 14 }
      - { name: not, what: fits, pageSize: 3, used: 4, tokens: 15 }
      - { name: easily, what: fits, pageSize: 3, used: 4, tokens: 1 }
  values/keys:
    title: Keys of full pages, each with all that came before
    cases:
      - { name: three pages, what: keys, pageSize: 2, tokens: 7 }
      - { name: another, hidden: true, what: keys, pageSize: 3, tokens: 10 }
  values/heads:
    title: Heads one by one
    cases:
      - { name: three heads, what: heads, T: 2, M: 12, H: 3 }
  values/best:
    title: Attention to the best keys alone
    cases:
      - { name: all axes differ, what: best, T: 5, S: 7, D: 4, k: 3 }
      - { name: one key, what: best, T: 4, S: 6, D: 3, k: 1 }
      - { name: more, hidden: true, what: best, T: 9, S: 11, D: 5, k: 4 }
  values/step:
    title: A step attends to all tokens
    cases:
      - { name: a few, what: step, S: 5, D: 4 }
  gradient/best:
    title: Gradients reach queries, keys and values
    cases:
      - { name: small, what: best, T: 2, S: 4, D: 2, k: 2 }
  property/pure:
    title: The pool that is given stays as it is
  cost/step:
    title: A step projects nothing again
    case: { what: step, S: 64, D: 16 }
    budget:
      flops: { timesSolution: 1.25 }
      kernels: 4
      peakBytes: { limit: onTop }
      largestTensorBytes: { limit: scores }
    growth: { vary: { S: [32, 64, 128] }, flops: 1.05, kernels: 0.05 }
  hygiene/memory:
    title: Nothing is left behind
    case: { what: all, T: 3, S: 5, D: 2, k: 2, pageSize: 2, used: 1, tokens: 3 }
hints: [the first of the hints, the second of the hints, the third of the hints]
`;

export const GRADER = `import type { Draw } from '../../kit/author/draw.ts';
import { defineGrader, type Submission, type Counter, type Oracle } from '../../kit/author/grader.ts';
import { at, fromNested, type NdArray } from '../../kit/author/ndarray.ts';

interface Case {
  what: 'pool' | 'fits' | 'keys' | 'heads' | 'best' | 'step' | 'all';
  pageSize?: number; used?: number; tokens?: number;
  T?: number; M?: number; H?: number; S?: number; D?: number; k?: number;
}
type Inputs = Record<string, NdArray>;

const PAGES = 6;

/** The first pages of the pool hold so many tokens; the second page is somebody else's. */
function poolOf(pageSize: number, used: number) {
  const refs = Array.from({ length: PAGES + 1 }, (_, page) => (page === 1 ? 2 : 0));
  const table: number[] = [];
  for (let page = 0; table.length * pageSize < used; page++) {
    if (page === 1) continue;
    table.push(page);
    refs[page] = 1;
  }
  return { pageSize, refs, table, length: used };
}
const poolFor = ({ pageSize = 1, used }: Case, x: Inputs) => poolOf(pageSize, used ?? x.used.data[0]);
const tokensOf = (x: Inputs) => Array.from(x.ids.data);

export default defineGrader({
  inputs(draw: Draw, { what, pageSize = 1, tokens = 1, T = 1, M = 1, S = 1, D = 1 }: Case): Inputs {
    const all = what === 'all';
    return {
      ...(what === 'pool' && { used: draw.integers([1], 0, 2 * pageSize) }),
      ...(what === 'keys' && { ids: draw.integers([tokens], 0, 99) }),
      ...(what === 'heads' && { x: draw.normal([T, M]) }),
      ...((all || what === 'best') && { q: draw.normal([T, D], { std: 2 }), k: draw.normal([S, D]), v: draw.normal([S, D]) }),
      ...((all || what === 'step') && { x: draw.normal([S, D]), w: draw.normal([D, D]), step: draw.normal([1, D]) }),
    };
  },

  async run(submission: Submission, x: Inputs, c: Case, { mark }: Counter) {
    const all = c.what === 'all';
    const outputs: Record<string, unknown> = {};
    if (all || c.what === 'pool') Object.assign(outputs, await submission.reserve(poolFor(c, x), c.tokens));
    if (all || c.what === 'fits') outputs.fits = await submission.fits(poolFor(c, x), c.tokens);
    if (c.what === 'keys') {
      outputs.keys = await submission.pageKeys(tokensOf(x), c.pageSize);
      outputs.last = await submission.lastKey(tokensOf(x), c.pageSize);
    }
    if (c.what === 'heads') outputs.heads = await submission.heads(x.x, c.H);
    if (all || c.what === 'best') outputs.out = await submission.attendBest(x.q, x.k, x.v, { k: c.k });
    if (all || c.what === 'step') {
      const { state } = await submission.begin(x.x, x.w);
      mark();
      outputs.step = (await submission.step(state, x.step)).out_1D;
    }
    return outputs;
  },

  expected(oracle: Oracle, x: Inputs, c: Case) {
    const all = c.what === 'all';
    return {
      ...((all || c.what === 'pool') && oracle.reserve(poolFor(c, x), c.tokens)),
      ...((all || c.what === 'fits') && { fits: oracle.fits({ ...poolFor(c, x), refs: poolFor(c, x).refs.slice(1) }, c.tokens) }),
      ...(c.what === 'keys' && {
        keys: oracle.pageKeys(tokensOf(x), c.pageSize),
        last: oracle.pageKeys(tokensOf(x), c.pageSize).at(-1),
      }),
      ...(c.what === 'heads' && { heads: oracle.heads(at(x.x), c.H).map((head: number[][]) => fromNested(head)) }),
      ...((all || c.what === 'best') && { out: fromNested(oracle.attendBest(at(x.q), at(x.k), at(x.v), c.k)) }),
      ...((all || c.what === 'step') && { step: fromNested(oracle.step(at(x.step), at(x.x), at(x.w))) }),
    };
  },

  reduction: ({ S = 1, D = 1 }) => S + D,

  // The last key that is chosen is clearly before the first that is not.
  isSettled(oracle, x, { what, k = 1 }) {
    if (what !== 'best') return true;
    return oracle.scoresOf(at(x.q), at(x.k)).every((row: number[]) => {
      const sorted = [...row].sort((a, b) => b - a);
      return sorted[k - 1] - sorted[k] > 0.02 * Math.max(...row.map(Math.abs));
    });
  },

  limits: {
    onTop: ({ S = 1, D = 1 }: Case) => 4 * (2 * S + D),
    scores: ({ S = 1 }: Case) => 4 * S,
  },

  properties: {
    pure: {
      sizes: { what: (fc) => fc.constant('pool'), pageSize: [1, 3], tokens: [1, 4] },
      holds: async ({ pageSize = 1, tokens = 1 }, { f, difference }) => {
        // The submission's own pool, so that what is written into it shows.
        const { pool } = await f.reserve(poolOf(pageSize, 0), 1);
        const seen = structuredClone(pool);
        const [once, again] = [await f.reserve(pool, tokens), await f.reserve(pool, tokens)];
        const changed = difference(again.slots, once.slots) ?? difference(again.pool, once.pool);
        if (changed) return \`the second call on the same pool gives other places: \${changed}\`;
        return difference(pool, seen);
      },
    },
  },
});
`;
