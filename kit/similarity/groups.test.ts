import { expect, it } from 'vitest';
import { groupsOf } from './groups.ts';

const handedIn = (...owned: [student: string, submission: string][]) =>
  groupsOf(owned.map(([student, submission]) => ({ student, submission, submittedAt: null })));

it('of several submissions counts the last, and a submission of several students once', () => {
  expect(handedIn(['ada', '1'], ['ada', '2'], ['bob', '2'], ['cem', '3'])).toEqual([
    { students: ['ada', 'bob'], submission: '2', partners: new Set() },
    { students: ['cem'], submission: '3', partners: new Set() },
  ]);
});

it('partners are those who all handed in together once; a new member of one group is none of the other', () => {
  const partnersOf = (groups: ReturnType<typeof handedIn>) => groups.map(({ partners }) => [...partners]);
  expect(partnersOf(handedIn(['ada', '1'], ['bob', '1'], ['bob', '2']))).toEqual([['bob'], ['ada']]);
  expect(partnersOf(handedIn(['ada', '1'], ['bob', '1'], ['bob', '2'], ['cem', '2']))).toEqual([[], []]);
});
