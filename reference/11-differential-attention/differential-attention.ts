import { softmax } from '../01-attention-fundamentals/softmax.ts';

/**
 * out = (1 − λ_init) · RMSNorm((softmax(Q₁K₁ᵀ/√D) − λ softmax(Q₂K₂ᵀ/√D)) V)
 * λ = exp(λq₁·λk₁) − exp(λq₂·λk₂) + λ_init,  λ_init = 0.8 − 0.6 exp(−0.3 (depth − 1))
 *
 * Source: Ye et al. 2024, Differential Transformer, eqs. 1 to 3, arXiv:2410.05258. Our D is their d, our depth their l.
 * RMSNorm is x / √(mean(x²) + 1e-5) over the V values of one query, times the weight where there is one.
 * A query that may attend to nothing gets a row of zeros.
 *
 * @param input one head: q1, q2 [T][D], k1, k2 [S][D], v [S][V]
 * @param options lambdaQ1 … lambdaK2 [D]; depth from 1; normWeight [V]; causal: s ≤ t + S − T
 * @returns [T][V]
 */
export function differentialAttention(
  input: { q1: number[][]; q2: number[][]; k1: number[][]; k2: number[][]; v: number[][] },
  options: {
    lambdaQ1: number[];
    lambdaK1: number[];
    lambdaQ2: number[];
    lambdaK2: number[];
    depth: number;
    normWeight?: number[];
    causal?: boolean;
  },
): number[][] {
  const { q1, q2, k1, k2, v } = input;
  const [T, S, V] = [q1.length, k1.length, v[0].length];
  const lambdaInit = 0.8 - 0.6 * Math.exp(-0.3 * (options.depth - 1));
  const lambda =
    Math.exp(dot(options.lambdaQ1, options.lambdaK1)) - Math.exp(dot(options.lambdaQ2, options.lambdaK2)) + lambdaInit;

  const out: number[][] = [];
  for (let t = 0; t < T; t++) {
    const visible = options.causal ? Math.max(0, Math.min(S, t + S - T + 1)) : S;
    const first = attention(q1[t], k1, visible);
    const second = attention(q2[t], k2, visible);

    const row = new Array<number>(V).fill(0);
    for (let s = 0; s < visible; s++) {
      for (let j = 0; j < V; j++) row[j] += (first[s] - lambda * second[s]) * v[s][j];
    }

    let meanSquare = 0;
    for (let j = 0; j < V; j++) meanSquare += row[j] ** 2 / V;
    const norm = Math.sqrt(meanSquare + 1e-5);
    out.push(row.map((value, j) => (1 - lambdaInit) * (value / norm) * (options.normWeight?.[j] ?? 1)));
  }
  return out;
}

/** Softmax of q·k/√D over the first `visible` keys. */
function attention(q: number[], k: number[][], visible: number): number[] {
  return softmax(k.slice(0, visible).map((key) => dot(q, key) / Math.sqrt(q.length)));
}

function dot(a: number[], b: number[]): number {
  return a.reduce((sum, value, d) => sum + value * b[d], 0);
}
