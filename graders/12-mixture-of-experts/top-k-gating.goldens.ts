import type { Oracle } from '../../kit/author/grader.ts';
import { at, fromNested, type NdArray, ndarray } from '../../kit/author/ndarray.ts';
import { identity, linear } from '../../kit/author/projections.ts';
import { concat, rearrange } from '../../kit/author/rearrange.ts';
import { hasOnly, isSet, numberOf } from '../../kit/goldens/fields.ts';
import { defineGoldenAdapters, type Golden } from '../../kit/goldens/golden.ts';

interface Gating {
  weights: number[][];
  experts: number[][];
  loadBalanceLoss: number;
  zLoss: number;
}

export default defineGoldenAdapters([
  {
    // Mixtral in Hugging Face and from Mistral. What the experts do with the tokens is not the gate's.
    mechanism: 'moe-routing',
    inputs: ['gate.weight', 'x'],
    covers: (golden) =>
      hasOnly(golden, ['gate.weight', 'x', 'experts.']) &&
      numberOf(golden, 'top_k') !== undefined &&
      'topk_weights' in golden.outputs &&
      !isSet(golden, 'n_group', 'n_groups', 'scoring_func', 'score_func'),
    compute(oracle, golden) {
      const gating = route(oracle, golden, 'gate.weight', golden.params.norm_topk_prob !== false);
      const scale = numberOf(golden, 'routed_scaling_factor') ?? 1;
      return { topk_indices: fromNested(gating.experts), topk_weights: fromNested(chosen(gating, scale)) };
    },
  },
  {
    // DeepSeek's gate, where it is a softmax over all experts, neither biased nor limited to groups; not renormalised.
    mechanism: 'moe-routing',
    inputs: ['weight', 'x'],
    covers: (golden) =>
      hasOnly(golden, ['weight', 'x']) &&
      golden.params.score_func === 'softmax' &&
      (numberOf(golden, 'n_groups') ?? 1) === (numberOf(golden, 'topk_groups') ?? 1),
    compute(oracle, golden) {
      const gating = route(oracle, golden, 'weight', false);
      const scale = numberOf(golden, 'route_scale') ?? 1;
      return { indices: fromNested(gating.experts), weights: fromNested(chosen(gating, scale)) };
    },
  },
  {
    // Without noise: renormalised with 1e-6 in the denominator.
    mechanism: 'moe-routing',
    inputs: ['w_gate', 'x'],
    covers: (golden) =>
      hasOnly(golden, ['w_gate', 'x']) && 'gates' in golden.outputs && !('topk_indices' in golden.outputs),
    compute(oracle, { inputs: { x, w_gate }, params }) {
      const { weights } = gate(oracle, x, w_gate, params.top_k as number, false);
      const gates = weights.map((row) => row.map((p) => p / (row.reduce((sum, other) => sum + other, 0) + 1e-6)));
      const load = gates[0].map((_, e) => gates.filter((row) => row[e] > 0).length);
      return { gates: fromNested(gates), load: ndarray([load.length], load) };
    },
  },
  {
    // Shazeer's noisy gate: the noise, drawn and spread, rides along in wider tokens.
    mechanism: 'moe-routing',
    inputs: ['x', 'w_gate', 'w_noise', 'noise'],
    covers: (golden) => hasOnly(golden, ['x', 'w_gate', 'w_noise', 'noise']) && 'gates' in golden.outputs,
    compute(oracle, { inputs: { x, w_gate, w_noise, noise }, params }) {
      const spread = linear(x, rearrange(w_noise, 'in out -> out in'));
      const noisy = noise.data.map((value, i) => {
        const raw = spread.data[i];
        return value * (Math.max(raw, 0) + Math.log1p(Math.exp(-Math.abs(raw))));
      });
      const tokens = concat([x, ndarray(noise.shape, noisy)], 1);
      const { weights, experts } = gate(
        oracle,
        tokens,
        concat([w_gate, identity(noise.shape[1])], 0),
        params.top_k as number,
      );
      const importance = weights[0].map((_, e) => weights.reduce((sum, row) => sum + row[e], 0));
      return {
        gates: fromNested(weights),
        topk_indices: fromNested(experts),
        importance: ndarray([importance.length], importance),
      };
    },
  },
  {
    // ST-MoE's gate before it drops anything. Its loss is a sequence's, by first choices.
    mechanism: 'moe-routing',
    inputs: ['w_gate', 'x'],
    covers: (golden) =>
      hasOnly(golden, ['w_gate', 'x']) && 'router_probs' in golden.outputs && golden.inputs.x.shape.length === 3,
    compute: (oracle, { inputs: { x, w_gate } }) => {
      const { probabilities, auxLoss, zLoss } = firstChoice(oracle, linear(x, w_gate));
      return { router_probs: probabilities, balance_loss_before_drop: auxLoss, router_z_loss: zLoss };
    },
  },
  {
    // Switch in Hugging Face, before it drops anything. Its loss is a sequence's.
    mechanism: 'moe-routing',
    inputs: ['router.classifier.weight', 'x'],
    covers: (golden) =>
      hasOnly(golden, ['router.classifier.weight', 'x', 'experts.']) && golden.inputs.x.shape.length === 3,
    compute: (oracle, { inputs }) => {
      const { probabilities, experts, top, auxLoss, zLoss } = firstChoice(
        oracle,
        linear(inputs.x, inputs['router.classifier.weight']),
      );
      return { router_probs: probabilities, expert_index: experts, top_prob: top, aux_loss: auxLoss, z_loss: zLoss };
    },
  },
  {
    // Mixtral's loss in Hugging Face adds the k choices up where ours shares them out: k at perfect balance, not 1.
    mechanism: 'moe-losses',
    inputs: ['gate_logits'],
    covers: (golden) => hasOnly(golden, ['gate_logits', 'attention_mask']) && numberOf(golden, 'top_k') !== undefined,
    compute(oracle, { inputs: { gate_logits, attention_mask }, params }) {
      const E = gate_logits.shape[gate_logits.shape.length - 1];
      const logits: number[][] = at(ndarray([gate_logits.data.length / E, E], gate_logits.data));
      // The mask is that of each layer; what is padding counts for nothing.
      const real = attention_mask
        ? logits.filter((_, t) => attention_mask.data[t % attention_mask.data.length])
        : logits;
      const k = params.top_k as number;
      return { loss: ndarray([], [k * gate(oracle, fromNested(real), identity(E), k).loadBalanceLoss]) };
    },
  },
  {
    mechanism: 'moe-losses',
    inputs: ['router_logits'],
    covers: (golden) => hasOnly(golden, ['router_logits']) && (numberOf(golden, 'top_k') ?? 1) === 1,
    compute(oracle, { inputs: { router_logits } }) {
      const E = router_logits.shape[router_logits.shape.length - 1];
      const all = ndarray([1, router_logits.data.length / E, E], router_logits.data);
      const sequences = router_logits.shape.length === 3 ? router_logits : all;
      const { auxLoss, zLoss } = firstChoice(oracle, sequences);
      return { aux_loss: auxLoss, z_loss: zLoss, aux_loss_flattened: firstChoice(oracle, all).auxLoss };
    },
  },
]);

/** Tokens [T, M] through a gate [M, E]. */
function gate(oracle: Oracle, x_TM: NdArray, wg_ME: NdArray, k: number, renormalise = true): Gating {
  return oracle.topKGating(at(x_TM), at(wg_ME), { k, renormalise });
}

/** All tokens through a gate that is stored [out, in]. */
function route(oracle: Oracle, { inputs, params }: Golden, weight: string, renormalise: boolean): Gating {
  const M = inputs.x.shape[inputs.x.shape.length - 1];
  const tokens = ndarray([inputs.x.data.length / M, M], inputs.x.data);
  return gate(oracle, tokens, rearrange(inputs[weight], 'out in -> in out'), params.top_k as number, renormalise);
}

/** [T][k], in the order of the experts. */
const chosen = ({ weights, experts }: Gating, scale: number) =>
  experts.map((row, t) => row.map((e) => weights[t][e] * scale));

/** Top 1 of logits_BTE, sequence by sequence, with the mean of the sequences' losses. */
function firstChoice(oracle: Oracle, logits_BTE: NdArray) {
  const [B, , E] = logits_BTE.shape;
  const sequences = Array.from({ length: B }, (_, b) => {
    const logits = fromNested(at(logits_BTE, b));
    return { one: gate(oracle, logits, identity(E), 1, false), all: gate(oracle, logits, identity(E), E, false) };
  });
  const mean = (of: (gating: Gating) => number) =>
    ndarray([], [sequences.reduce((sum, { one }) => sum + of(one), 0) / B]);
  return {
    probabilities: fromNested(sequences.map(({ all }) => all.weights)),
    experts: fromNested(sequences.map(({ one }) => one.experts.map(([e]) => e))),
    top: fromNested(sequences.map(({ one }) => chosen(one, 1).map(([p]) => p))),
    auxLoss: mean(({ loadBalanceLoss }) => loadBalanceLoss),
    zLoss: mean(({ zLoss }) => zLoss),
  };
}
