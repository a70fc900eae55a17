import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Gradebook } from '../report/gradebook.ts';
import { sampleReport } from '../testing/sample-report.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { run } from './format.ts';

const gradebook: Gradebook = {
  schema: 'attention-kit/gradebook/v1',
  assignment: null,
  title: 'Attention',
  maxScore: 8,
  entries: ['ada', 'bob\u001b[2J'].map((student) => ({
    student,
    submission: student,
    submittedAt: null,
    status: 'graded',
    score: 5,
    maxScore: 8,
    problem: null,
    report: null,
  })),
};
const folder = temporaryFolder({
  'report.json': JSON.stringify(sampleReport),
  'gradebook.json': JSON.stringify(gradebook),
  'others.csv': 'Student,ID,SIS Login ID,Attention (1)\nZ,1,zoe,\n',
  'canvas.csv': 'Student,ID,SIS Login ID,Attention (1)\nA,1,ada,\n',
});
const file = (name: string) => join(folder, name);

afterEach(() => vi.restoreAllMocks());

describe('kit format', () => {
  it('writes a report in another format to a file or the terminal', async () => {
    expect(await run(file('report.json'), { as: 'junit', out: file('new/out.xml') })).toBe(0);
    expect(readFileSync(file('new/out.xml'), 'utf8')).toMatch(/^<\?xml /);
    const stdout = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    await run(file('report.json'), { as: 'markdown' });
    expect(stdout.mock.calls.join('')).toMatch(/^## Not graded yet/);
  });

  it('fills in an exported gradebook, and says harmlessly who is not in it', async () => {
    const stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    await run(file('gradebook.json'), { as: 'canvas', fill: file('canvas.csv'), out: file('out.csv') });
    expect(readFileSync(file('out.csv'), 'utf8')).toContain('A,1,ada,5\n');
    expect(stderr.mock.calls.join('')).toBe('kit: not in the export, so not filled in: bob\u{fffd}[2J\n');
  });

  it("takes the folder of a class's grades for its gradebook", async () => {
    const stdout = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    await run(folder, { as: 'csv' });
    expect(stdout.mock.calls.join('')).toContain('ada,');
    await expect(run(temporaryFolder(), { as: 'csv' })).rejects.toThrow(/gradebook\.json cannot be read/);
  });

  it.each([
    ['report.json', {}, 'name the format with --as: terminal, json, '],
    ['report.json', { as: 'canvas' }, 'it is a report, but that format is of a gradebook'],
    ['gradebook.json', { as: 'junit' }, 'it is a gradebook, but that format is of one report'],
    ['gradebook.json', { as: 'pdf' }, 'there is no format "pdf"; there are json, csv, '],
    ['gradebook.json', { as: 'canvas' }, 'fills in a gradebook exported from Canvas: name it with --fill'],
    ['report.json', { as: 'junit', visibility: ['all=hidden'] }, 'knows no visibility; remove --visibility'],
    ['gradebook.json', { as: 'csv', overwrite: true }, 'fills in no file; remove --overwrite'],
    ['gradebook.json', { as: 'csv', roster: '/no/roster.csv' }, '/no/roster.csv cannot be read'],
    [
      'gradebook.json',
      { as: 'canvas', fill: file('others.csv') },
      'none of the 2 students with a grade is in the export',
    ],
    ['gradebook.json', { as: 'csv', fill: 'x' }, 'fills in no file; remove --fill'],
    ['report.json', { as: 'junit', fill: 'x' }, 'fills in no file; remove --fill'],
    ['gradebook.json', { as: 'canvas', fill: '/no/such.csv' }, '/no/such.csv cannot be read'],
    ['report.json', { as: 'junit', out: folder }, 'it is a folder; name a file in it'],
  ])('refuses what does not go together: %s %j', async (name, options, problem) => {
    await expect(run(file(name), options)).rejects.toThrow(problem);
  });
});
