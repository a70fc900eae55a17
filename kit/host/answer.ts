/** A sandbox's final word on what it was asked, as the grader gets it: its tensors as they really are, with small ones' values. */
import { RESULT_LIMITS, TEXT_LIMITS } from '../wire/limits.ts';
import type { Final, WireTensor, WireValue } from '../wire/messages.ts';
import { bytesOf } from './backend.ts';
import type { Heap } from './heap.ts';

/** Tensors of up to so many bytes come with the result that holds them; so many at most, as a result may name one a million times. */
const INLINE_BYTES = 16 * 1024;
const INLINE_TENSORS = 64;

/** What one answer may still hold. An honest sandbox keeps to it by itself, and says what was larger. */
class Room {
  #values: number = RESULT_LIMITS.values;
  #characters: number = RESULT_LIMITS.charactersInAll;

  /** False where there is none left. */
  take(characters = 0): boolean {
    this.#characters -= characters;
    return --this.#values >= 0 && this.#characters >= 0;
  }
}

/** With the shapes and dtypes of the heap, within the limits of a result. @param tensors gathers the tensors in it, each as often as it is named */
export function resolved(message: Final, heap: Heap, tensors: WireTensor[]): Final {
  const room = new Room();
  if (message.op === 'returned') return { ...message, value: resolvedValue(message.value, heap, tensors, room) };
  if (message.op === 'gradients') {
    const values = message.values.slice(0, RESULT_LIMITS.items);
    return { ...message, values: values.map((value) => resolvedValue(value, heap, tensors, room)) };
  }
  return message;
}

function resolvedValue(value: WireValue, heap: Heap, tensors: WireTensor[], room: Room): WireValue {
  if (!room.take(typeof value[1] === 'string' ? value[1].length : 0)) {
    return ['x', `one of more than ${RESULT_LIMITS.values} values, or of ${RESULT_LIMITS.charactersInAll} characters`];
  }
  switch (value[0]) {
    case 't': {
      if (!heap.has(value[1])) return ['x', 'a tensor that has been disposed'];
      const { shape, dtype } = heap.get(value[1]).meta;
      const tensor: WireTensor = ['t', value[1], [...shape], dtype];
      tensors.push(tensor);
      return tensor;
    }
    case 'a':
      if (value[1].length > RESULT_LIMITS.items) return ['x', `an array of ${value[1].length} items`];
      return ['a', value[1].map((item) => resolvedValue(item, heap, tensors, room))];
    case 'o': {
      const entries = Object.entries(value[1]);
      if (entries.length > RESULT_LIMITS.items) return ['x', `an object of ${entries.length} fields`];
      const fields = entries.map(([key, item]) => {
        const isRoom = room.take(key.length);
        return [isRoom ? key : key.slice(0, 1), resolvedValue(item, heap, tensors, room)];
      });
      return ['o', Object.fromEntries(fields)];
    }
    case 'x':
      return ['x', value[1].slice(0, TEXT_LIMITS.description)];
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
