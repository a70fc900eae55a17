/** The scripts as the workflow runs them, against an API of this test's own. */
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../kit/testing/temporary-folder.ts';

const SCRIPTS = join(process.cwd(), '.github/templates/course');
const TOKEN = 'read-only-token';
const SHA = 'a'.repeat(40);
const PUSHED = '2027-02-15T20:00:00Z';

type Answer = { status?: number; headers?: Record<string, string>; body?: unknown };
const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** An API that answers by path; what was asked is kept. */
async function api(answer: (path: string, tries: number, base: string) => Answer) {
  const asked: { path: string; authorization: string | undefined }[] = [];
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const path = request.url ?? '';
    asked.push({ path, authorization: request.headers.authorization });
    const tries = asked.filter((earlier) => earlier.path === path).length;
    const { status = 200, headers = {}, body = {} } = answer(path, tries, base);
    response.writeHead(status, headers);
    response.end(Buffer.isBuffer(body) ? body : JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  closing.push(() => server.close());
  return { base, asked };
}

/** Three students, one of whom pushed nothing; the list comes in two pages. */
function course(path: string, _tries: number, base: string): Answer {
  if (path.startsWith('/orgs/school/repos') && !path.includes('page=2')) {
    const body = [repository('hw-bob'), repository('other'), repository('hw-')];
    return { body, headers: { link: `<${base}/orgs/school/repos?page=2>; rel="next"` } };
  }
  if (path.startsWith('/orgs/school/repos')) {
    return { body: [repository('hw-ann'), repository('hw-eve'), { ...repository('hw-template'), is_template: true }] };
  }
  if (path === '/repos/school/hw-eve/commits/main') return { status: 409 };
  if (path.endsWith('/commits/main')) return { body: { sha: SHA } };
  if (path.includes('/activity')) return { body: [{ after: 'b'.repeat(40) }, { after: SHA, timestamp: PUSHED }] };
  if (path.includes('/zipball/')) return { body: Buffer.from(`zip of ${path}`) };
  return { status: 404 };
}

const repository = (name: string) => ({ name, default_branch: 'main', is_template: false });

async function run(script: string, folder: string, base: string, env: Record<string, string> = {}) {
  const given = { GH_TOKEN: TOKEN, ORGANISATION: 'school', PREFIX: 'hw-', SHARDS: '2', RETRY_UNIT_MS: '1' };
  return promisify(execFile)(process.execPath, [join(SCRIPTS, script)], {
    cwd: folder,
    env: { ...given, GITHUB_API_URL: base, GITHUB_OUTPUT: join(folder, 'output'), ...env },
  }).then(
    ({ stdout }) => ({ code: 0, stdout, stderr: '' }),
    (error: { code: number; stdout: string; stderr: string }) => error,
  );
}

describe('plan', () => {
  it('pins the commit of each repository with the prefix, with the time of its push, by name', async () => {
    const folder = temporaryFolder();
    const { base } = await api(course);
    expect((await run('plan.js', folder, base)).code).toBe(0);
    const plan = JSON.parse(readFileSync(join(folder, 'plan.json'), 'utf8'));
    expect(plan.submissions).toEqual([
      { repository: 'hw-ann', student: 'ann', commit: SHA, submittedAt: PUSHED, problem: null },
      { repository: 'hw-bob', student: 'bob', commit: SHA, submittedAt: PUSHED, problem: null },
      { repository: 'hw-eve', student: 'eve', commit: null, submittedAt: null, problem: 'it has no commit' },
    ]);
  });

  it('pins the last push until a time, and for whoever has none the last of all, with its late time', async () => {
    const [late, second, first, made] = ['d', 'c', 'b', '0'].map((digit) => digit.repeat(40));
    const pushes = [
      { after: late, timestamp: '2027-02-17T10:00:00Z' },
      { after: first, timestamp: '2027-02-13T10:00:00Z' },
      { after: second, timestamp: '2027-02-15T22:59:00Z' },
      { after: made, timestamp: '2027-02-15T22:59:00Z' },
    ];
    const { base } = await api((path, tries, base) => {
      if (path.includes('hw-ann/activity')) return { body: pushes };
      if (path.includes('hw-bob/activity')) return { body: pushes.slice(0, 1) };
      return path.endsWith('/commits/main') ? { body: { sha: late } } : course(path, tries, base);
    });
    const folder = temporaryFolder();
    expect((await run('plan.js', folder, base, { BEFORE: '2027-02-15T23:59:00+01:00' })).code).toBe(0);
    const { submissions } = JSON.parse(readFileSync(join(folder, 'plan.json'), 'utf8'));
    expect(submissions.slice(0, 2)).toEqual([
      { repository: 'hw-ann', student: 'ann', commit: second, submittedAt: '2027-02-15T22:59:00Z', problem: null },
      { repository: 'hw-bob', student: 'bob', commit: late, submittedAt: '2027-02-17T10:00:00Z', problem: null },
    ]);
  });

  it('makes no more shards than there is something to grade in, and names who has nothing', async () => {
    const folder = temporaryFolder();
    const { base } = await api(course);
    const { stdout } = await run('plan.js', folder, base, { SHARDS: '9' });
    expect(readFileSync(join(folder, 'output'), 'utf8')).toBe('shards=[1,2]\n');
    expect(stdout).toContain('::warning::hw-eve is not graded: it has no commit');
  });

  it('waits and asks again where the API is busy or out of order', async () => {
    const { base, asked } = await api((path, tries, base) => {
      if (tries === 1) return { status: 502 };
      if (tries === 2) return { status: 403, headers: { 'x-ratelimit-remaining': '0' } };
      return course(path, tries, base);
    });
    expect((await run('plan.js', temporaryFolder(), base)).code).toBe(0);
    expect(asked.filter(({ path }) => path === '/repos/school/hw-ann/commits/main')).toHaveLength(3);
  });

  it.each([
    ['an organisation that leads elsewhere', { ORGANISATION: '../x' }, /ORGANISATION is/],
    ['a prefix that no repository has', { PREFIX: 'nobody-' }, /no repository that begins/],
    ['too many shards', { SHARDS: '300' }, /1 to 256/],
    ['a time without a zone', { BEFORE: '2027-02-15T23:59' }, /BEFORE is a time with a zone/],
    ['no token', { GH_TOKEN: '' }, /GH_TOKEN is not set/],
  ])('refuses %s', async (_, env, message) => {
    const { base } = await api(course);
    const { code, stderr } = await run('plan.js', temporaryFolder(), base, env);
    expect(code).not.toBe(0);
    expect(stderr).toMatch(message);
  });

  it('does not take the token along to another host', async () => {
    const elsewhere = await api(() => ({ body: [] }));
    const { base } = await api(() => ({ body: [], headers: { link: `<${elsewhere.base}/more>; rel="next"` } }));
    expect((await run('plan.js', temporaryFolder(), base)).code).not.toBe(0);
    expect(elsewhere.asked).toEqual([]);
  });
});

describe('fetch', () => {
  const submissions = ['ann', 'bob', 'eve'].map((student) => ({
    repository: `hw-${student}`,
    student,
    commit: student === 'eve' ? null : SHA,
    submittedAt: student === 'ann' ? PUSHED : null,
  }));
  const planned = () =>
    temporaryFolder({ 'plan.json': JSON.stringify({ organisation: 'school', prefix: 'hw-', submissions }) });

  it('leaves the archive of each pinned commit as it came, and the times of the pushes', async () => {
    const folder = planned();
    const { base } = await api(course);
    expect((await run('fetch.js', folder, base)).code).toBe(0);
    expect(readdirSync(join(folder, 'submissions'))).toEqual(['ann.zip', 'bob.zip']);
    const zip = readFileSync(join(folder, 'submissions/ann.zip'), 'utf8');
    expect(zip).toBe(`zip of /repos/school/hw-ann/zipball/${SHA}`);
    expect(readFileSync(join(folder, 'submitted.csv'), 'utf8')).toBe(`student,submitted_at\nann,${PUSHED}\n`);
  });

  it('leaves no file of times where none is known', async () => {
    const unknown = submissions.map((submission) => ({ ...submission, submittedAt: null }));
    const plan = { organisation: 'school', prefix: 'hw-', submissions: unknown };
    const folder = temporaryFolder({ 'plan.json': JSON.stringify(plan) });
    const { base } = await api(course);
    expect((await run('fetch.js', folder, base)).code).toBe(0);
    expect(readdirSync(folder).sort()).toEqual(['plan.json', 'submissions']);
  });

  it('follows to where the archives are, without the token', async () => {
    const store = await api(() => ({ body: Buffer.from('stored') }));
    // Another name for the same machine is another origin.
    const location = `${store.base.replace('127.0.0.1', 'localhost')}/archive`;
    const { base } = await api(() => ({ status: 302, headers: { location } }));
    const folder = planned();
    const { code } = await run('fetch.js', folder, base);
    expect(code).toBe(0);
    expect(store.asked.map(({ authorization }) => authorization)).toEqual([undefined, undefined]);
    expect(readFileSync(join(folder, 'submissions/bob.zip'), 'utf8')).toBe('stored');
  });

  it('fails where one archive cannot be had, rather than grade a class without it', async () => {
    const { base } = await api((path, tries, base) =>
      path.includes('hw-bob') ? { status: 500 } : course(path, tries, base),
    );
    const { code, stderr } = await run('fetch.js', planned(), base);
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/hw-bob\/zipball.*500/);
  });

  it('keeps an empty file in place of an archive that is too large, and says so', async () => {
    const folder = planned();
    const { base } = await api((path, tries, base) =>
      path.includes('hw-bob') ? { body: Buffer.alloc(2000) } : course(path, tries, base),
    );
    const { code, stdout } = await run('fetch.js', folder, base, { MOST_BYTES: '1000' });
    expect(code).toBe(0);
    expect(readFileSync(join(folder, 'submissions/bob.zip'))).toHaveLength(0);
    expect(stdout).toContain('::warning::hw-bob is larger than 1000 bytes');
    expect(existsSync(join(folder, 'submissions/ann.zip'))).toBe(true);
  });
});
