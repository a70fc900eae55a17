/**
 * Convolutions over [batch, height, width, channels], and their gradients. Flops: 2 for each output value (of the
 * forward kernel, also in the gradients) times filter height · filter width · channels read, which is 1 for depthwise.
 */
import type { Kernel, Plan } from '../kernel.ts';
import { MAX_SIZE } from './attributes.ts';
import { type Call, FLOAT, kernel, sizeOf } from './call.ts';

type Shape = readonly number[];

interface Convolution {
  shape: number[];
  flops: number;
  /** Padded to the same size, with a stride beyond the filter: XNNPACK writes nothing then. */
  skips: boolean;
}

/** The output of x * filter, all attributes checked. */
function convolution(call: Call, x: Shape, filter: Shape, depthwise: boolean): Convolution {
  const [batch, height, width, channels] = x;
  const [filterHeight, filterWidth, filterChannels, last] = filter;
  if (channels !== filterChannels) call.refuse(`the channels of x [${x}] and filter [${filter}] differ`);
  if (Math.min(filterHeight, filterWidth) < 1) call.refuse(`the filter [${filter}] is empty`);
  const strides = pair(call, 'strides');
  const dilations = pair(call, 'dilations', 1);
  if (Math.max(...strides) > 1 && Math.max(...dilations) > 1) {
    call.refuse(`strides [${strides}] and dilations [${dilations}] must not both be more than 1`);
  }
  call.choice('dataFormat', ['NHWC'], 'NHWC');
  // "round" and "ceil" ask for values that XNNPACK does not compute.
  if (call.raw('dimRoundingMode') !== undefined) call.choice('dimRoundingMode', ['floor']);
  const square = filterHeight === filterWidth && strides[0] === strides[1] && dilations[0] === dilations[1];
  const pads = padding(call, square);
  const spans = [dilations[0] * (filterHeight - 1) + 1, dilations[1] * (filterWidth - 1) + 1];
  const along = (axis: 0 | 1, size: number) => {
    if (pads === 'same') return Math.ceil(size / strides[axis]);
    const room = size + pads[axis][0] + pads[axis][1] - spans[axis];
    if (room < 0) call.refuse(`the filter [${filter}] is larger than the padded x [${x}]`);
    return Math.floor(room / strides[axis]) + 1;
  };
  const spatial = [along(0, height), along(1, width)];
  const shape = [batch, ...spatial, depthwise ? channels * last : last];
  const skips = pads === 'same' && (strides[0] > spans[0] || strides[1] > spans[1]);
  return { shape, flops: 2 * sizeOf(shape) * filterHeight * filterWidth * (depthwise ? 1 : channels), skips };
}

function pair(call: Call, name: string, fallback?: number): [number, number] {
  const value = call.raw(name) ?? fallback;
  const [height, width, ...more] = call.integers(name, typeof value === 'number' ? [value, value] : value, 1, MAX_SIZE);
  if (width === undefined || more.length) return call.refuse(`${name} is not one number or two`);
  return call.keep(name, [height, width]);
}

type Padding = 'same' | [height: number[], width: number[]];

function padding(call: Call, square: boolean): Padding {
  const value = call.raw('pad');
  if (typeof value === 'number') {
    const pad = call.integer('pad', 0, MAX_SIZE);
    // tfjs then takes the filter's height and the vertical stride for both directions.
    if (!square)
      call.refuse(
        `pad is ${pad}, which tfjs gets wrong for a filter that is not square: give "valid", "same" or pairs`,
      );
    return [
      [pad, pad],
      [pad, pad],
    ];
  }
  if (typeof value === 'string') {
    if (call.choice('pad', ['same', 'valid']) === 'same') return 'same';
    return [
      [0, 0],
      [0, 0],
    ];
  }
  const pads = call.paddings('pad', 4);
  if (Math.max(...pads[0], ...pads[3]) > 0) call.refuse('pad must be 0 for the batch and the channels');
  return [pads[1], pads[2]];
}

function forward(name: string, depthwise: boolean): Kernel {
  return kernel(name, ['x', 'filter'], (call): Plan => {
    call.input('x', FLOAT);
    call.input('filter', FLOAT);
    const { shape, flops, skips } = convolution(call, call.rank('x', 4), call.rank('filter', 4), depthwise);
    return call.plan({ shape, dtype: 'float32' }, flops, skips ? { notOnWasm: true } : {});
  });
}

/** The gradient towards x or the filter, whose own shape is then an attribute. */
function backprop(name: string, towards: 'x' | 'filter', depthwise: boolean): Kernel {
  const [other, attribute] = towards === 'x' ? ['filter', 'inputShape'] : ['x', 'filterShape'];
  return kernel(name, ['dy', other], (call): Plan => {
    call.input('dy', FLOAT);
    call.input(other, FLOAT);
    const dy = call.rank('dy', 4);
    const own = call.sizes(attribute);
    if (own.length !== 4) call.refuse(`${attribute} [${own}] must be of rank 4`);
    const [x, filter] = towards === 'x' ? [own, call.rank(other, 4)] : [call.rank(other, 4), own];
    // tfjs's gradients of dense convolutions know no dilations.
    if (!depthwise && call.raw('dilations') !== undefined) call.refuse('it takes no dilations');
    const { shape, flops } = convolution(call, x, filter, depthwise);
    if (String(shape) !== String(dy)) call.refuse(`dy must be [${shape}], but is [${dy}]`);
    return call.plan({ shape: own, dtype: 'float32' }, flops);
  });
}

export const convolutions: Record<string, Kernel> = {
  Conv2D: forward('Conv2D', false),
  Conv2DBackpropInput: backprop('Conv2DBackpropInput', 'x', false),
  Conv2DBackpropFilter: backprop('Conv2DBackpropFilter', 'filter', false),
  DepthwiseConv2dNative: forward('DepthwiseConv2dNative', true),
  DepthwiseConv2dNativeBackpropInput: backprop('DepthwiseConv2dNativeBackpropInput', 'x', true),
  DepthwiseConv2dNativeBackpropFilter: backprop('DepthwiseConv2dNativeBackpropFilter', 'filter', true),
};
