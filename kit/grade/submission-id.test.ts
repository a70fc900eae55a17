import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { commitOf, submissionId } from './submission-id.ts';

const HASH = '0123456789abcdef0123456789abcdef01234567';
const OTHER = 'f'.repeat(40);
const commitIn = (git: Record<string, string>) =>
  commitOf(temporaryFolder(Object.fromEntries(Object.entries(git).map(([path, text]) => [join('.git', path), text]))));

describe('the commit of a submission', () => {
  it('is what the branch in HEAD points to', () => {
    expect(commitIn({ HEAD: 'ref: refs/heads/main\n', 'refs/heads/main': `${HASH}\n` })).toBe(HASH);
    expect(commitIn({ HEAD: 'ref: refs/heads/a/b-c.d\n', 'refs/heads/a/b-c.d': `${HASH}\n` })).toBe(HASH);
  });

  it.each(['grüße/日本', 'fix#12', 'a+b@c', "it's", 'v1,2=(x)'])('is found on a branch called %s', (branch) => {
    expect(commitIn({ HEAD: `ref: refs/heads/${branch}\n`, [`refs/heads/${branch}`]: HASH })).toBe(HASH);
    expect(commitIn({ HEAD: `ref: refs/heads/${branch}\n`, 'packed-refs': `${HASH} refs/heads/${branch}\n` })).toBe(
      HASH,
    );
  });

  it('is found on a branch whose name is not UTF-8', () => {
    const folder = temporaryFolder({ '.git/refs/heads/main': '' });
    const name = Buffer.from('caf\u00e9', 'latin1');
    writeFileSync(join(folder, '.git/HEAD'), Buffer.concat([Buffer.from('ref: refs/heads/'), name]));
    writeFileSync(Buffer.concat([Buffer.from(`${folder}/.git/refs/heads/`), name]), HASH);
    expect(commitOf(folder)).toBe(HASH);
  });

  it('is none where HEAD is a pipe, which is not waited for', () => {
    const folder = temporaryFolder({ '.git/config': '' });
    execFileSync('mkfifo', [join(folder, '.git/HEAD')]);
    expect(commitOf(folder)).toBeNull();
  });

  it('is HEAD itself where no branch is checked out', () => {
    expect(commitIn({ HEAD: `${HASH}\n` })).toBe(HASH);
    const sha256 = 'ab'.repeat(32);
    expect(commitIn({ HEAD: sha256 })).toBe(sha256);
  });

  it('is found among packed refs, by the whole name of the branch', () => {
    const packed = `# pack-refs with: peeled fully-peeled sorted
${OTHER} refs/heads/not/refs/heads/main
${OTHER} refs/heads/main2
${HASH} refs/heads/main
^${OTHER}
`;
    expect(commitIn({ HEAD: 'ref: refs/heads/main', 'packed-refs': packed })).toBe(HASH);
    expect(commitIn({ HEAD: 'ref: refs/heads/mai', 'packed-refs': packed })).toBeNull();
  });

  it('is rather the loose ref, which is newer, than the packed one', () => {
    const git = { HEAD: 'ref: refs/heads/main', 'refs/heads/main': HASH, 'packed-refs': `${OTHER} refs/heads/main\n` };
    expect(commitIn(git)).toBe(HASH);
  });

  it('is none without git, in an empty repository, or with a file for a folder', () => {
    expect(commitOf(temporaryFolder())).toBeNull();
    expect(commitOf('/there/is/no/such/folder')).toBeNull();
    expect(commitIn({ HEAD: 'ref: refs/heads/main\n' })).toBeNull();
    expect(commitOf(temporaryFolder({ '.git': 'gitdir: /etc\n' }))).toBeNull();
    const odd = temporaryFolder();
    mkdirSync(join(odd, '.git/HEAD'), { recursive: true });
    expect(commitOf(odd)).toBeNull();
  });

  it.each([
    'ref: refs/heads/../../../secret',
    'ref: ../secret',
    'ref: /etc/passwd',
    'ref: refs/heads/main\nref: refs/heads/x',
    'ref: refs/heads/$(id)',
    `${HASH}; rm -rf /`,
    'A'.repeat(40),
    '',
    '\u0000',
  ])('is none for a HEAD that says %j', (HEAD) => {
    expect(commitIn({ HEAD, 'packed-refs': `${HASH} refs/heads/$(id)\n` })).toBeNull();
  });

  it('shows nothing but a hash of a file that HEAD is a link to', () => {
    const folder = temporaryFolder({ 'secret.txt': 'the course secret', '.git/config': '' });
    symlinkSync(join(folder, 'secret.txt'), join(folder, '.git/HEAD'));
    expect(commitOf(folder)).toBeNull();
  });
});

it('a submission is called what its folder is called', () => {
  expect(submissionId('/class/ada')).toBe('ada');
  expect(submissionId('/class/ada/')).toBe('ada');
  expect(submissionId('.')).toBe(process.cwd().split('/').at(-1));
});
