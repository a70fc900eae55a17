/**
 * Kernels that work element by element. Flops: 1 an output element; AddN (inputs − 1); Cast, Identity and their like 0.
 *
 * The wasm backend computes most functions in float32 whatever the dtype, reading a bool tensor four times past its
 * end. The cpu backend truncates Sqrt and its like to int32. So a function takes only the dtypes it makes sense for.
 */
import type { Kernel, TensorDType, TensorMeta } from '../kernel.ts';
import { ANY, BOOL, type Call, FLOAT, INT, kernel, NUMERIC, REAL, repeatsAlong, sizeOf } from './call.ts';

interface Unary {
  dtypes: readonly TensorDType[];
  /** The output's, if it is not the input's. */
  dtype?: TensorDType;
  attributes?: (call: Call, x: TensorMeta) => void;
  free?: boolean;
  view?: boolean;
  /** Dtypes that only the cpu backend gets right. */
  notOnWasm?: readonly TensorDType[];
}

function unary(name: string, { dtypes, dtype, attributes, free, view, notOnWasm }: Unary): [string, Kernel] {
  const planOf = (call: Call) => {
    const x = call.input('x', dtypes);
    attributes?.(call, x);
    const more = { ...(view && { view }), ...(notOnWasm?.includes(x.dtype) && { notOnWasm: true }) };
    return call.plan({ shape: x.shape, dtype: dtype ?? x.dtype }, free ? 0 : sizeOf(x.shape), more);
  };
  return [name, kernel(name, ['x'], planOf)];
}

const FLOAT_FUNCTIONS = [
  ...['Acos', 'Acosh', 'Asin', 'Asinh', 'Atan', 'Atanh', 'Ceil', 'Cos', 'Cosh', 'Elu', 'Erf', 'Expm1', 'Floor'],
  ...['Log', 'Log1p', 'Reciprocal', 'Rsqrt', 'Selu', 'Sigmoid', 'Sin', 'Sinh', 'Softplus', 'Sqrt', 'Tan', 'Tanh'],
];

function clip(call: Call): void {
  const min = call.number('clipValueMin', { infinite: true });
  const max = call.number('clipValueMax', { infinite: true });
  // XNNPACK writes nothing if they are equal; tf.clipByValue fills then, and does not ask for this kernel.
  if (min >= max) call.refuse(`clipValueMin is ${min}, not below clipValueMax, ${max}`);
}

/** To an int32 output the wasm backend's C++ converts whole numbers only. */
function stepAlpha(call: Call, x: TensorMeta): void {
  if (x.dtype === 'int32') call.integer('alpha', -(2 ** 31), 2 ** 31 - 1, 0);
  else call.number('alpha', { ...anyNumber, fallback: 0 });
}

const anyNumber = { infinite: true, nan: true };

const unaries: [string, Kernel][] = [
  ...FLOAT_FUNCTIONS.map((name) => unary(name, { dtypes: FLOAT })),
  ...['Abs', 'Neg', 'Relu', 'Relu6', 'Round', 'Sign', 'Square'].map((name) => unary(name, { dtypes: NUMERIC })),
  unary('Exp', { dtypes: NUMERIC, dtype: 'float32' }),
  unary('Step', { dtypes: NUMERIC, attributes: stepAlpha }),
  unary('LeakyRelu', { dtypes: NUMERIC, dtype: 'float32', attributes: (call) => call.number('alpha', anyNumber) }),
  unary('ClipByValue', { dtypes: NUMERIC, notOnWasm: INT, attributes: clip }),
  ...['IsFinite', 'IsInf', 'IsNan'].map((name) => unary(name, { dtypes: NUMERIC, dtype: 'bool', notOnWasm: INT })),
  unary('LogicalNot', { dtypes: BOOL }),
  unary('Identity', { dtypes: ANY, free: true, view: true }),
  unary('ZerosLike', { dtypes: ANY, free: true }),
  unary('OnesLike', { dtypes: ANY, free: true }),
];

interface Binary {
  dtypes: readonly TensorDType[];
  dtype?: TensorDType;
  notOnWasm?: readonly TensorDType[];
}

function binary(name: string, { dtypes, dtype, notOnWasm }: Binary): [string, Kernel] {
  const planOf = (call: Call) => {
    const a = call.input('a', dtypes);
    const b = call.input('b', dtypes);
    // The wasm backend reads b as if it were of a's dtype.
    call.sameDtype('a', 'b');
    const shape = call.broadcast(a.shape, b.shape);
    const more = notOnWasm?.includes(a.dtype) ? { notOnWasm: true } : {};
    return call.plan({ shape, dtype: dtype ?? a.dtype }, sizeOf(shape), more);
  };
  return [name, kernel(name, ['a', 'b'], planOf)];
}

const COMPLEX_TOO: readonly TensorDType[] = [...NUMERIC, 'complex64'];

const binaries: [string, Kernel][] = [
  binary('Add', { dtypes: COMPLEX_TOO }),
  binary('Sub', { dtypes: COMPLEX_TOO }),
  binary('Multiply', { dtypes: ANY }),
  binary('RealDiv', { dtypes: FLOAT }),
  // tfjs says int32 for floats too, except on wasm, where integers trap at a division by zero.
  binary('FloorDiv', { dtypes: NUMERIC, dtype: 'int32', notOnWasm: NUMERIC }),
  binary('Mod', { dtypes: NUMERIC, notOnWasm: INT }),
  binary('Atan2', { dtypes: FLOAT }),
  ...['Pow', 'Maximum', 'Minimum', 'SquaredDifference'].map((name) => binary(name, { dtypes: NUMERIC })),
  ...['Equal', 'NotEqual', 'Greater', 'GreaterEqual', 'Less', 'LessEqual'].map((name) =>
    binary(name, { dtypes: REAL, dtype: 'bool' }),
  ),
  ...['LogicalAnd', 'LogicalOr'].map((name) => binary(name, { dtypes: BOOL })),
  binary('BitwiseAnd', { dtypes: INT }),
];

const cast = kernel('Cast', ['x'], (call) => {
  const x = call.input('x', ANY);
  const dtype = call.choice('dtype', ANY as TensorDType[]);
  // The wasm backend makes a bool of 0.5 or 256 false, and of -1 a 255.
  const notOnWasm = dtype === 'bool' && x.dtype !== 'bool';
  return call.plan({ shape: x.shape, dtype }, 0, {
    ...(x.dtype === dtype && { view: true }),
    ...(notOnWasm && { notOnWasm }),
  });
});

const addN = kernel('AddN', undefined, (call) => {
  const tensors = call.list(NUMERIC);
  for (let i = 1; i < tensors.length; i++) call.sameShape('0', String(i));
  return call.plan(tensors[0], (tensors.length - 1) * sizeOf(tensors[0].shape));
});

/** tf.where broadcasts all three first; the kernel itself would read past the end of a smaller one. */
const select = kernel('Select', ['condition', 't', 'e'], (call) => {
  call.input('condition', BOOL);
  const t = call.input('t', REAL);
  const e = call.input('e', REAL);
  // Broadcasting to no elements at all leaves the others as they were, and does no harm: nothing is read.
  if (sizeOf(t.shape) > 0) {
    call.sameShape('condition', 't');
    call.sameShape('condition', 'e');
  }
  const dtype = [t.dtype, e.dtype].includes('float32')
    ? 'float32'
    : [t.dtype, e.dtype].includes('int32')
      ? 'int32'
      : 'bool';
  // The wasm backend moves four bytes an element, whatever they are.
  const notOnWasm = t.dtype !== e.dtype || dtype === 'bool';
  return call.plan({ shape: t.shape, dtype }, sizeOf(t.shape), notOnWasm ? { notOnWasm } : {});
});

const prelu = kernel('Prelu', ['x', 'alpha'], (call) => {
  const x = call.input('x', FLOAT);
  const alpha = call.input('alpha', FLOAT);
  const shape = call.broadcast(x.shape, alpha.shape);
  if (String(shape) !== String(x.shape)) call.refuse(`alpha [${alpha.shape}] does not broadcast to x [${x.shape}]`);
  // The wasm backend repeats alpha's values along x in memory, which is broadcasting only for the last axes.
  const notOnWasm = !repeatsAlong(x.shape, alpha.shape);
  return call.plan({ shape, dtype: 'float32' }, sizeOf(shape), notOnWasm ? { notOnWasm } : {});
});

const eluGrad = kernel('EluGrad', ['dy', 'y'], (call) => {
  call.input('dy', FLOAT);
  const y = call.input('y', FLOAT);
  call.sameShape('dy', 'y');
  return call.plan({ shape: y.shape, dtype: 'float32' }, sizeOf(y.shape));
});

export const elementwise: Record<string, Kernel> = {
  ...Object.fromEntries([...unaries, ...binaries]),
  Cast: cast,
  AddN: addN,
  Select: select,
  Prelu: prelu,
  EluGrad: eluGrad,
};
