/** Files as a gzipped tar: the same files give the same bytes, on any machine and at any time. */
import { gzipSync } from 'node:zlib';

const BLOCK = 512;

/** @param files text or bytes, by path. @throws RangeError for a path that ustar cannot hold */
export function tarball(files: Map<string, string | Uint8Array>): Buffer {
  const blocks: Buffer[] = [];
  for (const path of [...files.keys()].sort()) {
    const content = Buffer.from(files.get(path) as string);
    const padding = Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK);
    blocks.push(header(path, content.length), content, padding);
  }
  const packed = gzipSync(Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)]), { level: 9 });
  // Which system packed it is no business of the bytes.
  packed[9] = 255;
  return packed;
}

/** As POSIX.1-1988 has it (ustar), with no owner and no time. */
function header(path: string, size: number): Buffer {
  if (Buffer.byteLength(path) > 100) throw new RangeError(`tarball: ${path} is longer than 100 bytes`);
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, length: number) => `${value.toString(8).padStart(length - 1, '0')}\0`;
  block.write(path, 0);
  block.write(octal(path.includes('/bin/') ? 0o755 : 0o644, 8), 100);
  block.write(octal(0, 8), 108);
  block.write(octal(0, 8), 116);
  block.write(octal(size, 12), 124);
  block.write(octal(0, 12), 136);
  block.write(' '.repeat(8), 148);
  block.write('0', 156);
  block.write('ustar\x0000', 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}
