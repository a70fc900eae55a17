/**
 * Names of files that are not UTF-8, such as an old unzip leaves them. As text, each byte that is not UTF-8 is a lone
 * surrogate (U+DC80 to U+DCFF, as Python has it): no name in UTF-8 has one, and the bytes can be had back.
 */
import { shortened, TEXT_LIMITS } from '../text/shortened.ts';

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const WESTERN = new TextDecoder('windows-1252');

export function nameOf(bytes: Uint8Array): string {
  const whole = decoded(bytes);
  if (whole !== null) return whole;
  let text = '';
  for (let i = 0; i < bytes.length; ) {
    const length = [1, 2, 3, 4].find((n) => i + n <= bytes.length && decoded(bytes.subarray(i, i + n)) !== null) ?? 0;
    text += length > 0 ? decoded(bytes.subarray(i, i + length)) : String.fromCharCode(0xdc00 + bytes[i]);
    i += Math.max(1, length);
  }
  return text;
}

/** What the disk calls it. */
export function bytesOf(path: string): Buffer {
  if (isUtf8(path)) return Buffer.from(path);
  const parts = path.split(/([\udc80-\udcff])/u);
  return Buffer.concat(
    parts.map((part) => (isUtf8(part) ? Buffer.from(part) : Buffer.from([part.charCodeAt(0) - 0xdc00]))),
  );
}

export const isUtf8 = (name: string): boolean => !/[\udc80-\udcff]/u.test(name);

/** For people. Where the bytes are letters on a Western Windows they are most likely meant so; else they are told as %xx. */
export function readable(name: string): string {
  return name.replace(/[\udc80-\udcff]/gu, (lone) => {
    const byte = lone.charCodeAt(0) - 0xdc00;
    const letter = WESTERN.decode(Uint8Array.of(byte));
    return /\p{L}/u.test(letter) ? letter : `%${byte.toString(16)}`;
  });
}

/** The same where a stranger has chosen the name, which may be of any length. */
export const shown = (name: string): string => shortened(readable(name), TEXT_LIMITS.name);

function decoded(bytes: Uint8Array): string | null {
  try {
    return UTF8.decode(bytes);
  } catch {
    return null;
  }
}
