import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { readAttempts } from './attempts.ts';
import { type AttemptLine, Journal, type JournalRecord, keyOf, readJournal } from './journal.ts';

const of = (student: string) => ({ student, submission: student });
const record = (student: string): JournalRecord => ({
  ...of(student),
  fingerprint: 'f',
  submittedAt: null,
  status: 'graded',
  problem: null,
  report: null,
});

it('what was begun and came to no record is told from the journal, and no record is lost by it', () => {
  const file = join(temporaryFolder(), 'journal.jsonl');
  const lines: (AttemptLine | JournalRecord)[] = [
    { began: of('done'), alone: false },
    { began: of('open'), alone: false },
    { began: of('ended'), alone: false },
    record('done'),
    { ended: of('ended'), by: 'submission', reason: 'stuck' },
    { began: of('open'), alone: true },
    { began: of('ended'), alone: true },
    { ended: of('ended'), by: 'machine', reason: 'killed' },
  ];
  const journal = new Journal(file);
  for (const line of lines) journal.append(line);
  journal.close();
  writeFileSync(file, '\0\0\0\n{"began":', { flag: 'a' });
  const attempts = readAttempts(file);
  expect([...attempts.keys()].sort()).toEqual(['ended', 'open'].map((name) => keyOf(of(name))));
  expect(attempts.get(keyOf(of('open')))).toMatchObject({ open: 2, openAlone: 1, ends: { submission: 0, machine: 0 } });
  expect(attempts.get(keyOf(of('ended')))).toMatchObject({
    open: 0,
    openAlone: 0,
    ends: { submission: 1, machine: 1 },
  });
  expect([...readJournal(file).values()]).toEqual([record('done')]);
});
