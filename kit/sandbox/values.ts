/** Arguments and results between the sandbox's objects and the wire. */
import * as tf from '@tensorflow/tfjs-core';
import type { WireDType, WireValue } from '../protocol/messages.ts';
import { backend, type RemoteData } from './remote-backend.ts';

const MAX_ITEMS = 10_000;
const MAX_DEPTH = 8;

/** Inputs by handle (one tensor object each, however often it is passed) and results by number. */
export class Values {
  readonly #inputs = new Map<number, tf.Tensor>();
  readonly #results = new Map<number, unknown>();
  #nextResult = 0;

  keep(result: unknown): number {
    this.#results.set(this.#nextResult, result);
    return this.#nextResult++;
  }

  forget(): void {
    this.#inputs.clear();
    this.#results.clear();
  }

  decode(value: WireValue): unknown {
    switch (value[0]) {
      case 't':
        return this.#input(value[1], value[2], value[3]);
      case 'r': {
        let part = this.#results.get(value[1]);
        for (const key of value[2]) part = (part as Record<string, unknown>)[key];
        return part;
      }
      case 'v':
        return value[1];
      case 'a':
        return value[1].map((item) => this.decode(item));
      case 'o':
        return Object.fromEntries(Object.entries(value[1]).map(([key, item]) => [key, this.decode(item)]));
      default:
        return undefined;
    }
  }

  #input(handle: number, shape: number[], dtype: WireDType): tf.Tensor {
    let tensor = this.#inputs.get(handle);
    if (!tensor) {
      tensor = tf.keep(tf.engine().makeTensorFromTensorInfo({ dataId: backend.adopt(handle, dtype), shape, dtype }));
      this.#inputs.set(handle, tensor);
    }
    return tensor;
  }
}

/** What the submission returned. Whatever cannot leave the sandbox is described instead. */
export function encode(value: unknown, depth = 0): WireValue {
  if (value instanceof tf.Tensor) {
    if (value.isDisposed) return ['x', 'a tensor that has been disposed'];
    return ['t', (value.dataId as RemoteData).handle, [], value.dtype as WireDType];
  }
  if (value === undefined) return ['u'];
  if (value === null || typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean') {
    return ['v', typeof value === 'string' ? value.slice(0, 1000) : value];
  }
  if (typeof value !== 'object') return ['x', `a ${typeof value}`];
  if (depth === MAX_DEPTH) return ['x', 'an object nested too deep'];
  if (ArrayBuffer.isView(value)) return ['x', `a ${value.constructor?.name ?? 'typed array'}`];
  if (Array.isArray(value)) {
    if (value.length > MAX_ITEMS) return ['x', `an array of ${value.length} items`];
    return ['a', value.map((item) => encode(item, depth + 1))];
  }
  const entries = Object.entries(value);
  if (entries.length > MAX_ITEMS) return ['x', `an object of ${entries.length} fields`];
  return [
    'o',
    Object.fromEntries(
      entries.filter(([key]) => key !== '__proto__').map(([key, item]) => [key, encode(item, depth + 1)]),
    ),
  ];
}
