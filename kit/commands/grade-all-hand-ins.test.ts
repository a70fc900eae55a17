/** What students really hand in: a class as several platforms and systems pack it, in one run. */
import { cpSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commitAll } from '../testing/git.ts';
import { makeZip } from '../testing/make-zip.ts';
import { gradeAll, gradebookIn, kit, PATIENCE, SUBMISSIONS, scoresIn } from '../testing/run-kit.ts';
import { temporaryFolder, writeFiles } from '../testing/temporary-folder.ts';

const SOFTMAX = 'exercises/01-attention-fundamentals/softmax.ts';
const right = readFileSync(join(SUBMISSIONS, 'correct', SOFTMAX), 'utf8');

describe('a class', PATIENCE, () => {
  it('is graded whatever lies beside the exercises, and what is nobody’s or missing is named', async () => {
    const root = temporaryFolder({
      'class/folder/deep/in/it/.keep': '',
      'class/empty/notes.md': '',
      'class/notes.txt': '',
    });
    const folder = join(root, 'class');
    writeFiles(folder, { [`folder/deep/in/it/${SOFTMAX}`]: right });
    const modules = Array.from({ length: 6000 }, (_, i) => ({ name: `w/node_modules/p${i}/i.js` }));
    const link = { name: 'w/node_modules/.bin/tsc', data: '../x', mode: 0o120777 };
    const zone = { name: `w/${SOFTMAX}:Zone.Identifier`, data: '[ZoneTransfer]' };
    writeFileSync(join(folder, 'zip.zip'), makeZip([...modules, link, zone, { name: `w/${SOFTMAX}`, data: right }]));
    writeFileSync(
      join(folder, 'linked.zip'),
      makeZip([{ name: SOFTMAX, data: '/etc/passwd', mode: 0o120777 }, { name: 'exercises/b.ts' }]),
    );
    const latin = Buffer.concat([Buffer.from(`${folder}/J`), Buffer.from([0xf6])]);
    if (process.platform === 'linux') cpSync(join(SUBMISSIONS, 'correct'), join(folder, 'aside'), { recursive: true });
    if (process.platform === 'linux') renameSync(join(folder, 'aside'), latin);
    symlinkSync('/etc', join(folder, 'mallory'));
    const out = join(root, 'grades');

    const { code, stdout, stderr } = await kit(...gradeAll(folder, out));
    expect(code).toBe(0);
    const scores = { empty: 0, folder: 10, linked: 0, zip: 10 };
    expect(scoresIn(out)).toEqual(process.platform === 'linux' ? { ...scores, Jö: 10 } : scores);
    expect(stderr).toContain('Not graded, since they are links: mallory\n');
    expect(stderr).toContain('zip  10/10  (passed over: node_modules/ (6001 files), exercises/…:Zone.Identifier)\n');
    expect(stdout).toContain('empty: it has no exercises/ folder; what is there: notes.md\n');
    const linked = gradebookIn(out).entries.find(({ student }) => student === 'linked');
    expect(linked?.report?.exercises[0].problem).toBe(`${SOFTMAX}: it is a link; hand in a plain source file`);

    rmSync(join(folder, 'zip.zip'));
    const again = await kit(...gradeAll(folder, out));
    expect(again.stderr).toMatch(/Graded before and no longer in the folder.*: zip\n/);
  });

  it('has its times where .git is, takes the last commit in time if asked, and says whose time is not known', async () => {
    const root = temporaryFolder();
    const folder = join(root, 'attention-fundamentals-submissions');
    const ada = join(folder, 'attention-fundamentals-ada');
    mkdirSync(ada, { recursive: true });
    writeFiles(ada, { [`repo/${SOFTMAX}`]: right });
    commitAll(ada, '2027-02-15T20:00:00+01:00');
    writeFiles(ada, { 'repo/notes.md': 'late', [`repo/${SOFTMAX}`]: 'export {};\n' });
    commitAll(ada, '2027-02-18T20:00:00+01:00');
    writeFiles(folder, { [`bob/${SOFTMAX}`]: right });
    const args = [
      'grade-all',
      folder,
      '--assignment',
      'attention-fundamentals',
      '--seed',
      's',
      '--out',
      join(root, 'grades'),
    ];
    const unknown = 'It is not known when these handed in, so they count as in time; give the times with --submitted';

    const last = await kit(...args);
    expect(last.stderr).toContain(`${unknown} (student,time): bob\n`);
    expect(last.stderr).toMatch(/These do not begin with "attention-fundamentals-" as the others do.*: bob\n/);
    const entriesOf = () =>
      Object.fromEntries(gradebookIn(join(root, 'grades')).entries.map((entry) => [entry.student, entry]));
    expect(entriesOf().ada).toMatchObject({ score: 0, submittedAt: '2027-02-18T19:00:00.000Z' });
    expect(entriesOf().bob).toMatchObject({ score: 10, submittedAt: null });

    expect((await kit(...args, '--last-in-time')).code).toBe(0);
    expect(entriesOf().ada).toMatchObject({ score: 10, submittedAt: '2027-02-15T19:00:00.000Z' });
    expect(entriesOf().ada.report?.adjustments).toBeUndefined();
  });

  it('is not graded by times of which none can be read', async () => {
    const root = temporaryFolder({ [`class/ada/${SOFTMAX}`]: right, 'times.csv': 'student time\n' });
    const args = gradeAll(join(root, 'class'), join(root, 'grades'), '--submitted', join(root, 'times.csv'));
    const { code, stderr } = await kit(...args);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('there is no time in it') });
  });
});
