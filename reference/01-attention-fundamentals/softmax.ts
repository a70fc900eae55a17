/**
 * softmax(x)_i = exp(x_i − max x) / Σ_j exp(x_j − max x)
 *
 * Source: Bridle 1990, "Probabilistic interpretation of feedforward classification network outputs"; that taking off
 * the maximum changes nothing but the rounding: Blanchard, Higham and Higham 2021, arXiv:1909.03469.
 * A row of nothing but -Infinity gives zeros.
 *
 * @param x one row of scores [S]
 * @returns [S]
 */
export function softmax(x: number[]): number[] {
  const S = x.length;
  let largest = -Infinity;
  for (let s = 0; s < S; s++) largest = Math.max(largest, x[s]);
  if (largest === -Infinity) return new Array<number>(S).fill(0);

  let sum = 0;
  for (let s = 0; s < S; s++) sum += Math.exp(x[s] - largest);

  const weights: number[] = [];
  for (let s = 0; s < S; s++) weights[s] = Math.exp(x[s] - largest) / sum;
  return weights;
}
