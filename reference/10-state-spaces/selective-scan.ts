/**
 * δ_t = softplus(delta_t + deltaBias)
 * h_t = exp(δ_t A) h_{t−1} + δ_t B_t u_t,  h_{−1} = 0
 * y_t = (C_t · h_t + D u_t) · silu(z_t)
 *
 * Source: Gu and Dao 2023, Mamba, algorithm 2 (S6), arXiv:2312.00752; A is discretised exactly and B by Euler's rule,
 * as in the authors' `selective_scan_ref`. Our I is their D (channels), our d their skip weight D.
 *
 * @param u inputs [L][I], one sequence
 * @param delta step sizes [L][I]
 * @param a diagonal of A [I][N]
 * @param b input weights [L][N]
 * @param c output weights [L][N]
 * @param options d [I], z [L][I], deltaBias [I]; softplus: whether delta passes through it
 * @returns y [L][I] and lastState [I][N]
 */
export function selectiveScan(
  u: number[][],
  delta: number[][],
  a: number[][],
  b: number[][],
  c: number[][],
  options: { d?: number[]; z?: number[][]; deltaBias?: number[]; softplus?: boolean } = {},
): { y: number[][]; lastState: number[][] } {
  const [L, I, N] = [u.length, a.length, a[0].length];
  const state = a.map((row) => row.map(() => 0));
  const y: number[][] = [];
  for (let t = 0; t < L; t++) {
    y[t] = [];
    for (let i = 0; i < I; i++) {
      const biased = delta[t][i] + (options.deltaBias?.[i] ?? 0);
      const step = options.softplus ? softplus(biased) : biased;
      let read = 0;
      for (let n = 0; n < N; n++) {
        state[i][n] = Math.exp(step * a[i][n]) * state[i][n] + step * b[t][n] * u[t][i];
        read += c[t][n] * state[i][n];
      }
      const skipped = read + (options.d?.[i] ?? 0) * u[t][i];
      y[t][i] = options.z ? skipped * silu(options.z[t][i]) : skipped;
    }
  }
  return { y, lastState: state };
}

/** log(1 + exp(x)), without overflow. */
function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

/** x · sigmoid(x) */
function silu(x: number): number {
  return x / (1 + Math.exp(-x));
}
