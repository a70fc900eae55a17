import { spawn } from 'node:child_process';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { InputError } from '../course/input-error.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { Journal, type JournalRecord, readJournal } from './journal.ts';
import { lockFolder } from './lock.ts';

const record = (student: string, fingerprint = 'f'): JournalRecord => ({
  student,
  submission: student,
  fingerprint,
  submittedAt: null,
  status: 'graded',
  problem: null,
  report: null,
});

const journal = (...records: JournalRecord[]): string => {
  const file = join(temporaryFolder(), 'journal.jsonl');
  const opened = new Journal(file);
  for (const each of records) opened.append(each);
  opened.close();
  return file;
};

const studentsIn = (file: string) => [...readJournal(file).values()].map(({ student }) => student);

describe('a journal', () => {
  it('gives the last record of each submission', () => {
    const file = journal(record('ada', 'old'), record('bob'), record('ada', 'new'));
    expect([...readJournal(file).values()].map(({ student, fingerprint }) => [student, fingerprint])).toEqual([
      ['ada', 'new'],
      ['bob', 'f'],
    ]);
  });

  it('ignores a last line that was cut off, wherever, and goes on after it on a line of its own', () => {
    const whole = `${JSON.stringify(record('bob'))}\n`;
    for (const cut of [1, whole.length >> 1, whole.length - 1]) {
      const file = journal(record('ada'));
      appendFileSync(file, whole.slice(0, cut));
      expect(studentsIn(file)).toEqual(['ada']);
      const again = new Journal(file);
      again.append(record('eve'));
      again.close();
      expect(studentsIn(file)).toEqual(['ada', 'eve']);
    }
  });

  it('passes over a line that is none', () => {
    const file = journal(record('ada'));
    appendFileSync(file, `${'\0'.repeat(50)}\n${JSON.stringify(record('bob'))}\n`);
    expect(studentsIn(file)).toEqual(['ada', 'bob']);
  });
});

describe('the lock of a folder', () => {
  it('keeps a second run out until the first gives it back', () => {
    const folder = temporaryFolder();
    const unlock = lockFolder(folder);
    expect(() => lockFolder(folder)).toThrow(InputError);
    expect(() => lockFolder(folder)).toThrow(/in use by another run/);
    unlock();
    lockFolder(folder)();
  });

  it('is taken over from a process that is gone', async () => {
    const folder = temporaryFolder();
    const child = spawn(process.execPath, ['-e', '']);
    await new Promise((resolve) => child.on('close', resolve));
    writeFileSync(join(folder, 'lock'), JSON.stringify({ pid: child.pid, host: hostname(), started: null }));
    const unlock = lockFolder(folder);
    expect(JSON.parse(readFileSync(join(folder, 'lock'), 'utf8'))).toMatchObject({ pid: process.pid });
    unlock();
  });

  it.runIf(process.platform === 'linux')('is taken over where the number now belongs to another process', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'lock'), JSON.stringify({ pid: process.pid, host: hostname(), started: '1' }));
    lockFolder(folder)();
  });

  it('of another machine is left to people', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'lock'), JSON.stringify({ pid: 1, host: 'elsewhere', started: null }));
    expect(() => lockFolder(folder)).toThrow(/process 1 on elsewhere; if that run is gone, remove/);
  });
});
