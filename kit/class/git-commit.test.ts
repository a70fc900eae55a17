import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { git } from '../testing/git.ts';
import { temporaryFolder, writeFiles } from '../testing/temporary-folder.ts';
import { commitEntries, readCommit } from './git-commit.ts';
import { commitDateOf } from './submitted-at.ts';

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
});
