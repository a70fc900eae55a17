import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { run } from './export.ts';

const ASSIGNMENT = 'attention-fundamentals';
const AUTOGRADER = `autograders/${ASSIGNMENT}/autograder.py`;

afterEach(() => void vi.restoreAllMocks());

async function exported(folder: string, classroom50?: string) {
  const out = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  await run(folder, { assignment: ASSIGNMENT, classroom50, json: true });
  return JSON.parse(String(out.mock.lastCall?.[0]));
}

describe('kit export --classroom50', () => {
  it('writes the autograder and the entry beside the repository, and again leaves what was changed', async () => {
    const folder = temporaryFolder();
    const beside = join(folder, 'repo-classroom50');
    const said = await exported(join(folder, 'repo'), 'school/attention');
    expect(said.classroom50.folder).toBe(beside);
    expect(said.classroom50.written).toEqual(expect.arrayContaining(['assignments-entry.json', AUTOGRADER]));
    expect(said.written).not.toContain(AUTOGRADER);
    const entry = JSON.parse(readFileSync(join(beside, 'assignments-entry.json'), 'utf8'));
    const template = { owner: 'school', repo: 'attention', branch: 'main' };
    expect(entry).toMatchObject({ slug: ASSIGNMENT, due: '2027-02-15T22:59:00Z', template });
    expect(readFileSync(join(beside, AUTOGRADER), 'utf8')).toContain('01-attention-fundamentals/scaled-dot-product');

    writeFileSync(join(beside, AUTOGRADER), '# mine');
    const { classroom50 } = await exported(join(folder, 'repo'), 'school/attention@term-2');
    expect(classroom50).toMatchObject({ written: ['assignments-entry.json'], kept: [AUTOGRADER], unchanged: 0 });
    expect(readFileSync(join(beside, AUTOGRADER), 'utf8')).toBe('# mine');
  });

  it('writes nothing at all where the template is none, or something else is in its folder', async () => {
    const folder = temporaryFolder({ 'taken-classroom50/thesis.tex': 'mine' });
    await expect(exported(join(folder, 'repo'), 'attention')).rejects.toThrow(/owner\/repository/);
    await expect(exported(join(folder, 'taken'), 'school/attention')).rejects.toThrow(/is not empty/);
    expect(readdirSync(folder)).toEqual(['taken-classroom50']);
  });

  it('is asked for: without it nothing is written beside the repository', async () => {
    const folder = temporaryFolder();
    expect(await exported(join(folder, 'repo'))).not.toHaveProperty('classroom50');
    expect(existsSync(join(folder, 'repo-classroom50'))).toBe(false);
  });
});
