import { describe, expect, it } from 'vitest';
import { InputError } from '../course/input-error.ts';
import { joinLists, peopleIn } from './from-exports.ts';

const CANVAS = `Student;ID;SIS User ID;SIS Login ID;Section;Softmax (1)
;;;;;Manual Posting
    Points Possible;;;;;10,00
Lovelace, Ada;101;s1;ada;A;
Hopper, Grace;102;s2;grace@uni.example;A;
Müller, Jürgen;103;s3;jm17;B;
Student, Test;104;;0f5c;A;
`;
const CLASSROOM = `"identifier","github_username","github_id","name"
"Ada Lovelace","octo-ada","1","ada l"
"grace@uni.example","Hopper","2",""
"s3","jm","3",""
"Eve Nobody","","",""
`;
const CLASSROOM_GRADES =
  'assignment_name,assignment_url,starter_code_url,github_username,roster_identifier,student_repository_name,student_repository_url,submission_timestamp,points_awarded,points_available\nHW,u,s,octo-ada,ada,r,u,t,1,2\n';
const CLASSROOM_50 =
  'username,first_name,last_name,email,section,github_id,role\nocto-ada,Ada,Lovelace,ada@uni.edu,Lab 1,1,student\n';
const SCORES = JSON.stringify({
  schema: 'classroom50/scores/v1',
  assignments: {
    a: { type: 'group', entries: [{ owner: 'x', member_usernames: ['x', 'y'], submissions: [] }] },
    b: { type: 'individual', entries: [{ owner: 'X', submissions: [] }] },
  },
});
const PARTICIPANTS = 'Vorname,Nachname,ID-Nummer,E-Mail-Adresse,Gruppen\nAda,Lovelace,s1,ada@uni.example,G1\n';
const WORKSHEET =
  'Identifier,"Full name","Email address",Status,Grade\n"Participant 1","Ada Lovelace",ada@uni.example,x,\n';
const GRADESCOPE = 'First Name,Last Name,SID,Email,Sections\nAda,Lovelace,s1,ada@uni.example,A\n';

const briefly = (text: string) =>
  peopleIn(text, 'x').map((person) =>
    Object.fromEntries(Object.entries(person).filter(([, value]) => value.length > 0)),
  );

describe('people of an export', () => {
  it.each([
    ["Canvas's gradebook", CANVAS, { name: 'Lovelace, Ada', login: 'ada', sisId: 's1', canvasId: '101', section: 'A' }],
    ["GitHub Classroom's roster", CLASSROOM, { identifier: 'Ada Lovelace', github: 'octo-ada', name: 'ada l' }],
    ["GitHub Classroom's grades", CLASSROOM_GRADES, { identifier: 'ada', github: 'octo-ada' }],
    [
      "Classroom 50's roster",
      CLASSROOM_50,
      { github: 'octo-ada', name: 'Lovelace, Ada', email: 'ada@uni.edu', section: 'Lab 1' },
    ],
    ["Classroom 50's scores", SCORES, { github: 'X' }],
    [
      "Moodle's participants, in German",
      PARTICIPANTS,
      { name: 'Lovelace, Ada', sisId: 's1', email: 'ada@uni.example', section: 'G1' },
    ],
    ["Moodle's grading worksheet", WORKSHEET, { name: 'Ada Lovelace', email: 'ada@uni.example' }],
    ["Gradescope's scores", GRADESCOPE, { name: 'Lovelace, Ada', email: 'ada@uni.example', sisId: 's1', section: 'A' }],
    ['a roster', 'login,github\nada,octo-ada\n', { login: 'ada', github: 'octo-ada' }],
  ])('are read from %s', (_, text, first) => {
    expect(briefly(text)[0]).toEqual(first);
  });

  it("are no points, no notes and not Canvas's test student", () => {
    expect(peopleIn(CANVAS, 'x').map(({ canvasId }) => canvasId)).toEqual(['101', '102', '103']);
  });

  it.each([
    ['another table', 'a,b\n1,2\n', 'x is no list of people that is known'],
    ['other JSON', '{"a":1}', 'x is no list of people'],
    ['nobody', CANVAS.split('\n').slice(0, 3).join('\n'), 'x has nobody in it'],
  ])('are none in %s', (_, text, problem) => {
    expect(() => peopleIn(text, 'x')).toThrow(InputError);
    expect(() => peopleIn(text, 'x')).toThrow(problem);
  });
});

describe('the same people on several platforms', () => {
  it('are one, by whatever the other platform calls them, and the others are named', () => {
    const { people, alone } = joinLists([peopleIn(CANVAS, 'c'), peopleIn(CLASSROOM, 'g')]);
    expect(people.map(({ name, github, canvasId }) => [name, github, canvasId])).toEqual([
      ['Lovelace, Ada', 'octo-ada', '101'],
      ['Hopper, Grace', 'Hopper', '102'],
      ['Müller, Jürgen', 'jm', '103'],
      ['Eve Nobody', '', ''],
    ]);
    expect(alone.map((some) => some.map(({ name }) => name))).toEqual([[], ['Eve Nobody']]);
  });

  it('are two where another number says so, or where a name does not tell', () => {
    const joined = (second: string) => joinLists([peopleIn(CANVAS, 'c'), peopleIn(second, 'm')]).people.length;
    expect(joined(PARTICIPANTS)).toBe(3);
    expect(joined(PARTICIPANTS.replace('s1', 's9'))).toBe(4);
    const twins = `${CANVAS}Lovelace, Ada;105;s5;ada5;A;\n`;
    expect(joinLists([peopleIn(twins, 'c'), peopleIn(WORKSHEET, 'm')]).people).toHaveLength(5);
  });

  it('keep the extensions of a roster that is there', () => {
    const mine = 'login,sis_id,extensions\nada,s1,a=2027-02-20T23:59:00+01:00\n';
    const [ada] = joinLists([peopleIn(mine, 'r'), peopleIn(CANVAS, 'c')]).people;
    expect(ada).toMatchObject({ canvasId: '101', extensions: [{ assignment: 'a' }] });
  });
});
