import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { run } from './roster.ts';
import { rosterIn } from './roster-file.ts';

const folder = temporaryFolder({
  'canvas.csv':
    'Student,ID,SIS User ID,SIS Login ID,Section,A (1)\n"=cmd, Ada",101,s1,ada,S,\n"Hopper, Grace",102,s2,grace,S,\n',
  'github.csv': '"identifier","github_username","github_id","name"\n"ada","octo-ada","1",""\n"eve","eve-gh","2",""\n',
  'mine.csv': 'login,extensions\nada,2027-02-20T23:59:00+01:00\n',
});
const file = (name: string) => join(folder, name);

afterEach(() => vi.restoreAllMocks());

it('writes who is who, reads it again, and says whom it could not join', async () => {
  const stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  expect(await run([file('canvas.csv'), file('github.csv')], { out: file('roster.csv') })).toBe(0);
  expect(readFileSync(file('roster.csv'), 'utf8')).toBe(
    `login,name,email,sis_id,section,github,canvas_id,extensions
ada,"'=cmd, Ada",,s1,S,octo-ada,101,
grace,"Hopper, Grace",,s2,S,,102,
eve,,,,,eve-gh,,
`,
  );
  expect(rosterIn(file('roster.csv')).people[0].name).toBe('=cmd, Ada');
  const said = stderr.mock.calls.join('');
  expect(said).toContain('3 people in the roster.');
  expect(said).toMatch(/Only in .*canvas\.csv, so not joined with anyone: Hopper, Grace grace\n/);
  expect(said).toMatch(/Only in .*github\.csv, so not joined with anyone: eve\n/);
  expect(said).toContain('Without a GitHub login: Hopper, Grace grace');
});

it('does not replace a roster that is there, unless it goes into the new one', async () => {
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  await expect(run([file('canvas.csv')], { out: file('mine.csv') })).rejects.toThrow('is there already');
  await run([file('mine.csv'), file('canvas.csv')], { out: file('mine.csv') });
  expect(rosterIn(file('mine.csv')).people[0]).toMatchObject({ canvasId: '101', extensions: [{ assignment: null }] });
});
