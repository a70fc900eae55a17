/** The README of a student's repository: what to do in the first minute, what is worth how much, and until when. */
import type { Assignment } from '../course/assignments.ts';
import { ALWAYS_GIVEN } from '../course/given.ts';

export interface ReadmeExercise {
  id: string;
  title: string;
  points: number;
}

/** @param given paths below exercises/ of what is given */
export function studentReadme(
  assignment: Omit<Assignment, 'exercises'>,
  exercises: ReadmeExercise[],
  given: string[] = [ALWAYS_GIVEN],
): string {
  const [first] = exercises;
  const total = exercises.reduce((sum, { points }) => sum + points, 0);
  const name = first.id.split('/')[1];
  return `# ${assignment.title}

You write attention mechanisms, one function at a time, in TypeScript with TensorFlow.js. A judge on your own machine
runs what you wrote and says what is wrong, where, and which mistake it looks like.

## The first minute

Node 20.19 or later, then:

\`\`\`sh
npm ci
npm start
\`\`\`

It opens on the first exercise that is not finished, \`exercises/${first.id}.ts\`. Read the comment at its top, fill in
the first TODO, and save: the verdict follows each save.

## Exercises

| exercise | lecture | points |
| --- | --- | ---: |
${exercises.map(row).join('\n')}
| | | ${total} |

${rules(assignment)}The README of a lecture explains the mechanism with a worked example. \`exercises/arguments.ts\` is given: it checks
arguments, so that your lines are about attention.${others(given)} You may add files of your own below \`exercises/\`.

## Other ways to run

\`\`\`sh
npx kit run ${name}           # judge one exercise once
npx kit run --debug ${name}   # in one process, so that breakpoints in your file stop it
npx kit list${' '.repeat(name.length + 11)}# all exercises
npm test${' '.repeat(name.length + 15)}# all of them, as vitest tests
npx vitest -t "${'finite'}"${' '.repeat(Math.max(1, name.length + 1))}# those whose names say so, again at every save
npx vitest --ui${' '.repeat(name.length + 8)}# the same in a browser
npx kit doctor${' '.repeat(name.length + 9)}# what this machine has, if something does not start
\`\`\`

In VS Code the Vitest extension shows the tests, and "Debug the exercise in the editor" (F5) stops at breakpoints.

## Grading

Grading runs the checks that you see here, with further cases that you do not. Code that does what its comment says
passes them too. \`graders/\`, \`fixtures/\`, \`tests/\`, \`vendor/\` and the files that are given are the judge's: grading
uses its own copies, so changes there change nothing.
`;
}

/** What is given besides the checks of arguments. */
function others(given: string[]): string {
  const names = given.filter((path) => path !== ALWAYS_GIVEN).map((path) => `\`exercises/${path}\``);
  if (names.length === 0) return '';
  return `\n${names.join(', ')} ${names.length === 1 ? 'is' : 'are'} given too, for the exercises that import ${names.length === 1 ? 'it' : 'them'}.`;
}

const row = ({ id, title, points }: ReadmeExercise) => {
  const lecture = id.split('/')[0];
  return `| [${title}](exercises/${id}.ts) | [${lecture}](exercises/${lecture}/README.md) | ${points} |`;
};

function rules({ due, late, keep, dropLowest }: Omit<Assignment, 'exercises'>): string {
  const sentences: string[] = [];
  if (due) {
    sentences.push(`Due: **${moment(due)}**.`);
    sentences.push(late ? lateness(late) : 'Later work is still accepted, without deduction.');
    sentences.push(
      keep === 'best' ? 'Of several submissions, the best counts.' : 'Of several submissions, the latest counts.',
    );
  }
  if (dropLowest) {
    sentences.push(
      dropLowest === 1
        ? 'The exercise with your worst result does not count.'
        : `The ${dropLowest} exercises with your worst results do not count.`,
    );
  }
  return sentences.length > 0 ? `${sentences.join('\n')}\n\n` : '';
}

function lateness({ percentPerDay, graceMinutes, atMostDays }: NonNullable<Assignment['late']>): string {
  const grace = graceMinutes ? `Up to ${graceMinutes} minutes later is on time. After that` : 'After that';
  const end = atMostDays ? `, and after ${atMostDays} ${atMostDays === 1 ? 'day' : 'days'} nothing is left` : '';
  return `${grace}, each started day subtracts ${percentPerDay}% of the points earned${end}.`;
}

/** In the zone that it was written in, since that is the course's. */
function moment(iso: string): string {
  const [, date, time, zone] = iso.match(/^(.*)T(\d\d:\d\d).*?(Z|[+-]\d\d:\d\d)$/) ?? [];
  const day = new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeZone: 'UTC' }).format(
    new Date(`${date}T00:00Z`),
  );
  return `${day}, ${time} (UTC${zone === 'Z' ? '' : zone})`;
}
