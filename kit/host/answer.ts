/** A sandbox's final word on what it was asked, as the grader gets it: its tensors as they really are, with small ones' values. */
import type { Final, WireTensor, WireValue } from '../wire/messages.ts';
import { bytesOf } from './backend.ts';
import type { Heap } from './heap.ts';

/** Tensors of up to so many bytes come with the result that holds them; so many at most, as a result may name one a million times. */
const INLINE_BYTES = 16 * 1024;
const INLINE_TENSORS = 64;

/** With the shapes and dtypes of the heap. @param tensors gathers the tensors in it, each as often as it is named */
export function resolved(message: Final, heap: Heap, tensors: WireTensor[]): Final {
  if (message.op === 'returned') return { ...message, value: resolvedValue(message.value, heap, tensors) };
  if (message.op === 'gradients') {
    return { ...message, values: message.values.map((value) => resolvedValue(value, heap, tensors)) };
  }
  return message;
}

function resolvedValue(value: WireValue, heap: Heap, tensors: WireTensor[]): WireValue {
  switch (value[0]) {
    case 't': {
      if (!heap.has(value[1])) return ['x', 'a tensor that has been disposed'];
      const { shape, dtype } = heap.get(value[1]).meta;
      const tensor: WireTensor = ['t', value[1], [...shape], dtype];
      tensors.push(tensor);
      return tensor;
    }
    case 'a':
      return ['a', value[1].map((item) => resolvedValue(item, heap, tensors))];
    case 'o': {
      const fields = Object.entries(value[1]).map(([key, item]) => [key, resolvedValue(item, heap, tensors)]);
      return ['o', Object.fromEntries(fields)];
    }
    default:
      return value;
  }
}

/** By handle. */
export async function smallValues(
  tensors: WireTensor[],
  read: (handle: number) => Promise<Uint8Array>,
): Promise<Map<number, Uint8Array>> {
  const small = tensors.filter(([, , shape, dtype]) => bytesOf({ shape, dtype }) <= INLINE_BYTES);
  const handles = [...new Set(small.map(([, handle]) => handle))].slice(0, INLINE_TENSORS);
  return new Map(await Promise.all(handles.map(async (handle) => [handle, await read(handle)] as const)));
}
