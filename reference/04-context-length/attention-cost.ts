/**
 * Flops and bytes of the attention of a decoder:
 *
 *   an [m,k] times a [k,n] matrix:   2·m·k·n flops
 *   one layer, one sequence, t queries on s keys:
 *     projections   Q = X Wq,  K = X Wk,  V = X Wv,  out = Z Wo
 *     products      Q Kᵀ and softmax(…) V, for each head
 *
 * Source: the layer of Vaswani et al. 2017, sections 3.2.1 and 3.2.2, arXiv:1706.03762, with the key and value heads
 * of Ainslie et al. 2023, arXiv:2305.13245. Bytes of the cache and intensity: Shazeer 2019, section 2.4, arXiv:1911.02150.
 * Our M, D, H, G are their d_model, d_k = d_v, h and groups.
 *
 * Counted in BigInt, product by product, so every integer is exact until it becomes a number at the end.
 * The causal mask is not exploited; softmax and scaling are not counted.
 *
 * @returns all layers, scoreBytes excepted (one layer). Decode is one token for each sequence, on `context` keys.
 */
export function attentionCost(config: {
  layers: number;
  modelDim: number;
  heads: number;
  kvHeads: number;
  headDim: number;
  context: number;
  batch: number;
  bytesPerValue: number;
}): {
  prefillFlops: number;
  decodeFlops: number;
  scoreBytes: number;
  kvCacheBytes: number;
  weightBytes: number;
  decodeIntensity: number;
} {
  const [M, H, G, D] = [config.modelDim, config.heads, config.kvHeads, config.headDim].map(BigInt);
  const [layers, B, T, bytes] = [config.layers, config.batch, config.context, config.bytesPerValue].map(BigInt);

  const matrices = { wq: [M, H * D], wk: [M, G * D], wv: [M, G * D], wo: [H * D, M] };
  const product = (m: bigint, k: bigint, n: bigint) => 2n * m * k * n;
  const flops = (queries: bigint, keys: bigint) => {
    let perSequence = 0n;
    for (const [rows, columns] of Object.values(matrices)) perSequence += product(queries, rows, columns);
    perSequence += H * product(queries, D, keys); // Q Kᵀ
    perSequence += H * product(queries, keys, D); // weights V
    return layers * B * perSequence;
  };

  let weightBytes = 0n;
  for (const [rows, columns] of Object.values(matrices)) weightBytes += layers * rows * columns * bytes;
  const keyBytes = layers * B * G * T * D * bytes;
  const kvCacheBytes = keyBytes + keyBytes;

  return {
    prefillFlops: Number(flops(T, T)),
    decodeFlops: Number(flops(1n, T)),
    scoreBytes: Number(B * H * T * T * bytes),
    kvCacheBytes: Number(kvCacheBytes),
    weightBytes: Number(weightBytes),
    decodeIntensity: Number(flops(1n, T)) / Number(weightBytes + kvCacheBytes),
  };
}
