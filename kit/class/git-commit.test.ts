import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { describe, expect, it, vi } from 'vitest';
import { commitDateOf, git } from '../testing/git.ts';
import { temporaryFolder, writeFiles } from '../testing/temporary-folder.ts';
import { commitEntries, readCommit } from './git-commit.ts';

vi.mock('node:child_process', { spy: true });

const NOBODY = { GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null', HOME: '/nonexistent' };

const hourOf = (i: number) => `2027-02-${String(i + 1).padStart(2, '0')}T10:00:00Z`;

/** As many commits as this, a day after another, each with a long message much like the one before, so that git makes deltas of deltas. */
function repository(commits: number, ...init: string[]): string {
  const folder = temporaryFolder();
  git(folder, ['init', '-q', ...init]);
  for (let i = 0; i < commits; i++) {
    const message = Array.from({ length: 60 }, (_, line) => `line ${line}: ${line < 10 * i ? 'x' : 'y'}`.repeat(9));
    writeFiles(folder, { 'exercises/a.ts': `${i}` });
    git(folder, ['add', '.']);
    git(folder, ['commit', '-q', '-m', message.join('\n')], hourOf(i));
  }
  return folder;
}

const hashesOf = (folder: string) => git(folder, ['log', '--format=%H', '--reverse']).split('\n');
const packsOf = (folder: string) => {
  const packs = join(folder, '.git/objects/pack');
  return readdirSync(packs)
    .filter((name) => name.endsWith('.pack'))
    .map((name) => join(packs, name));
};
/** As git itself shows it. */
const shown = (folder: string, hash: string) =>
  execFileSync('git', ['-C', folder, 'cat-file', 'commit', hash], {
    env: { PATH: process.env.PATH, ...NOBODY },
    encoding: 'utf8',
  });

describe('a commit', () => {
  it.each([
    ['loose', []],
    ['packed by gc', [['gc', '-q']]],
    ['packed as deltas upon deltas', [['repack', '-adfq', '--depth=20', '--window=20']]],
    [
      'packed as deltas that name their base by its hash',
      [['-c', 'repack.useDeltaBaseOffset=false', 'repack', '-adfq']],
    ],
  ])('is read as git shows it where it is %s', (_, commands) => {
    const folder = repository(6);
    for (const command of commands) git(folder, command);
    expect(packsOf(folder).length).toBe(commands.length);
    for (const hash of hashesOf(folder)) expect(readCommit(join(folder, '.git'), hash)).toBe(shown(folder, hash));
  });

  it('is stored as a delta in the packs that these tests make', () => {
    const folder = repository(6);
    git(folder, ['repack', '-adfq', '--depth=20', '--window=20']);
    const [pack] = packsOf(folder);
    expect(git(folder, ['verify-pack', '-v', pack])).toMatch(/ commit \d+ \d+ \d+ [2-9] /);
  });

  it('is read from a repository with SHA-256', () => {
    const folder = repository(2, '--object-format=sha256');
    git(folder, ['gc', '-q']);
    expect(commitDateOf(folder)).toBe('2027-02-02T10:00:00.000Z');
  });

  it.each([
    ['whole', []],
    ['shallow', ['--depth', '1']],
  ])('has its date in a %s clone', (_, depth) => {
    const clone = join(temporaryFolder(), 'clone');
    git('.', ['clone', '-q', ...depth, `file://${repository(3)}`, clone]);
    expect(packsOf(clone)).toHaveLength(1);
    expect(commitDateOf(clone)).toBe('2027-02-03T10:00:00.000Z');
  });

  it('has its files as they were committed, but no link and no other repository', async () => {
    const folder = repository(2);
    writeFiles(folder, { 'exercises/Jörg 1.ts': 'j', 'big.ts': 'x'.repeat(2000) });
    symlinkSync('/etc/passwd', join(folder, 'exercises/link.ts'));
    git(folder, ['add', '.']);
    git(folder, ['update-index', '--add', '--cacheinfo', `160000,${'1'.repeat(40)},exercises/sub`]);
    git(folder, ['commit', '-q', '-m', 'x'], hourOf(3));
    const entries = commitEntries(join(folder, '.git'), hashesOf(folder)[2]);
    const read = entries.map(async ({ path, read }) => [path, await read(1000).then(String, String)]);
    expect(Object.fromEntries(await Promise.all(read))).toEqual({
      'big.ts': expect.stringContaining('NotTaken'),
      'exercises/Jörg 1.ts': 'j',
      'exercises/a.ts': '1',
      'exercises/link.ts': expect.stringContaining('a link'),
      'exercises/sub': expect.stringContaining('a submodule'),
    });
  });

  it('is not there in a pack that is cut off or altered, and nothing is thrown', () => {
    const folder = repository(2);
    git(folder, ['repack', '-adfq']);
    const [pack] = packsOf(folder);
    const [hash] = hashesOf(folder);
    for (const file of [pack, pack.replace(/pack$/, 'idx')]) {
      const bytes = readFileSync(file);
      renameSync(file, `${file}.aside`);
      for (let i = 1; i < bytes.length; i += Math.ceil(bytes.length / 8)) {
        const altered = Buffer.concat([bytes.subarray(0, i), Buffer.from([bytes[i] ^ 0xff]), bytes.subarray(i + 1)]);
        for (const broken of [bytes.subarray(0, i), altered]) {
          writeFileSync(file, broken);
          expect(() => readCommit(join(folder, '.git'), hash)).not.toThrow();
        }
      }
      writeFileSync(file, bytes);
    }
    expect(readCommit(join(folder, '.git'), hash)).toBe(shown(folder, hash));
  });

  it('is read without anything that the repository says of itself: no program of its configuration runs', () => {
    const folder = repository(1);
    const proof = join(temporaryFolder(), 'ran');
    const program = `touch ${proof}`;
    const [hash] = hashesOf(folder);
    const config = Object.entries({
      'core.fsmonitor': program,
      'core.sshCommand': program,
      'core.pager': program,
      'alias.cat-file': `!${program}`,
      'core.alternateRefsCommand': program,
      'extensions.partialClone': 'origin',
      'remote.origin.url': `ext::sh -c ${program.replace(' ', '% ')}`,
      'remote.origin.promisor': 'true',
      'protocol.allow': 'always',
    });
    for (const [name, value] of config) git(folder, ['config', name, value]);
    expect(readCommit(join(folder, '.git'), hash)).toContain('committer Ada');
    expect(readCommit(join(folder, '.git'), 'f'.repeat(40))).toBeNull();
    expect(existsSync(proof)).toBe(false);
  });

  it('is not looked for in another repository that this one names', () => {
    const [other, folder] = [repository(3), repository(1)];
    const hash = hashesOf(other)[2];
    mkdirSync(join(folder, '.git/objects/info'), { recursive: true });
    writeFileSync(join(folder, '.git/objects/info/alternates'), `${join(other, '.git/objects')}\n`);
    expect(shown(folder, hash), 'git itself finds it').toContain('committer Ada');
    expect(hashesOf(folder)).not.toContain(hash);
    expect(readCommit(join(folder, '.git'), hash)).toBeNull();
  });

  it('is not read where it is larger than a mebibyte', () => {
    const folder = repository(1);
    const [first] = hashesOf(folder);
    const large = `${shown(folder, first)}${'x'.repeat(1024 * 1024)}`;
    const hash = execFileSync('git', ['-C', folder, 'hash-object', '-t', 'commit', '-w', '--stdin'], {
      env: { PATH: process.env.PATH, ...NOBODY },
      input: large,
      encoding: 'utf8',
    }).trim();
    expect(readCommit(join(folder, '.git'), hash)).toBeNull();
    expect(readCommit(join(folder, '.git'), first)).not.toBeNull();
  });

  it('is not read through a link or from what is not a file', () => {
    const folder = repository(1);
    git(folder, ['gc', '-q']);
    const [pack] = packsOf(folder);
    renameSync(pack, join(folder, 'elsewhere'));
    symlinkSync(join(folder, 'elsewhere'), pack);
    expect(commitDateOf(folder)).toBeNull();
    const piped = repository(1);
    const [hash] = hashesOf(piped);
    git(piped, ['gc', '-q']);
    const loose = join(piped, '.git/objects', hash.slice(0, 2));
    mkdirSync(loose, { recursive: true });
    execFileSync('mkfifo', [join(loose, hash.slice(2))]);
    expect(commitDateOf(piped), 'a pipe is passed over, and not waited for').toBe('2027-02-01T10:00:00.000Z');
  });

  it.runIf(process.platform === 'linux')(
    'is given up where git works on it for long, before a clock has to end git',
    () => {
      vi.mocked(spawnSync).mockClear();
      const folder = temporaryFolder();
      const hash = '11'.repeat(20);
      writeFiles(folder, { '.git/HEAD': `${hash}\n` });
      deltaBomb(join(folder, '.git/objects/pack'), hash, 1000);
      expect(commitDateOf(folder)).toBeNull();
      const runs = vi.mocked(spawnSync).mock.results.map(({ value }) => value);
      expect(runs.length).toBeGreaterThan(0);
      expect(runs.map(({ error }) => error)).toEqual(runs.map(() => undefined));
    },
  );
});

const bytesOf = (...numbers: number[]) => Buffer.from(numbers);

function word(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** Seven bits a byte, the lowest first, as deltas and heads of objects have them. */
function variable(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...variable(value >>> 7)];
}

/** A pack of one commit, which is so many deltas away from its text; each copies half a megabyte byte by byte. */
function deltaBomb(packs: string, hash: string, deltas: number): void {
  const size = 500_000;
  const head = (type: number, length: number) =>
    length < 16
      ? bytesOf((type << 4) | length)
      : bytesOf((type << 4) | (length & 15) | 128, ...variable(Math.floor(length / 16)));
  /** How far back the base is. */
  const back = (distance: number): number[] => {
    const found = [distance & 127];
    for (let rest = distance >>> 7; rest > 0; rest >>>= 7) found.unshift((--rest & 127) | 128);
    return found;
  };
  const text = Buffer.from('tree 0\ncommitter a <b> 1800000000 +0000\n\n'.padEnd(size, 'x'));
  const copies = Buffer.alloc(2 * size, bytesOf(0x90, 1));
  const delta = Buffer.concat([bytesOf(...variable(size), ...variable(size)), copies]);
  const packed = deflateSync(delta);
  const parts = [Buffer.from('PACK'), word(2), word(1), head(1, size), deflateSync(text)];
  let length = parts.reduce((sum, part) => sum + part.length, 0);
  let base = 12;
  for (let i = 0; i < deltas; i++) {
    const object = Buffer.concat([head(6, delta.length), bytesOf(...back(length - base)), packed]);
    base = length;
    length += object.length;
    parts.push(object);
  }
  const sha1 = (...of: Buffer[]) => createHash('sha1').update(Buffer.concat(of)).digest();
  const pack = Buffer.concat([...parts, sha1(...parts)]);
  const fan = Buffer.concat(Array.from({ length: 256 }, (_, i) => word(i >= 0x11 ? 1 : 0)));
  const index = [bytesOf(0xff, 0x74, 0x4f, 0x63), word(2), fan, Buffer.from(hash, 'hex'), word(0), word(base)];
  const whole = [...index, pack.subarray(-20)];
  mkdirSync(packs, { recursive: true });
  writeFileSync(join(packs, 'pack-1.pack'), pack);
  writeFileSync(join(packs, 'pack-1.idx'), Buffer.concat([...whole, sha1(...whole)]));
}
