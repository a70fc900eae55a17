import Type from 'typebox';

const rate = Type.Number({ minimum: 0 });
const size = Type.Integer({ minimum: 1 });

/** What the device can do at most: the roof that any kernel's speed is below. */
export const Roofline = Type.Object(
  {
    /** Product of two square float32 matrices. */
    matMulGflops: rate,
    matMulSize: size,
    /** Bytes read and written by an elementwise addition. */
    copyGBs: rate,
    copyBytes: size,
  },
  { additionalProperties: false },
);
