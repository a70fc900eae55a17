import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { commitDateOf } from '../testing/git.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { readSubmittedTimes } from './submitted-at.ts';

/** A repository whose checked-out commit is this object. */
function repository(content: string): string {
  const object = Buffer.from(`commit ${content.length}\0${content}`);
  const hash = createHash('sha1').update(object).digest('hex');
  const folder = temporaryFolder({ '.git/HEAD': `${hash}\n` });
  mkdirSync(join(folder, '.git/objects', hash.slice(0, 2)), { recursive: true });
  writeFileSync(join(folder, '.git/objects', hash.slice(0, 2), hash.slice(2)), deflateSync(object));
  return folder;
}

const commit = (message: string) => `tree ${'0'.repeat(40)}
author Ada <ada@example.edu> 1700000000 +0000
committer Ada <ada@example.edu> 1802750400 +0100

${message}`;

describe('the date of a commit', () => {
  it('is the committer’s, in UTC, and not what a message says', () => {
    const message = 'done\n\ncommitter Eve <e@e> 1 +0000\n';
    expect(commitDateOf(repository(commit(message)))).toBe('2027-02-16T04:00:00.000Z');
  });

  it.each([
    ['there is no repository', () => temporaryFolder()],
    ['the object is not there', () => temporaryFolder({ '.git/HEAD': 'a'.repeat(40) })],
    ['the object says none', () => repository('tree x\n\ncommitter Eve <e@e> 1 +0000\n')],
    ['the object is a bomb', () => repository(commit('x'.repeat(20 * 1024 * 1024)))],
  ])('is not known where %s', (_, folder) => {
    expect(commitDateOf(folder())).toBeNull();
  });
});

describe('a file of times', () => {
  const read = (text: string) => [...readSubmittedTimes(join(temporaryFolder({ 't.csv': text }), 't.csv'))];

  it('has a student and a time with a zone a line, below names or none', () => {
    const ada = ['ada', '2027-02-15T22:59:00.000Z'];
    expect(read('ada,2027-02-15T23:59:00+01:00\n')).toEqual([ada]);
    expect(read('\ufeffstudent,time\r\n"ada",2027-02-15T23:59:00+01:00\r\n')).toEqual([ada]);
  });

  it.each([';', '\t'])('may have %j between the two', (delimiter) => {
    const ada = ['ada, countess', '2027-02-15T22:59:00.000Z'];
    expect(read(`ada, countess${delimiter}2027-02-15T23:59:00+01:00\n`)).toEqual([ada]);
  });

  it('may be UTF-16, as spreadsheets call "Unicode text"', () => {
    const folder = temporaryFolder();
    const text = '\ufeffstudent\ttime\r\nAda\t2027-02-15T23:59:00Z\r\n';
    writeFileSync(join(folder, 't.txt'), Buffer.from(text, 'utf16le'));
    expect([...readSubmittedTimes(join(folder, 't.txt'))]).toEqual([['Ada', '2027-02-15T23:59:00.000Z']]);
  });

  it.each([
    ['', 'there is no time in it; expected lines such as ada,2027-02-15T23:59:00+01:00'],
    ['student,time\n', 'there is no time in it'],
    ['student time\nada 2027-02-15T23:59:00Z\n', 'line 2: "" is not a time'],
    [',2027-02-15T23:59:00Z\n', 'line 1: there is a time, but no student'],
    ['ada,2027-02-15T23:59:00\n', 'line 1: "2027-02-15T23:59:00" is not a time with a zone'],
    ['student,time\nada,yesterday\n', 'line 2: "yesterday" is not a time'],
    ['ada,2027-02-15T23:59:00Z\nada,2027-02-15T23:59:00Z\n', 'line 2: ada is there twice'],
  ])('is refused with %j', (text, message) => {
    expect(() => read(text)).toThrow(message);
  });
});
