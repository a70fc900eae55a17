/**
 * Pair i of the vector at position p is turned by the angle p · θ_i, θ_i = base^(−2i/D), i = 0 … D/2 − 1:
 *
 *   a' = a cos(p θ_i) − b sin(p θ_i)
 *   b' = a sin(p θ_i) + b cos(p θ_i)
 *
 * Source: Su et al. 2021, RoFormer, eq. 15 (the matrix) and eq. 34 (the fast form), arXiv:2104.09864. Our D is their d,
 * p their m, and i counts from 0 where theirs counts from 1. 'interleaved' is the paper's pairing (2i with 2i + 1);
 * 'half' (i with i + D/2) is that of GPT-NeoX and of Hugging Face's Llama.
 *
 * @param x [T][D], one head
 * @param positions where each of the T vectors stands
 * @returns [T][D]
 */
export function rope(
  x: number[][],
  positions: number[],
  options: { pairing: 'half' | 'interleaved'; base?: number },
): number[][] {
  const { pairing, base = 10000 } = options;
  return x.map((vector, t) => {
    const D = vector.length;
    const turned = new Array<number>(D);
    for (let i = 0; i < D / 2; i++) {
      const [first, second] = pairing === 'half' ? [i, i + D / 2] : [2 * i, 2 * i + 1];
      const angle = positions[t] * base ** ((-2 * i) / D);
      turned[first] = vector[first] * Math.cos(angle) - vector[second] * Math.sin(angle);
      turned[second] = vector[first] * Math.sin(angle) + vector[second] * Math.cos(angle);
    }
    return turned;
  });
}
