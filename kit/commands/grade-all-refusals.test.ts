import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { bytesOf, classOf, gradeAll, kit, PATIENCE } from '../testing/run-kit.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';

describe('a command that is refused', PATIENCE, () => {
  const finished = classOf(['correct', 'untouched']);
  const finishedFiles = () =>
    Object.fromEntries(
      readdirSync(finished.out).map((name) => {
        const stats = statSync(join(finished.out, name));
        return [name, [stats.mtimeMs, stats.size, stats.ino]];
      }),
    );
  beforeAll(() => kit(...gradeAll(finished.folder, finished.out)), PATIENCE.timeout);
  const other = classOf(['exits']);

  it.each([
    ['other exercises', ['grade-all', finished.folder, '--exercise', '02', '--seed', 'tests'], 'other exercises'],
    ['an assignment', ['grade-all', finished.folder, '--assignment', 'attention-fundamentals'], 'other exercises'],
    ['a shard', gradeAll(finished.folder, finished.out, '--shard', '1/2'), 'the grades of the whole class'],
    ['another seed', ['grade-all', finished.folder, '--exercise', 'softmax', '--seed', 'x'], 'another seed'],
    ['another class', gradeAll(other.folder, finished.out), 'another class, with correct in it'],
  ])('for %s, it leaves the finished grades as they are', async (_, args, message) => {
    const was = finishedFiles();
    expect(Object.keys(was)).toContain('gradebook.json');
    const { code, stderr } = await kit(...args, '--out', finished.out);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(message) });
    expect(finishedFiles()).toEqual(was);
  });

  it('as a merge too: the grades of the whole class are not replaced by those of a shard of another', async () => {
    const shard = join(temporaryFolder(), 'one');
    await kit(...gradeAll(other.folder, shard, '--shard', '1/1'));
    const was = finishedFiles();
    const { code, stderr } = await kit('merge', shard, '--out', finished.out);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('another class') });
    expect(finishedFiles()).toEqual(was);
  });
});

describe('a finished gradebook', PATIENCE, () => {
  it('keeps the gradebook before, where the grades changed, and names who is gone', async () => {
    const { folder, out } = classOf(['correct', 'untouched']);
    await kit(...gradeAll(folder, out));
    const old = bytesOf(out);
    await kit(...gradeAll(folder, out));
    expect(existsSync(join(out, 'gradebook.previous.json'))).toBe(false);
    rmSync(join(folder, 'untouched'), { recursive: true });
    const { stderr } = await kit(...gradeAll(folder, out));
    expect(stderr).toMatch(/no longer in the folder.*: untouched\n/);
    expect(readFileSync(join(out, 'gradebook.previous.json'), 'utf8')).toBe(old);
  });
});
