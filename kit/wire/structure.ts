/**
 * Walks a MessagePack body without making anything of it.
 *
 * A decoder makes room for an array as soon as it is announced, so a few kilobytes that hold nothing but announcements,
 * each inside the last, would take gigabytes. Counted first, they are refused.
 */

/** A mapping counts as its keys and its values. */
export const MAX_VALUES = 4_000_000;
export const MAX_DEPTH = 64;

/** @throws RangeError if the body nests too deep, holds too many values, or ends before what it announces */
export function refuseBombs(body: Uint8Array): void {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  /** Values still to come at each depth. */
  const due = [1];
  let position = 0;
  for (let values = 1; due.length > 0; values++) {
    if (values > MAX_VALUES) throw new RangeError(`it holds more than ${MAX_VALUES} values`);
    const head = view.getUint8(position);
    const children = childrenAt(view, position, head);
    position += bytesAt(view, position, head);
    if (position > body.length) throw new RangeError('it ends early');
    if (children > body.length - position) throw new RangeError(`it announces ${children} values that are not there`);
    if (due.length > MAX_DEPTH) throw new RangeError(`it nests deeper than ${MAX_DEPTH}`);
    due[due.length - 1]--;
    if (children > 0) due.push(children);
    while (due.at(-1) === 0) due.pop();
  }
}

function childrenAt(view: DataView, position: number, head: number): number {
  if (head >= 0x80 && head <= 0x8f) return 2 * (head & 0x0f);
  if (head >= 0x90 && head <= 0x9f) return head & 0x0f;
  if (head === 0xdc) return view.getUint16(position + 1);
  if (head === 0xdd) return view.getUint32(position + 1);
  if (head === 0xde) return 2 * view.getUint16(position + 1);
  if (head === 0xdf) return 2 * view.getUint32(position + 1);
  return 0;
}

/** Sizes of what begins with 0xca … 0xd8: floats, integers, and extensions of fixed length. */
const FIXED = [5, 9, 2, 3, 5, 9, 2, 3, 5, 9, 3, 4, 6, 10, 18];

/** Bytes from the head to the next value; of a list or mapping, to its first child. */
function bytesAt(view: DataView, position: number, head: number): number {
  if (head >= 0xa0 && head <= 0xbf) return 1 + (head & 0x1f);
  if (head >= 0xca && head <= 0xd8) return FIXED[head - 0xca];
  switch (head) {
    case 0xc4:
    case 0xd9:
      return 2 + view.getUint8(position + 1);
    case 0xc5:
    case 0xda:
      return 3 + view.getUint16(position + 1);
    case 0xc6:
    case 0xdb:
      return 5 + view.getUint32(position + 1);
    case 0xc7:
      return 3 + view.getUint8(position + 1);
    case 0xc8:
      return 4 + view.getUint16(position + 1);
    case 0xc9:
      return 6 + view.getUint32(position + 1);
    case 0xdc:
    case 0xde:
      return 3;
    case 0xdd:
    case 0xdf:
      return 5;
    default:
      return 1;
  }
}
