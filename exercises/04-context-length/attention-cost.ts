/**
 * What attention costs: flops and bytes of a whole model, before anyone has run it
 *
 * A context of T tokens makes T² scores, and a cache of T keys and values. Whether a model with a context of
 * 100 000 tokens is slow, or does not fit at all, can be told from eight numbers of its configuration.
 *
 * The model: `layers` equal layers of causal attention, each with four matrices and no biases. B sequences (batch)
 * of T tokens (context), M modelDim, H heads, G kvHeads, D headDim; a value takes `bytesPerValue` bytes:
 *
 *   wq [M, H·D]    wk [M, G·D]    wv [M, G·D]    wo [H·D, M]        (H·D need not be M; G = H is multi-head attention)
 *
 * Counting. A product of an [m, k] and a [k, n] matrix takes 2·m·k·n flops: a multiplication and an addition for
 * each of m·k·n triples. Only matrix products count: the four projections, queries · keys, weights · values.
 * Softmax, scaling, feed-forward layers and embeddings do not. The causal mask saves nothing here: every one of
 * T queries is multiplied with all T keys, and the upper half is thrown away.
 *
 *   prefill   all T tokens of every sequence at once
 *   decode    one more token for every sequence: one query, which attends to T keys, its own among them
 *
 * By hand, with 1 layer, M = 4, H = 2, G = 1, D = 3, T = 5, B = 1 and 2 bytes a value:
 *   the four matrices hold 24 + 12 + 12 + 24 = 72 values                       weightBytes      144
 *   projections 2·5·72 = 720, products 2 · (2·2·5·3·5) = 600                   prefillFlops    1320
 *   projections 2·72   = 144, products 2 · (2·2·1·3·5) = 120                   decodeFlops      264
 *   2 heads of 5·5 scores                                                      scoreBytes       100
 *   5 tokens, a key and a value each, 1 head of 3 values                       kvCacheBytes      60
 *   264 flops for 144 + 60 bytes that have to be read                          decodeIntensity    1.294…
 *
 * Checked: bytes, flops and intensity of Llama 2 7B, Llama 3 8B, Mistral 7B and of sizes that are all different;
 * exact integers below 2⁵³, right to 12 digits above; how each number grows; invalid arguments refused.
 */
import { requireInteger } from '../arguments';

export interface AttentionConfig {
  layers: number;
  modelDim: number;
  heads: number;
  kvHeads: number;
  headDim: number;
  context: number;
  batch: number;
  bytesPerValue: number;
}

export interface AttentionCost {
  /** All layers, all tokens of all sequences. */
  prefillFlops: number;
  /** All layers, one new token per sequence. */
  decodeFlops: number;
  /** The score matrix [B, H, T, T] of one layer: the layers come one after another. */
  scoreBytes: number;
  /** Keys and values of all layers. */
  kvCacheBytes: number;
  /** The four matrices of all layers. */
  weightBytes: number;
  /** Flops of a decode step per byte of weights and cache: decodeFlops / (weightBytes + kvCacheBytes). */
  decodeIntensity: number;
}

/**
 * @returns integers, except decodeIntensity
 * @throws RangeError for a size that is not a positive integer below 2⁵³ (a string or a boolean is none, even '6' or true),
 *   and for heads that are not a multiple of kvHeads
 */
export function attentionCost(config: AttentionConfig): AttentionCost {
  // TODO 1  Refuse invalid arguments: `requireInteger` for each of the eight, then heads against kvHeads.
  // TODO 2  How many values do the four matrices of one layer hold? weightBytes follows.
  // TODO 3  Flops of one token's projections, and of its two products with T keys. decodeFlops follows, then prefillFlops.
  // TODO 4  scoreBytes and kvCacheBytes: which of the two grows with H, and which with G?
  // TODO 5  decodeIntensity. Numbers of JavaScript are exact up to 2⁵³, but bitwise operators cut them to 32 bits.
  throw new Error('TODO 1: attentionCost is not written yet');
}
