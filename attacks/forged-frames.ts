/** What attacks on the pipe begin with: it is planted beside their exercises. Frames of their own in place of the runtime's. */

/** MessagePack, as much of it as a forged frame takes. */
function pack(value: unknown): number[] {
  if (value === null) return [0xc0];
  if (typeof value === 'boolean') return [value ? 0xc3 : 0xc2];
  if (typeof value === 'number') {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setFloat64(0, value);
    const small = Number.isInteger(value) && value >= -32 && value < 128 && !Object.is(value, -0);
    return small ? [value & 0xff] : [0xcb, ...bytes];
  }
  if (typeof value === 'string') {
    const bytes = [...value].map((letter) => letter.charCodeAt(0));
    return [0xda, bytes.length >> 8, bytes.length & 0xff, ...bytes];
  }
  if (value instanceof Uint8Array) return [0xc5, value.length >> 8, value.length & 0xff, ...value];
  if (Array.isArray(value)) return [0xdc, value.length >> 8, value.length & 0xff, ...value.flatMap(pack)];
  const entries = Object.entries(value as object);
  return [0xde, entries.length >> 8, entries.length & 0xff, ...entries.flatMap(([k, v]) => [...pack(k), ...pack(v)])];
}
export const frame = (message: unknown) => {
  const body = pack(message);
  return [body.length & 0xff, (body.length >> 8) & 0xff, (body.length >> 16) & 0xff, body.length >>> 24, ...body];
};

let armed = false;

/**
 * What the runtime sends next is these bytes, header and all: it takes what it has encoded with subarray, and puts it
 * behind a header with set. Where it does so no longer, this says that it found no way in.
 */
export function sendInstead(bytes: number[]): void {
  if (armed) throw new Error('GOT nothing through, so this attack tries nothing');
  armed = true;
  const { set, subarray } = Uint8Array.prototype;
  Uint8Array.prototype.subarray = () => {
    Uint8Array.prototype.subarray = subarray;
    Uint8Array.prototype.set = function (body, offset = 0) {
      Uint8Array.prototype.set = set;
      armed = false;
      set.call(this, body, offset);
      set.call(this, bytes.slice(0, 4), offset - 4);
    };
    return Uint8Array.from(bytes.slice(4));
  };
}
