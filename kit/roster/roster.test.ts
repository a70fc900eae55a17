import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { extensionOf, joinClass, NOBODY, parseRoster, personOf } from './roster.ts';

const ROSTER = `\u{feff}Login;Name;E-mail;SIS ID;Section;GitHub;Canvas ID;Extensions;Phone\r
ada17;Lovelace, Ada;ada@uni.example;s1;A;octo-ada;101;attention=2027-02-20T23:59:00+01:00 2027-03-01T00:00:00Z;1\r
jm17;Müller, Jürgen;jm@uni.example;s2;B;;;;\r
;;;;;;;;\r
`;
const roster = parseRoster(ROSTER, 'roster.csv');
const [ada, juergen] = roster.people;
const who = (student: string, submission = student) => personOf(roster, { student, submission });

describe('roster.csv', () => {
  it('is read whatever its separator, columns and their order, and says which columns it does not read', () => {
    expect(ada).toEqual({
      ...{ login: 'ada17', name: 'Lovelace, Ada', email: 'ada@uni.example', sisId: 's1', section: 'A' },
      ...{ github: 'octo-ada', canvasId: '101' },
      extensions: [
        { assignment: 'attention', due: '2027-02-20T23:59:00+01:00' },
        { assignment: null, due: '2027-03-01T00:00:00Z' },
      ],
    });
    expect(roster.people).toHaveLength(2);
    expect(roster.unread).toEqual(['Phone']);
  });

  it.each([
    ['octo-ADA', 'octo-ADA', () => ada],
    ['ADA17', 'ADA17', () => ada],
    ['ada@UNI.example', 'submission_1', () => ada],
    ['s1', 's1', () => ada],
    ['Ada Lovelace', 'Ada Lovelace_12345_assignsubmission_file_', () => ada],
    ['lovelaceada_LATE_101_5_x.zip', 'lovelaceada_LATE_101_5_x.zip', () => ada],
    ['müllerjürgen_7_5_x', 'müllerjürgen_7_5_x.zip', () => juergen],
    ['Jürgen Müller'.normalize('NFD'), 'x', () => juergen],
    ['MÜLLER, JÜRGEN', 'x', () => juergen],
    ['nobody', 'nobody', () => null],
    ['somebodyelse_101_5_x', 'somebodyelse_101_5_x.zip', () => null],
  ])('knows %j', (student, submission, person) => {
    expect(who(student, submission)).toBe(person());
  });

  it('tells who is not in it, who did not hand in, and which students are one person', () => {
    const here = ['octo-ada', 'ada17', 'eve'].map((student) => ({ student, submission: student }));
    expect(joinClass(roster, here)).toMatchObject({
      strangers: ['eve'],
      missing: [juergen],
      shared: [['octo-ada', 'ada17']],
    });
  });

  it('has an extension of an assignment, else of any', () => {
    expect(extensionOf(ada, 'attention')).toBe('2027-02-20T23:59:00+01:00');
    expect(extensionOf(ada, 'other')).toBe('2027-03-01T00:00:00Z');
    expect(extensionOf(juergen, 'attention')).toBeNull();
  });

  it.each([
    ['nothing', '', 'has no line of column names'],
    ['no names of columns', 'ada,Ada\n', 'has no line of column names'],
    ['two columns for one thing', 'email,e-mail\na@b,a@b\n', 'two columns for email'],
    ['a login twice', 'login\nada\nADA\n', 'has login "ADA" twice'],
    ['nobody in a row', 'login,section\nada,A\n,B\n', 'row 3 has neither a login nor'],
    ['a day without a zone', 'login,extensions\nada,2027-02-20\n', 'row 2: "2027-02-20" is no extension'],
  ])('with %s is refused with the place', (_, text, problem) => {
    expect(() => parseRoster(text, 'roster.csv')).toThrow(`roster.csv`);
    expect(() => parseRoster(text, 'roster.csv')).toThrow(problem);
  });

  it('knows each of its people by every name that only one of them has', () => {
    const person = fc.record({ login: fc.stringMatching(/^[a-z]{2,6}\d$/), sisId: fc.stringMatching(/^s\d{3}$/) });
    fc.assert(
      fc.property(fc.uniqueArray(person, { selector: ({ login }) => login }), (some) => {
        const people = some
          .filter(({ sisId }, i) => some.findIndex((other) => other.sisId === sisId) === i)
          .map((known) => ({ ...NOBODY, ...known, extensions: [] }));
        for (const one of people)
          for (const student of [one.login, one.login.toUpperCase(), one.sisId])
            expect(personOf({ people, unread: [] }, { student, submission: student })).toBe(one);
      }),
    );
  });
});
