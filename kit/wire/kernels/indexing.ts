/**
 * Kernels that follow indices, most of which their plans have checked before they run.
 *
 * Flops: 1 an element summed (ScatterNd, UnsortedSegmentSum, bincounts), 1 a comparison (TopK: one an input element;
 * SearchSorted: log₂ of the sequence a value; Multinomial: 5 a logit for the softmax); gathering 0.
 */
import type { Kernel, Plan, TensorMeta } from '../kernel.ts';
import { MAX_SIZE } from './attributes.ts';
import { type Call, FLOAT, INT, kernel, NUMERIC, REAL, sizeOf } from './call.ts';

const gather = kernel('GatherV2', ['x', 'indices'], (call): Plan => {
  const x = call.input('x', REAL);
  const indices = call.input('indices', INT);
  const axis = call.axis('axis', x.shape.length, 0);
  const rank = indices.shape.length;
  const given = call.integer('batchDims', -rank, rank, 0);
  const batchDims = call.keep('batchDims', given < 0 ? given + rank : given);
  if (batchDims > axis) call.refuse(`batchDims is ${batchDims}, more than axis, ${axis}`);
  const batch = x.shape.slice(0, batchDims);
  if (String(batch) !== String(indices.shape.slice(0, batchDims))) {
    call.refuse(`x [${x.shape}] and indices [${indices.shape}] differ in their first ${batchDims} axes`);
  }
  const shape = [...x.shape.slice(0, axis), ...indices.shape.slice(batchDims), ...x.shape.slice(axis + 1)];
  const checkIndices = [{ input: 'indices', below: x.shape[axis], along: `axis ${axis} of x` }];
  // With batches, the wasm backend reads past the end of x.
  return call.plan({ shape, dtype: x.dtype }, 0, batchDims > 0 ? { checkIndices, notOnWasm: true } : { checkIndices });
});

/** Index rows [n, depth] (or plain numbers) into a shape: how deep they go, and a bound for each column. */
function rows(call: Call, name: string, indices: TensorMeta, into: readonly number[]) {
  const deep = indices.shape.length > 1;
  const depth = deep ? indices.shape.at(-1)! : 1;
  if (depth < 1 || depth > into.length) {
    call.refuse(`rows of ${depth} numbers in ${name} [${indices.shape}] do not index into [${into}]`);
  }
  const outer = deep ? indices.shape.slice(0, -1) : indices.shape;
  return { depth, outer, checkIndices: [{ input: name, below: into.slice(0, depth) }] };
}

const gatherNd = kernel('GatherNd', ['params', 'indices'], (call): Plan => {
  const params = call.input('params', REAL);
  const indices = call.input('indices', INT);
  const depth = indices.shape.at(-1) ?? 0;
  if (depth < 1 || depth > params.shape.length || sizeOf(params.shape) === 0) {
    call.refuse(`rows of ${depth} numbers in indices [${indices.shape}] do not index into [${params.shape}]`);
  }
  const shape = [...indices.shape.slice(0, -1), ...params.shape.slice(depth)];
  const checkIndices = [{ input: 'indices', below: params.shape.slice(0, depth) }];
  return call.plan({ shape, dtype: params.dtype }, 0, { checkIndices });
});

function scattered(call: Call, into: readonly number[], dtypes: TensorMeta['dtype'][]) {
  const indices = call.input('indices', INT);
  const updates = call.input('updates', dtypes);
  if (indices.shape.length < 1 || updates.shape.length < 1) call.refuse('indices and updates must not be scalars');
  const { depth, outer, checkIndices } = rows(call, 'indices', indices, into);
  const wanted = [...outer, ...into.slice(depth)];
  if (String(updates.shape) !== String(wanted)) {
    call.refuse(
      `updates must be [${wanted}] for indices [${indices.shape}] into [${into}], but are [${updates.shape}]`,
    );
  }
  return { updates, checkIndices };
}

const scatterNd = kernel('ScatterNd', ['indices', 'updates'], (call): Plan => {
  const shape = call.sizes('shape');
  const { updates, checkIndices } = scattered(call, shape, ['float32', 'int32']);
  return call.plan({ shape, dtype: updates.dtype }, sizeOf(updates.shape), { checkIndices });
});

const tensorScatterUpdate = kernel('TensorScatterUpdate', ['tensor', 'indices', 'updates'], (call): Plan => {
  const tensor = call.input('tensor', NUMERIC);
  const { updates, checkIndices } = scattered(call, tensor.shape, ['float32', 'int32']);
  if (updates.dtype !== tensor.dtype) call.sameDtype('tensor', 'updates');
  return call.plan(tensor, 0, { checkIndices, overwrites: 'tensor' });
});

const sparseToDense = kernel('SparseToDense', ['sparseIndices', 'sparseValues', 'defaultValue'], (call): Plan => {
  const indices = call.input('sparseIndices', INT);
  const values = call.input('sparseValues', NUMERIC);
  call.input('defaultValue', NUMERIC);
  call.sameDtype('sparseValues', 'defaultValue');
  call.rank('defaultValue', 0);
  const shape = call.sizes('outputShape');
  if (indices.shape.length > 2) call.refuse(`sparseIndices must be of rank 2 at most, but is [${indices.shape}]`);
  const { depth, outer, checkIndices } = rows(call, 'sparseIndices', indices, shape);
  if (depth !== shape.length) call.refuse(`rows of ${depth} numbers do not index into outputShape [${shape}]`);
  if (values.shape.length && String(values.shape) !== String([outer[0] ?? 1])) {
    call.refuse(`sparseValues must be [${outer[0] ?? 1}] or a scalar, but is [${values.shape}]`);
  }
  return call.plan({ shape, dtype: values.dtype }, 0, { checkIndices });
});

const oneHot = kernel('OneHot', ['indices'], (call): Plan => {
  const indices = call.input('indices', ['int32']);
  const depth = call.integer('depth', 1, MAX_SIZE);
  const onValue = call.number('onValue', { fallback: 1 });
  const offValue = call.number('offValue', { fallback: 0 });
  const dtype = call.choice('dtype', NUMERIC as ('float32' | 'int32')[], 'int32');
  if (dtype === 'int32' && !(Number.isInteger(onValue) && Number.isInteger(offValue))) {
    call.refuse(`onValue ${onValue} and offValue ${offValue} are not whole numbers, but dtype is int32`);
  }
  // The wasm backend writes the values as integers into the float32 output.
  return call.plan({ shape: [...indices.shape, depth], dtype }, 0, dtype === 'float32' ? { notOnWasm: true } : {});
});

const topK = kernel('TopK', ['x'], (call): Plan => {
  const x = call.input('x', NUMERIC);
  const last = x.shape.length - 1;
  if (last < 0) call.refuse('a scalar has no largest values');
  const k = call.integer('k', 0, x.shape[last], 1);
  call.flag('sorted', true);
  const shape = x.shape.with(last, k);
  const outputs: TensorMeta[] = [
    { shape, dtype: x.dtype },
    { shape, dtype: 'int32' },
  ];
  // The wasm backend sorts with std::sort, which NaN may lead out of the array.
  return call.plan(outputs, sizeOf(x.shape), x.dtype === 'float32' ? { notOnWasm: true } : {});
});

/** Ids out of range are dropped by tfjs, so they need no check. */
const unsortedSegmentSum = kernel('UnsortedSegmentSum', ['x', 'segmentIds'], (call): Plan => {
  const x = call.input('x', NUMERIC);
  const ids = call.input('segmentIds', INT);
  const numSegments = call.integer('numSegments', 1, MAX_SIZE);
  call.rank('segmentIds', 1);
  if (x.shape[0] !== ids.shape[0]) call.refuse(`segmentIds [${ids.shape}] are not one for each row of x [${x.shape}]`);
  const shape = [numSegments, ...x.shape.slice(1)];
  const size = sizeOf(x.shape);
  // The cpu backend keeps a masked copy of x, and the mask twice, for every segment until the end.
  const scratchBytes = numSegments * (4 * size + 5 * sizeOf(ids.shape) + 4 * sizeOf(x.shape.slice(1)));
  return call.plan({ shape, dtype: 'float32' }, size, { scratchBytes });
});

function bincount(name: 'Bincount' | 'DenseBincount'): Kernel {
  return kernel(name, ['x', 'weights'], (call): Plan => {
    const x = call.input('x', INT);
    const weights = call.input('weights', NUMERIC);
    const size = call.integer('size', 0, MAX_SIZE);
    const rank = x.shape.length;
    const binary = name === 'DenseBincount' && call.flag('binaryOutput');
    if (binary && rank === 1) call.refuse('the cpu backend forgets binaryOutput for x of rank 1: give it two axes');
    if (rank !== 1 && !(rank === 2 && name === 'DenseBincount'))
      call.refuse(`x must be of rank 1, but is [${x.shape}]`);
    if (sizeOf(weights.shape) !== 0 && String(weights.shape) !== String(x.shape)) {
      call.refuse(`weights must be empty or of x's shape, [${x.shape}], but are [${weights.shape}]`);
    }
    const shape = [...x.shape.slice(0, -1), size];
    return call.plan({ shape, dtype: weights.dtype }, sizeOf(x.shape), {
      checkIndices: [{ input: 'x', below: MAX_SIZE }],
    });
  });
}

const searchSorted = kernel('SearchSorted', ['sortedSequence', 'values'], (call): Plan => {
  call.input('sortedSequence', NUMERIC);
  call.input('values', NUMERIC);
  call.sameDtype('sortedSequence', 'values');
  const [batch, length] = call.rank('sortedSequence', 2);
  const values = call.rank('values', 2);
  if (batch !== values[0]) call.refuse(`sortedSequence has ${batch} rows, but values has ${values[0]}`);
  call.choice('side', ['left', 'right'], 'left');
  return call.plan({ shape: values, dtype: 'int32' }, sizeOf(values) * Math.ceil(Math.log2(length + 1)));
});

const multinomial = kernel('Multinomial', ['logits'], (call): Plan => {
  call.input('logits', FLOAT);
  const logits = call.rank('logits', 2);
  if (logits[1] < 1) call.refuse('logits has no outcomes');
  const numSamples = call.integer('numSamples', 0, MAX_SIZE);
  call.number('seed');
  const normalized = call.flag('normalized');
  return call.plan({ shape: [logits[0], numSamples], dtype: 'int32' }, normalized ? 0 : 5 * sizeOf(logits));
});

export const indexing: Record<string, Kernel> = {
  GatherV2: gather,
  GatherNd: gatherNd,
  ScatterNd: scatterNd,
  TensorScatterUpdate: tensorScatterUpdate,
  SparseToDense: sparseToDense,
  OneHot: oneHot,
  TopK: topK,
  UnsortedSegmentSum: unsortedSegmentSum,
  Bincount: bincount('Bincount'),
  DenseBincount: bincount('DenseBincount'),
  SearchSorted: searchSorted,
  Multinomial: multinomial,
};
