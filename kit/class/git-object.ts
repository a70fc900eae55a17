/**
 * One object of a git repository that a stranger made, loose or packed, read without running git: a repository's own
 * configuration can name programs to run. Formats: git-scm.com/docs/gitformat-pack.
 */
import { closeSync, constants, fstatSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';

/** Of an object, unpacked. */
const MOST_BYTES = 1024 * 1024;
const MOST_PACKS = 200;
/** Of deltas upon deltas; git makes 50 at most by itself. */
const MOST_DELTAS = 250;

const COMMIT = 1;
const OFFSET_DELTA = 6;
const HASH_DELTA = 7;

/**
 * The text of a commit; null where it is not there, larger than a mebibyte, or broken. A shallow clone has its commits
 * whole; what lies in another repository (`objects/info/alternates`) is not looked for.
 *
 * @param git the folder `.git`
 * @param hash in hex, SHA-1 or SHA-256
 */
export function readCommit(git: string, hash: string): string | null {
  try {
    return looseCommit(git, hash) ?? packedCommit(join(git, 'objects/pack'), hash);
  } catch {
    return null;
  }
}

function looseCommit(git: string, hash: string): string | null {
  return withFile(join(git, 'objects', hash.slice(0, 2), hash.slice(2)), (file) => {
    const bytes = inflateSync(file.read(0, Math.min(file.size, 2 * MOST_BYTES)), { maxOutputLength: MOST_BYTES });
    const end = bytes.indexOf(0);
    return bytes.subarray(0, 7).toString() === 'commit ' ? bytes.subarray(end + 1).toString('utf8') : null;
  });
}

function packedCommit(packs: string, hash: string): string | null {
  const indices = readdirSync(packs).filter((name) => name.endsWith('.idx'));
  for (const name of indices.slice(0, MOST_PACKS)) {
    const at = withFile(join(packs, name), (index) => offsetIn(index, Buffer.from(hash, 'hex')));
    if (at === null) continue;
    const found = withFile(join(packs, name.replace(/\.idx$/, '.pack')), (pack) => {
      const baseAt = (base: Buffer) => withFile(join(packs, name), (index) => offsetIn(index, base));
      return objectAt(pack, at, hash.length / 2, baseAt);
    });
    if (found) return found.type === COMMIT ? found.bytes.toString('utf8') : null;
  }
  return null;
}

/** Where the index says that the object begins in its pack. */
function offsetIn(index: OpenFile, hash: Buffer): number | null {
  if (index.read(0, 8).toString('hex') !== 'ff744f6300000002') return null;
  const countUpTo = (byte: number) => (byte < 0 ? 0 : index.read(8 + 4 * byte, 4).readUInt32BE());
  const [first, end, total] = [countUpTo(hash[0] - 1), countUpTo(hash[0]), countUpTo(255)];
  const names = 8 + 4 * 256;
  let [low, high] = [first, end];
  while (low < high) {
    const middle = (low + high) >> 1;
    const order = index.read(names + middle * hash.length, hash.length).compare(hash);
    if (order === 0) {
      // After the names, a checksum and then an offset each; those beyond 2 GiB have a table of their own.
      const offsets = names + total * (hash.length + 4);
      const offset = index.read(offsets + 4 * middle, 4).readUInt32BE();
      if (offset < 2 ** 31) return offset;
      return Number(index.read(offsets + 4 * total + 8 * (offset - 2 ** 31), 8).readBigUInt64BE());
    }
    if (order < 0) low = middle + 1;
    else high = middle;
  }
  return null;
}

interface PackedObject {
  type: number;
  bytes: Buffer;
}

/** @throws where the pack is broken, or more than the limits */
function objectAt(
  pack: OpenFile,
  at: number,
  hashBytes: number,
  baseAt: (hash: Buffer) => number | null,
): PackedObject | null {
  const deltas: Buffer[] = [];
  for (let offset: number | null = at; offset !== null && deltas.length <= MOST_DELTAS; ) {
    const head = pack.read(offset, Math.min(64, pack.size - offset));
    const type = (head[0] >> 4) & 7;
    let [size, used] = [head[0] & 15, 1];
    for (let shift = 4; head[used - 1] & 0x80; shift += 7) size += (head[used++] & 0x7f) * 2 ** shift;
    if (type !== OFFSET_DELTA && type !== HASH_DELTA) {
      const base = inflatedAt(pack, offset + used, size);
      return { type, bytes: deltas.reverse().reduce(patched, base) };
    }
    let base: number | null;
    if (type === OFFSET_DELTA) {
      let back = head[used] & 0x7f;
      while (head[used++] & 0x80) back = (back + 1) * 128 + (head[used] & 0x7f);
      base = back > 0 ? offset - back : null;
    } else {
      base = baseAt(head.subarray(used, used + hashBytes));
      used += hashBytes;
    }
    deltas.push(inflatedAt(pack, offset + used, size));
    offset = base;
  }
  return null;
}

function inflatedAt(pack: OpenFile, offset: number, size: number): Buffer {
  if (size > MOST_BYTES) throw new Error('it is too large');
  // What cannot be made smaller grows a little; what follows it in the pack is ignored.
  const packed = pack.read(offset, Math.min(pack.size - offset, size + (size >> 8) + 1024));
  const bytes = inflateSync(packed, { maxOutputLength: Math.max(size, 1) });
  if (bytes.length !== size) throw new Error('it has another size than it says');
  return bytes;
}

/** A delta: the sizes before and after, then parts to copy from the base and parts to insert. */
function patched(base: Buffer, delta: Buffer): Buffer {
  let at = 0;
  const byte = () => {
    if (at >= delta.length) throw new Error('the delta is cut off');
    return delta[at++];
  };
  const length = () => {
    let [value, shift, last] = [0, 0, 0];
    do {
      last = byte();
      value += (last & 0x7f) * 2 ** shift;
      shift += 7;
    } while (last & 0x80);
    return value;
  };
  if (length() !== base.length) throw new Error('the delta is of another base');
  const size = length();
  const parts: Buffer[] = [];
  let total = 0;
  while (at < delta.length) {
    const instruction = byte();
    const number = (first: number, bytes: number) =>
      Array.from({ length: bytes }, (_, i) => (instruction & (first << i) ? byte() * 2 ** (8 * i) : 0));
    const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);
    if (instruction & 0x80) {
      const from = sum(number(0x01, 4));
      const count = sum(number(0x10, 3)) || 0x10000;
      parts.push(base.subarray(from, from + count));
    } else {
      parts.push(delta.subarray(at, at + instruction));
      at += instruction;
    }
    total += parts[parts.length - 1].length;
    if (total > Math.min(size, MOST_BYTES)) throw new Error('the delta makes more than it says');
  }
  if (total !== size) throw new Error('the delta makes less than it says');
  return Buffer.concat(parts);
}

interface OpenFile {
  size: number;
  /** @throws beyond its end */
  read: (from: number, length: number) => Buffer;
}

/** Null where there is no such plain file: links are not followed, and a pipe would be waited for. */
function withFile<T>(path: string, body: (file: OpenFile) => T): T | null {
  let descriptor: number;
  try {
    descriptor = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
  } catch {
    return null;
  }
  try {
    const stats = fstatSync(descriptor);
    if (!stats.isFile()) return null;
    const read = (from: number, length: number) => {
      const bytes = Buffer.alloc(length);
      if (from < 0 || readSync(descriptor, bytes, 0, length, from) < length) throw new Error('it ends too early');
      return bytes;
    };
    return body({ size: stats.size, read });
  } finally {
    closeSync(descriptor);
  }
}
