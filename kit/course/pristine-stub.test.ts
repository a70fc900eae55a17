/** What a stub was, as real repositories tell. */
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { temporaryFolder, writeFiles } from '../testing/temporary-folder.ts';
import { pristineStub } from './pristine-stub.ts';

const ID = '01-x/attend';
const FILE = `exercises/${ID}.ts`;
/** Nothing of this machine's own settings. */
const ENV = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' };
const WHO = ['-c', 'user.name=Ada', '-c', 'user.email=ada@school.example', '-c', 'init.defaultBranch=main'];

const git = (folder: string, ...args: string[]) =>
  execFileSync('git', [...WHO, ...args], { cwd: folder, env: ENV, encoding: 'utf8', stdio: 'pipe' });

/** A commit for each set of files. */
function repository(...commits: Record<string, string>[]): string {
  const folder = temporaryFolder();
  git(folder, 'init', '--quiet');
  for (const files of commits) commit(folder, files);
  return folder;
}

function commit(folder: string, files: Record<string, string>): void {
  writeFiles(folder, files);
  git(folder, 'add', '--all');
  git(folder, 'commit', '--quiet', '--message', 'work');
}

const stubAt = (root: string, id = ID) => pristineStub({ root }, id);
const solved = { [`solutions/${ID}.ts`]: 'the solution' };

afterEach(() => vi.unstubAllEnvs());

describe('the stub as it was handed out', () => {
  it("is the first that was committed, in a learner's repository", () => {
    const root = repository({ 'README.md': 'hello' }, { [FILE]: 'stub\n' }, { [FILE]: 'mine' }, { [FILE]: 'better' });
    writeFiles(root, { [FILE]: 'not committed' });
    expect(stubAt(root)).toBe('stub\n');
    rmSync(join(root, FILE));
    expect(stubAt(root)).toBe('stub\n');
  });

  it("is the last that was committed, in the course's own", () => {
    const root = repository({ ...solved, [FILE]: 'old stub' }, { [FILE]: 'new stub' });
    writeFiles(root, { [FILE]: 'tried out' });
    expect(stubAt(root)).toBe('new stub');
  });

  it('is rather the copy that the repository carries', () => {
    const root = repository({ [FILE]: 'first', [`.kit/stubs/${ID}.ts`]: 'the copy' });
    expect(stubAt(root)).toBe('the copy');
  });

  it('is found where the course is a folder in a larger repository', () => {
    const root = repository({ [`homework/${FILE}`]: 'stub', [FILE]: 'another' }, { [`homework/${FILE}`]: 'mine' });
    expect(stubAt(join(root, 'homework'))).toBe('stub');
  });

  it('is the first even if the file was deleted and written anew', () => {
    const root = repository({ [FILE]: 'stub' });
    git(root, 'rm', '--quiet', FILE);
    commit(root, { 'README.md': 'gone' });
    commit(root, { [FILE]: 'from memory' });
    expect(stubAt(root)).toBe('stub');
  });

  it('is what came with its present name, whatever it was called before', () => {
    const root = repository({ 'exercises/01-x/old-name.ts': 'stub' });
    git(root, 'mv', 'exercises/01-x/old-name.ts', FILE);
    commit(root, { 'README.md': 'renamed' });
    commit(root, { [FILE]: 'mine' });
    git(root, 'config', 'log.follow', 'true');
    expect(stubAt(root)).toBe('stub');
    expect(stubAt(root, '01-x/old-name')).toBe('stub');
  });

  it('is the same to the byte, whatever line ends git writes here', () => {
    const root = repository({ [FILE]: 'a\nb\n', '.gitattributes': '* text=auto eol=crlf\n' });
    expect(stubAt(root)).toBe('a\nb\n');
  });
});

describe('the stub is not known', () => {
  it('without a repository', () => {
    expect(stubAt(temporaryFolder({ [FILE]: 'mine' }))).toBeUndefined();
  });

  it('without git', () => {
    const root = repository({ [FILE]: 'stub' });
    vi.stubEnv('PATH', temporaryFolder());
    expect(stubAt(root)).toBeUndefined();
  });

  it('before the first commit, and of a file that is in none', () => {
    expect(stubAt(repository())).toBeUndefined();
    expect(stubAt(repository({ [FILE]: 'stub' }), '01-x/other')).toBeUndefined();
    expect(stubAt(repository(solved))).toBeUndefined();
  });

  it.each(['ref: refs/heads/nowhere\n', `${'0'.repeat(40)}\n`, 'broken', ''])('with a HEAD that says %j', (head) => {
    for (const files of [{}, solved]) {
      const root = repository({ [FILE]: 'stub', ...files });
      writeFileSync(join(root, '.git/HEAD'), head);
      expect(stubAt(root)).toBeUndefined();
    }
  });

  it("in a learner's repository whose beginning was not cloned, but in the course's own it is", () => {
    const clone = (from: string) => {
      const to = join(temporaryFolder(), 'clone');
      git(from, 'clone', '--quiet', '--depth', '1', `file://${from}`, to);
      return to;
    };
    expect(stubAt(clone(repository({ [FILE]: 'stub' }, { [FILE]: 'mine' })))).toBeUndefined();
    expect(stubAt(clone(repository({ [FILE]: 'old stub' }, { [FILE]: 'stub', ...solved })))).toBe('stub');
  });
});

describe('a repository whose configuration names programs', () => {
  /** Notes that it ran. */
  function spy(root: string): { program: string; ran: () => boolean } {
    const trace = join(root, '.git/ran');
    const program = join(root, '.git/spy.sh');
    writeFileSync(program, `#!/bin/sh\necho "$0" >> '${trace}'\n`);
    chmodSync(program, 0o755);
    return { program, ran: () => existsSync(trace) };
  }

  it.each([{}, solved])('runs none of them', (files) => {
    const root = repository({ [FILE]: 'stub', '.gitattributes': '*.ts diff=spy filter=spy\n', ...files });
    const { program, ran } = spy(root);
    const tree = git(root, 'rev-parse', 'HEAD^{tree}').trim();
    const person = 'Ada <ada@school.example> 0 +0000';
    const signature = 'gpgsig -----BEGIN PGP SIGNATURE-----\n \n A\n -----END PGP SIGNATURE-----';
    writeFileSync(
      join(root, '.git/signed'),
      `tree ${tree}\nauthor ${person}\ncommitter ${person}\n${signature}\n\nsigned\n`,
    );
    const signed = git(root, 'hash-object', '-t', 'commit', '-w', '.git/signed').trim();
    git(root, 'update-ref', 'HEAD', signed);
    for (const [name, value] of Object.entries({
      'core.fsmonitor': program,
      'core.hooksPath': join(root, '.git'),
      'core.pager': program,
      'core.sshCommand': program,
      'diff.external': program,
      'diff.spy.textconv': program,
      'filter.spy.smudge': program,
      'filter.spy.clean': program,
      'gpg.program': program,
      'log.showSignature': 'true',
      'alias.rev-list': `!${program}`,
      'alias.cat-file': `!${program}`,
    }))
      git(root, 'config', name, value);
    rmSync(join(root, '.git/ran'), { force: true });
    expect(stubAt(root)).toBe('stub');
    expect(ran()).toBe(false);
    // It is a trap indeed: who looks at the history falls into it.
    git(root, 'log', '--format=%H', '--', FILE);
    expect(ran()).toBe(true);
  });

  it('fetches nothing that it lacks', () => {
    const root = repository({ [FILE]: 'stub' });
    const { program, ran } = spy(root);
    const blob = git(root, 'rev-parse', `HEAD:${FILE}`).trim();
    rmSync(join(root, '.git/objects', blob.slice(0, 2)), { recursive: true });
    for (const [name, value] of Object.entries({
      'core.repositoryFormatVersion': '1',
      'extensions.partialClone': 'origin',
      'remote.origin.url': temporaryFolder(),
      'remote.origin.promisor': 'true',
      'remote.origin.uploadpack': program,
      'protocol.file.allow': 'always',
    }))
      git(root, 'config', name, value);
    expect(stubAt(root)).toBeUndefined();
    expect(ran()).toBe(false);
    expect(() => git(root, 'cat-file', 'blob', blob)).toThrow();
    expect(ran()).toBe(true);
  });
});
