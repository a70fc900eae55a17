/**
 * Unpacks a zip file that a stranger made. Only plain files and folders, only below the folder, and not more than the
 * limits, which are held against the bytes that really come out: what a header says of sizes is the stranger's word.
 */
import { createWriteStream, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Entry, openPromise, type ZipFile } from 'yauzl';
import { shortened, TEXT_LIMITS } from '../text/shortened.ts';

export interface UnzipLimits {
  entries: number;
  /** Unpacked, in all. */
  bytes: number;
  /** Unpacked to packed, of one file; small files may have any. */
  ratio: number;
}

export const UNZIP_LIMITS: UnzipLimits = { entries: 5000, bytes: 64 * 1024 * 1024, ratio: 200 };
/** Of so few bytes any ratio is harmless. */
const SMALL = 1024 * 1024;

/** A submission that cannot be read. The message is for its author and the instructor. */
export class Unreadable extends Error {
  override name = 'Unreadable';
}

/** Into this folder, which is there. @throws Unreadable */
export async function unzip(file: string, folder: string, limits: UnzipLimits = UNZIP_LIMITS): Promise<void> {
  let zip: ZipFile | undefined;
  try {
    zip = await openPromise(file);
    if (zip.entryCount > limits.entries) {
      throw new Unreadable(`the zip file has ${zip.entryCount} entries; ${limits.entries} are allowed`);
    }
    const budget = { entries: limits.entries, bytes: limits.bytes };
    for await (const entry of zip.eachEntry()) {
      if (--budget.entries < 0) throw new Unreadable(`the zip file has more than ${limits.entries} entries`);
      await unpack(zip, entry, folder, budget, limits);
    }
  } catch (error) {
    if (error instanceof Unreadable) throw error;
    // The disk's faults are not the submission's.
    if (/^(ENOSPC|EMFILE|ENFILE|EIO|EROFS|EDQUOT)$/.test((error as NodeJS.ErrnoException).code ?? '')) throw error;
    throw new Unreadable(`the zip file cannot be unpacked: ${inWords(error as Error)}`);
  } finally {
    zip?.close();
  }
}

const nameOf = (fileName: string) => shortened(fileName, TEXT_LIMITS.name);

/** The system's own words name the place where it is unpacked, which is nobody's business. */
function inWords(error: Error): string {
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (code === undefined || syscall === undefined) return shortened(error.message, TEXT_LIMITS.message);
  return WORDS[code] ?? code;
}

const WORDS: Record<string, string> = {
  EEXIST: 'it names a file twice, or one as a folder (EEXIST)',
  ENOTDIR: 'it names a file as a folder (ENOTDIR)',
  EISDIR: 'it names a folder as a file (EISDIR)',
  ENAMETOOLONG: 'it has a name that is too long (ENAMETOOLONG)',
};

async function unpack(
  zip: ZipFile,
  entry: Entry,
  folder: string,
  budget: { bytes: number },
  limits: UnzipLimits,
): Promise<void> {
  const { fileName } = entry;
  const name = nameOf(fileName);
  // yauzl has refused absolute names and `..`; on some systems there is more that leads out.
  if (fileName.includes('\0') || fileName.includes(':'))
    throw new Unreadable(`the zip file has an invalid name: ${name}`);
  // What Unix calls the type of a file, in the attributes' upper half; 0 where another system packed it.
  const type = (entry.externalFileAttributes >>> 16) & 0o170000;
  if (type === 0o120000) throw new Unreadable(`${name} is a link; put the file itself into the zip file`);
  if (type !== 0 && type !== 0o100000 && type !== 0o040000) throw new Unreadable(`${name} is not a regular file`);
  if (entry.isEncrypted()) throw new Unreadable(`${name} is encrypted; hand in a zip file without a password`);
  const target = join(folder, fileName);
  if (fileName.endsWith('/')) {
    mkdirSync(target, { recursive: true });
    return;
  }
  mkdirSync(dirname(target), { recursive: true });
  let out = 0;
  const counting = new Transform({
    transform(chunk: Buffer, _, done) {
      out += chunk.length;
      budget.bytes -= chunk.length;
      if (budget.bytes < 0) done(new Unreadable(`the zip file unpacks to more than ${limits.bytes / 2 ** 20} MiB`));
      else if (out > SMALL && out > limits.ratio * entry.compressedSize)
        done(new Unreadable(`${name} unpacks to more than ${limits.ratio} times its size`));
      else done(null, chunk);
    },
  });
  // `wx`: a name that comes twice is refused, and no file is written through what another made.
  await pipeline(
    await zip.openReadStreamPromise(entry),
    counting,
    createWriteStream(target, { flags: 'wx', mode: 0o600 }),
  );
}
