/**
 * Complex numbers, which only the cpu backend has. Flops: a transform of n values 5 n log₂ n if n is a power of two,
 * else 8 n² (tfjs then sums term by term); an absolute value 4; taking apart and putting together 0.
 */
import type { Kernel, Plan } from '../kernel.ts';
import { type Call, FLOAT, kernel, sizeOf } from './call.ts';

const complexNumbers = kernel('Complex', ['real', 'imag'], (call): Plan => {
  const real = call.input('real', FLOAT);
  call.input('imag', FLOAT);
  call.sameShape('real', 'imag');
  return call.plan({ shape: real.shape, dtype: 'complex64' }, 0);
});

function part(name: 'Real' | 'Imag'): Kernel {
  return kernel(name, ['input'], (call): Plan => {
    const { shape } = call.input('input', ['complex64']);
    return call.plan({ shape, dtype: 'float32' }, 0);
  });
}

const complexAbs = kernel('ComplexAbs', ['x'], (call): Plan => {
  const { shape } = call.input('x', ['complex64']);
  return call.plan({ shape, dtype: 'float32' }, 4 * sizeOf(shape));
});

function transform(name: 'FFT' | 'IFFT'): Kernel {
  return kernel(name, ['input'], (call: Call): Plan => {
    const input = call.input('input', ['complex64']);
    const n = input.shape.at(-1) ?? call.refuse('a scalar cannot be transformed');
    const log = Math.log2(n);
    const flopsEach = n < 1 ? 0 : Number.isInteger(log) ? 5 * log : 8 * n;
    return call.plan(input, sizeOf(input.shape) * flopsEach);
  });
}

export const complexKernels: Record<string, Kernel> = {
  Complex: complexNumbers,
  Real: part('Real'),
  Imag: part('Imag'),
  ComplexAbs: complexAbs,
  FFT: transform('FFT'),
  IFFT: transform('IFFT'),
};
