/**
 * The entries of a zip file that a stranger made. Nothing is unpacked but what is asked for, and sizes are held against
 * the bytes that really come out: what a header says of them is the stranger's word. A bad entry is one that cannot be
 * read, whatever the others are.
 */
import { crc32 } from 'node:zlib';
import { getFileNameLowLevel, openPromise, type Entry as ZipEntry, type ZipFile } from 'yauzl';
import { shortened, TEXT_LIMITS } from '../text/shortened.ts';
import { type Entry, isOfTheMachine, NotTaken, oddEntry, tooLarge, Unreachable, Unreadable } from './entries.ts';
import { bytesOf } from './file-names.ts';

export { Unreadable } from './entries.ts';

/** Only their names are read, so that there may be many: a node_modules/ has tens of thousands. */
const MOST_ENTRIES = 200_000;

/** Runs `body` with the entries while the file is open. @throws Unreadable */
export async function withZip<T>(
  file: string,
  body: (entries: Entry[]) => Promise<T>,
  mostEntries = MOST_ENTRIES,
): Promise<T> {
  const zip = await opened(file);
  try {
    return await body(await entriesOf(zip, mostEntries));
  } finally {
    zip.close();
  }
}

async function opened(file: string): Promise<ZipFile> {
  try {
    // Sizes and names are checked here, each entry's for itself: yauzl ends at the first that is wrong.
    const options = { decodeStrings: false, validateEntrySizes: false, autoClose: false };
    // yauzl hands the path on to `fs`, which takes bytes too.
    return await openPromise(bytesOf(file) as unknown as string, options);
  } catch (error) {
    if (isOfTheMachine(error)) throw error;
    const { code = '' } = error as NodeJS.ErrnoException;
    if (/^(EACCES|EPERM)$/.test(code))
      throw new Unreachable(`the zip file cannot be read (${code}); give yourself the right to read it`);
    throw new Unreadable(`the zip file cannot be unpacked: ${inWords(error)}`);
  }
}

async function entriesOf(zip: ZipFile, most: number): Promise<Entry[]> {
  const entries: Entry[] = [];
  try {
    for await (const entry of zip.eachEntry()) {
      entries.push(entryOf(zip, entry));
      if (entries.length > most) throw new Unreadable(`the zip file has more than ${most} entries`);
    }
  } catch (error) {
    if (error instanceof Unreadable || isOfTheMachine(error)) throw error;
    const message = inWords(error);
    // What was listed before is there all the same.
    if (entries.length === 0) throw new Unreadable(`the zip file cannot be unpacked: ${message}`);
    entries.push(oddEntry('(the rest of the zip file)', `not to be read: ${message}`));
  }
  return entries;
}

function entryOf(zip: ZipFile, entry: ZipEntry): Entry {
  const name = getFileNameLowLevel(entry.generalPurposeBitFlag, entry.fileNameRaw, entry.extraFields, false);
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  // Whatever leads out of a folder is no part of it; nothing is ever written under a name with `..`.
  if (parts.length === 0 || parts.includes('..'))
    return oddEntry('(a name that leads out of the folder)', 'a name that leads out of the folder');
  const path = parts.join('/');
  // What Unix calls the type of a file, in the attributes' upper half; 0 where another system packed it.
  const type = (entry.externalFileAttributes >>> 16) & 0o170000;
  if (name.endsWith('/') || type === 0o040000) return { ...oddEntry(path, 'a folder'), kind: 'folder' };
  if (type === 0o120000) return oddEntry(path, 'a link');
  if (type !== 0 && type !== 0o100000) return oddEntry(path, 'not a regular file');
  if (entry.isEncrypted()) return oddEntry(path, 'encrypted');
  if (!entry.canDecodeFileData()) return oddEntry(path, `packed by a method of its own (${entry.compressionMethod})`);
  return {
    path,
    kind: 'file',
    size: entry.uncompressedSize,
    digest: `${entry.crc32} ${entry.uncompressedSize}`,
    read: (most) => read(zip, entry, most),
  };
}

async function read(zip: ZipFile, entry: ZipEntry, most: number): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of await zip.openReadStreamPromise(entry)) {
      length += chunk.length;
      if (length > most) throw tooLarge(most);
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof NotTaken || isOfTheMachine(error)) throw error;
    throw new NotTaken(`damaged (${inWords(error)})`);
  }
  const bytes = Buffer.concat(chunks);
  if (crc32(bytes) !== entry.crc32) throw new NotTaken('damaged (its checksum is another)');
  return bytes;
}

/** The system's own words name the place of the file, which is nobody's business. */
function inWords(error: unknown): string {
  const { code, syscall, message } = error as NodeJS.ErrnoException;
  return code !== undefined && syscall !== undefined ? code : shortened(message, TEXT_LIMITS.message);
}
