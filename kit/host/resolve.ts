/** A result as it came from the sandbox, its tensors as they really are. */
import type { WireTensor, WireValue } from '../protocol/messages.ts';
import type { Heap } from './heap.ts';

/** With the shapes and dtypes of the heap. @param tensors gathers the tensors in it, each as often as it is named */
export function resolveTensors(value: WireValue, heap: Heap, tensors: WireTensor[]): WireValue {
  switch (value[0]) {
    case 't': {
      if (!heap.has(value[1])) return ['x', 'a tensor that has been disposed'];
      const { shape, dtype } = heap.get(value[1]).meta;
      const tensor: WireTensor = ['t', value[1], [...shape], dtype];
      tensors.push(tensor);
      return tensor;
    }
    case 'a':
      return ['a', value[1].map((item) => resolveTensors(item, heap, tensors))];
    case 'o': {
      const fields = Object.entries(value[1]).map(([key, item]) => [key, resolveTensors(item, heap, tensors)]);
      return ['o', Object.fromEntries(fields)];
    }
    default:
      return value;
  }
}
