import * as tf from '@tensorflow/tfjs';
import type { Input, Options } from '../../exercises/11-differential-attention/differential-attention';
import { axes, requireInteger, requireTensor } from '../../exercises/arguments';

const NORM_EPSILON = 1e-5;

/** (1 − λ_init) · RMSNorm((softmax(Q₁K₁ᵀ/√D) − λ softmax(Q₂K₂ᵀ/√D)) V) (Ye et al. 2024, eqs. 1 to 3). */
export function differentialAttention(input: Input, options: Options): tf.Tensor4D {
  const { q1_BHTD, q2_BHTD, k1_BHSD, k2_BHSD, v_BHSV } = input;
  const { lambdaQ1_D, lambdaK1_D, lambdaQ2_D, lambdaK2_D, depth, normWeight_V, causal = false } = options;
  const required = {
    ...{ q1_BHTD, q2_BHTD, k1_BHSD, k2_BHSD, v_BHSV },
    ...{ lambdaQ1_D, lambdaK1_D, lambdaQ2_D, lambdaK2_D },
  };
  for (const [name, tensor] of Object.entries(required)) {
    requireTensor('differentialAttention', name, tensor, 'float32');
  }
  const { T, S } = axes('differentialAttention', { ...required, normWeight_V });
  requireInteger('differentialAttention', 'depth', depth);
  const lambdaInit = 0.8 - 0.6 * Math.exp(-0.3 * (depth - 1));

  return tf.tidy(() => {
    const past_TS = causal ? tf.lessEqual(tf.range(0, S), tf.expandDims(tf.range(S - T, S), 1)) : undefined;
    const first_BHTS = attentionMap(q1_BHTD, k1_BHSD, past_TS);
    const second_BHTS = attentionMap(q2_BHTD, k2_BHSD, past_TS);
    const lambda = tf.add(tf.sub(expOfDot(lambdaQ1_D, lambdaK1_D), expOfDot(lambdaQ2_D, lambdaK2_D)), lambdaInit);
    const difference_BHTS = tf.sub(first_BHTS, tf.mul(lambda, second_BHTS));

    // A row that sees no key has softmaxed equal scores; only here does it become zero.
    const seen_BHTS = past_TS ? tf.mul(difference_BHTS, tf.cast(past_TS, 'float32')) : difference_BHTS;
    const normed_BHTV = rmsNorm(tf.matMul(seen_BHTS, v_BHSV));
    const weighted_BHTV = normWeight_V ? tf.mul(normed_BHTV, normWeight_V) : normed_BHTV;
    return tf.mul(weighted_BHTV, 1 - lambdaInit) as tf.Tensor4D;
  });
}

/** softmax(QKᵀ/√D) */
function attentionMap(q_BHTD: tf.Tensor4D, k_BHSD: tf.Tensor4D, past_TS: tf.Tensor | undefined): tf.Tensor {
  const scores_BHTS = tf.matMul(tf.div(q_BHTD, Math.sqrt(q_BHTD.shape[3])), k_BHSD, false, true);
  // Finite, so that neither a row without keys nor its gradient is NaN.
  return tf.softmax(past_TS ? tf.where(past_TS, scores_BHTS, -1e9) : scores_BHTS);
}

function expOfDot(a_D: tf.Tensor1D, b_D: tf.Tensor1D): tf.Tensor {
  return tf.exp(tf.sum(tf.mul(a_D, b_D)));
}

/** x / √(mean(x²) + ε) over the last axis. */
function rmsNorm(x_BHTV: tf.Tensor): tf.Tensor {
  const meanSquare_BHT1 = tf.mean(tf.square(x_BHTV), -1, true);
  return tf.div(x_BHTV, tf.sqrt(tf.add(meanSquare_BHT1, NORM_EPSILON)));
}
