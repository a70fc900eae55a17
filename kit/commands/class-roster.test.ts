import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Assignment } from '../course/assignments.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { classRoster } from './class-roster.ts';

const assignment = { name: 'a', title: 'A', exercises: [], due: '2027-02-15T23:59:00+01:00' } as unknown as Assignment;
const handedIn = ['octo-ada', 'eve'].map((student) => ({ student, submission: student }));
const rosterOf = (text: string) => join(temporaryFolder({ 'roster.csv': text }), 'roster.csv');

describe('a class with a roster', () => {
  it('has extensions, and is told who is missing and who is not in it', () => {
    const file = rosterOf(
      'login,name,github,extensions,phone\nada,Ada,Octo-Ada,a=2027-02-20T23:59:00+01:00,1\nbob,Bob,,,\n',
    );
    expect(classRoster(file, handedIn, assignment)).toEqual({
      dueOf: new Map([['octo-ada', '2027-02-20T23:59:00+01:00']]),
      missing: ['Bob bob'],
      notes: ['Not in the roster: eve', 'Columns of the roster that are not read: phone'],
    });
  });

  it('has no extension that ends before the due date: of this assignment it is a mistake', () => {
    const earlier = (name: string) => rosterOf(`github,extensions\nocto-ada,${name}2027-02-10T23:59:00+01:00\n`);
    expect(classRoster(earlier(''), handedIn, assignment).dueOf.size).toBe(0);
    expect(classRoster(earlier('b='), handedIn, assignment).dueOf.size).toBe(0);
    expect(() => classRoster(earlier('a='), handedIn, assignment)).toThrow('before a is due');
  });

  it('is as before without one', () => {
    expect(classRoster(undefined, handedIn, assignment)).toEqual({ dueOf: new Map(), notes: [] });
  });
});
