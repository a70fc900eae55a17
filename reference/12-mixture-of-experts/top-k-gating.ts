/**
 * p = softmax(x W_g);  g_e = p_e / Σ_{i ∈ top k} p_i for the k largest logits, else 0
 *
 * Sources: Jiang et al. 2024 (Mixtral), section 2.1, arXiv:2401.04088, where it is written as the softmax of the k kept
 * logits: the same numbers. Not renormalised: Fedus et al. 2021 (Switch), arXiv:2101.03961, for k = 1.
 * loadBalanceLoss = E · Σ_e f_e · P_e: Fedus et al. 2021, equations 4–6; f_e is the share of all T·k assignments, so that it
 * is 1 at perfect balance for every k. zLoss = mean of (log Σ_e exp(logit_e))²: Zoph et al. 2022 (ST-MoE), eq. 5,
 * arXiv:2202.08906. Our E is their N, our T their B or T.
 *
 * @param x tokens [T][M]
 * @param wg the gate's weights [M][E]
 * @param options k experts per token; renormalise, default true
 * @returns weights [T][E]; experts [T][k], largest logit first, the lower index first in a tie
 */
export function topKGating(
  x: number[][],
  wg: number[][],
  options: { k: number; renormalise?: boolean },
): { weights: number[][]; experts: number[][]; loadBalanceLoss: number; zLoss: number } {
  const { k, renormalise = true } = options;
  const [T, M, E] = [x.length, wg.length, wg[0].length];
  const weights: number[][] = [];
  const experts: number[][] = [];
  const f = new Array<number>(E).fill(0);
  const meanP = new Array<number>(E).fill(0);
  let zLoss = 0;

  for (let t = 0; t < T; t++) {
    const logits = new Array<number>(E).fill(0);
    for (let e = 0; e < E; e++) for (let m = 0; m < M; m++) logits[e] += x[t][m] * wg[m][e];

    const largest = Math.max(...logits);
    const sum = logits.reduce((total, logit) => total + Math.exp(logit - largest), 0);
    const p = logits.map((logit) => Math.exp(logit - largest) / sum);

    const ranked = [...logits.keys()].sort((a, b) => logits[b] - logits[a] || a - b);
    const chosen = ranked.slice(0, k);
    const kept = chosen.reduce((total, e) => total + p[e], 0);
    experts.push(chosen);
    weights.push(p.map((value, e) => (chosen.includes(e) ? value / (renormalise ? kept : 1) : 0)));

    for (const e of chosen) f[e] += 1 / (T * k);
    for (let e = 0; e < E; e++) meanP[e] += p[e] / T;
    zLoss += (largest + Math.log(sum)) ** 2 / T;
  }

  const loadBalanceLoss = E * f.reduce((total, share, e) => total + share * meanP[e], 0);
  return { weights, experts, loadBalanceLoss, zLoss };
}
