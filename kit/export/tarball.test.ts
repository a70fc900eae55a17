import { execFileSync } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { tarball } from './tarball.ts';

const FILES: [string, string][] = [
  ['package/bin/kit.js', '#!/usr/bin/env node\n'],
  ['package/package.json', '{}'],
  ['package/long.txt', 'ü'.repeat(700)],
  ['package/empty', ''],
];

describe('a tarball', () => {
  it('is unpacked by tar to the same files, commands runnable', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'a.tgz'), tarball(new Map(FILES)));
    execFileSync('tar', ['xzf', 'a.tgz'], { cwd: folder });
    for (const [path, text] of FILES) expect(readFileSync(join(folder, path), 'utf8')).toBe(text);
    expect(statSync(join(folder, 'package/bin/kit.js')).mode & 0o111).toBe(0o111);
    expect(statSync(join(folder, 'package/package.json')).mode & 0o111).toBe(0);
  });

  it('has the same bytes for the same files, in whatever order they come', () => {
    const reversed = new Map([...FILES].reverse());
    expect(tarball(reversed).equals(tarball(new Map(FILES)))).toBe(true);
  });

  it('refuses a path that would be cut', () => {
    expect(() => tarball(new Map([[`package/${'x'.repeat(100)}`, '']]))).toThrow(/longer than 100 bytes/);
  });
});
