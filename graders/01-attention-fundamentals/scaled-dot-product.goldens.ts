import { at, stack } from '../../kit/author/ndarray.ts';
import { type Attention, asInFile, maskOptions, readAttention, withOneHotValues } from '../../kit/goldens/attention.ts';
import { defineGoldenAdapters } from '../../kit/goldens/golden.ts';

export default defineGoldenAdapters([
  {
    mechanism: 'sdpa',
    inputs: ['q', 'k', 'v'],
    covers: (golden) => readAttention(golden) !== null,
    compute(oracle, golden) {
      const file = readAttention(golden)!;
      const attend = ({ q_BHTD, k_BGSD, v_BGSV, scale }: Attention) => {
        const [B, H, , D] = q_BHTD.shape;
        const isDefault = scale === 1 / Math.sqrt(D);
        const group = (h: number) => Math.floor((h * k_BGSD.shape[1]) / H);
        return stack([B, H], (b, h) =>
          oracle.scaledDotProduct(at(q_BHTD, b, h), at(k_BGSD, b, group(h)), at(v_BGSV, b, group(h)), {
            ...maskOptions(file, b, h),
            ...(!isDefault && { scale }),
          }),
        );
      };
      const out = attend(file);
      return {
        ...asInFile(golden, file, { out, weights: attend(withOneHotValues(file)) }),
        // The file's own rows of zeros, beside torch's NaN.
        out_zero_convention: out,
      };
    },
  },
]);
