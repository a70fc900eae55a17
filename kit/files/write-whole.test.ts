import { execFileSync } from 'node:child_process';
import {
  closeSync,
  constants,
  existsSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  symlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { InputError } from '../course/input-error.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { writeWhole } from './write-whole.ts';

const thrownBy = (action: () => void): Error => {
  try {
    action();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
};

describe('a file that is written whole', () => {
  it('replaces what was there, and leaves nothing beside it', () => {
    const folder = temporaryFolder({ 'r.json': 'old' });
    writeWhole(join(folder, 'r.json'), 'new');
    expect(readFileSync(join(folder, 'r.json'), 'utf8')).toBe('new');
    expect(readdirSync(folder)).toEqual(['r.json']);
  });

  it.skipIf(process.platform === 'win32')(
    'is for its owner alone where it is private, also in place of one that was not',
    () => {
      const folder = temporaryFolder({ 'g.json': 'old' });
      for (const file of [join(folder, 'g.json'), join(folder, 'made/g.json')]) {
        writeWhole(file, 'new', { isPrivate: true });
        expect(lstatSync(file).mode & 0o777).toBe(0o600);
      }
      expect(lstatSync(join(folder, 'made')).mode & 0o777).toBe(0o700);
    },
  );

  it('may have a name of 255 bytes', () => {
    const folder = temporaryFolder();
    writeWhole(join(folder, `${'n'.repeat(250)}.json`), 'x');
    expect(readdirSync(folder)).toEqual([`${'n'.repeat(250)}.json`]);
  });

  it('with a name that is too long is refused in one line, and leaves nothing behind', () => {
    const folder = temporaryFolder();
    expect(thrownBy(() => writeWhole(join(folder, 'n'.repeat(256)), 'x'))).toBeInstanceOf(InputError);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is never put in the place of a pipe, which gets the text', () => {
    const pipe = join(temporaryFolder(), 'pipe');
    execFileSync('mkfifo', [pipe]);
    const end = openSync(pipe, constants.O_RDWR | constants.O_NONBLOCK);
    try {
      writeWhole(pipe, 'text');
      const read = Buffer.alloc(10);
      expect(read.toString('utf8', 0, readSync(end, read))).toBe('text');
      expect(lstatSync(pipe).isFIFO()).toBe(true);
    } finally {
      closeSync(end);
    }
  });

  // By a link, so that only the link is lost should the device be replaced after all.
  it.runIf(existsSync('/dev/full'))('on a full disk is a fault of the machine, not of whoever named the file', () => {
    const link = join(temporaryFolder(), 'full');
    symlinkSync('/dev/full', link);
    const error = thrownBy(() => writeWhole(link, 'x'));
    expect(error).not.toBeInstanceOf(InputError);
    expect(error.message).toMatch(/full cannot be written: ENOSPC/);
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
  });
});
