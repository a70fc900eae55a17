/** Arguments and results between the sandbox's objects and the wire. */
import * as tf from '@tensorflow/tfjs-core';
import { fieldsOf } from '../wire/fields.ts';
import { RESULT_LIMITS } from '../wire/limits.ts';
import type { WireDType, WireValue } from '../wire/messages.ts';
import { backend, type RemoteData } from './remote-backend.ts';

/** Inputs by handle (one tensor object each, however often it is passed) and results by number. */
export class Values {
  readonly #inputs = new Map<number, tf.Tensor>();
  readonly #results = new Map<number, unknown>();
  /** Tensors that were handed out: the host frees them with the case. */
  readonly #handedOut: RemoteData[] = [];
  #nextResult = 0;

  keep(result: unknown): number {
    this.#results.set(this.#nextResult, result);
    return this.#nextResult++;
  }

  forget(): void {
    for (const { dataId } of this.#inputs.values()) backend.giveBack(dataId as RemoteData);
    for (const data of this.#handedOut.splice(0)) backend.giveBack(data);
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
      tensor = tf.keep(tf.engine().makeTensorFromTensorInfo({ dataId: backend.input(handle, dtype), shape, dtype }));
      this.#inputs.set(handle, tensor);
    }
    return tensor;
  }

  /** What the submission returned. Whatever cannot leave the sandbox is described instead. */
  encode(value: unknown): WireValue {
    return this.#encode(value, 0, { values: RESULT_LIMITS.values });
  }

  #encode(value: unknown, depth: number, left: { values: number }): WireValue {
    if (--left.values < 0) return ['x', `one of more than ${RESULT_LIMITS.values} values`];
    if (value instanceof tf.Tensor) {
      if (value.isDisposed) return ['x', 'a tensor that has been disposed'];
      const data = value.dataId as RemoteData;
      this.#handedOut.push(data);
      return ['t', data.handle, [], value.dtype as WireDType];
    }
    if (value === undefined) return ['u'];
    if (typeof value === 'string' && value.length > RESULT_LIMITS.characters) {
      return ['x', `a string of ${value.length} characters`];
    }
    if (value === null || typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean') {
      return ['v', value];
    }
    if (typeof value !== 'object') return ['x', `a ${typeof value}`];
    if (depth === RESULT_LIMITS.depth) return ['x', `an object inside ${depth} others`];
    if (ArrayBuffer.isView(value)) return ['x', `a ${value.constructor?.name ?? 'typed array'}`];
    if (Array.isArray(value)) {
      if (value.length > Math.min(RESULT_LIMITS.items, left.values)) return ['x', `an array of ${value.length} items`];
      // A hole is undefined.
      return ['a', Array.from(value, (item) => this.#encode(item, depth + 1, left))];
    }
    const entries = fieldsOf(value);
    if (entries.length > Math.min(RESULT_LIMITS.items, left.values)) {
      return ['x', `an object of ${entries.length} fields`];
    }
    return [
      'o',
      Object.fromEntries(
        entries.filter(([key]) => key !== '__proto__').map(([key, item]) => [key, this.#encode(item, depth + 1, left)]),
      ),
    ];
  }
}
