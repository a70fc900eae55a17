import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { isInShard } from '../class/shard.ts';
import type { Gradebook } from '../report/gradebook.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { run as adjust } from './adjust.ts';
import { run as merge } from './merge.ts';

const SHARDS = [1, 2].map((index) => ({ index, count: 2 }));
const NAMES = ['ada', 'bob', 'cem', 'dora', 'eve', 'fay'];
const membersOf = (index: number) => NAMES.filter((name) => isInShard(name, SHARDS[index]));

/** A finished shard, as grade-all leaves it, without its journal. */
function shard(
  index: number,
  { missing = ['Zoe'], whole = 'one' }: { missing?: string[]; whole?: string | null } = {},
): string {
  const students = membersOf(index);
  const entries = students.map((student) => ({
    ...{ student, submission: student, submittedAt: null, status: 'unreadable', score: 0, maxScore: 8 },
    ...{ problem: 'torn', report: null },
  }));
  return temporaryFolder({
    'run.json': JSON.stringify({
      ...{ schema: 'attention-kit/run/v1', assignment: null, exercises: ['x'], backend: 'wasm', timeout: 10 },
      ...{ graders: 'g', seed: 's', shard: SHARDS[index], students, class: whole },
    }),
    'gradebook.json': JSON.stringify({
      ...{ schema: 'attention-kit/gradebook/v1', assignment: null, title: 'T', maxScore: 8, entries, missing },
    }),
  });
}

const scoresIn = (folder: string) => {
  const { entries } = JSON.parse(readFileSync(join(folder, 'gradebook.json'), 'utf8')) as Gradebook;
  return Object.fromEntries(entries.map(({ student, score }) => [student, score]));
};

beforeEach(() => vi.spyOn(process.stdout, 'write').mockReturnValue(true));
afterEach(() => vi.restoreAllMocks());

describe('shards that are merged', () => {
  it('bring their corrections with them, and those made after an earlier merge stay', async () => {
    const [one, two] = [shard(0), shard(1)];
    const [first] = membersOf(0);
    const [second] = membersOf(1);
    const out = join(temporaryFolder(), 'merged');
    await adjust(first, { points: '2', because: 'x', grades: one });
    await merge([one, two], { out });
    await adjust(second, { points: '3', because: 'y', grades: out });
    await merge([two, one], { out });
    expect(scoresIn(out)).toEqual({ ...Object.fromEntries(NAMES.map((name) => [name, 0])), [first]: 2, [second]: 3 });
  });

  it.each([
    ['another class', { whole: 'two' }, 'another class'],
    ['another roster', { missing: ['Zed'] }, 'another roster'],
    ['a class that an older kit did not note', { whole: null }, 'does not say of which class'],
  ])('are refused where one is of %s', async (_, options, problem) => {
    const out = join(temporaryFolder(), 'merged');
    await expect(merge([shard(0), shard(1, options)], { out })).rejects.toThrow(problem);
  });
});
