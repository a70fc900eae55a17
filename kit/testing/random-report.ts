/** Tests only: reports and gradebooks that nobody would have thought of. */
import fc from 'fast-check';
import type { CheckKind } from '../course/exercise.ts';
import type { Gradebook, GradebookEntry } from '../report/gradebook.ts';
import { type CheckReport, counted, type ExerciseReport, type Report } from '../report/report.ts';

/** Text that means something to the reader of some format. */
const TRAPS = [
  '=HYPERLINK("http://x","y")',
  '+1+1',
  '-2+3',
  '@SUM(A1)',
  '\t=1',
  '\r=1',
  ' =1',
  '"=1',
  '::error file=a::forged',
  '\n::stop-commands::x',
  '##[error]forged',
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '&amp;&lt;',
  ']]>',
  '<![CDATA[',
  '<!--',
  '| a | b |\n|---|---|',
  '`code` ``` ```` `',
  '[link](http://x) ![picture](http://x)',
  'http://x.y/z www.x.y a@b.c @octocat #1',
  '# heading\n- list\n> quote',
  '**bold** _it_ ~~no~~ $x$ \\',
  '\u001b[31mred\u001b[0m\u001b]8;;http://x\u0007',
  '\u0000\u0008\u007f\u009b',
  '\ufffe\uffff',
  '\ud800',
  '\udc00x',
  '\u202eevil',
  'a,b;c"d\'e',
  '%0A::error::x %25',
  '',
];

export const hostileText = fc.oneof(
  fc.constantFrom(...TRAPS),
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc
    .tuple(fc.constantFrom(...TRAPS), fc.string({ maxLength: 10 }), fc.constantFrom(...TRAPS))
    .map((parts) => parts.join('')),
);

const KINDS: CheckKind[] = ['values', 'stability', 'property', 'gradient', 'cost', 'time', 'hygiene'];

function randomCheck(unjudged: boolean): fc.Arbitrary<CheckReport> {
  return fc.oneof({ weight: 8, arbitrary: countedCheck(unjudged) }, { weight: 1, arbitrary: asideCheck });
}

/** What cannot be judged here, whatever else is or is not. */
const asideCheck: fc.Arbitrary<CheckReport> = fc.record({ id: hostileText, title: hostileText }).map((named) => ({
  ...named,
  kind: 'time',
  status: 'not-judged',
  points: 0,
  maxPoints: 0,
  message: 'not judged: no GPU',
  misconception: null,
  cost: null,
  setAside: 'not judged: no GPU',
}));

/** Not always of all that is shown. */
const randomCost = fc.oneof(
  fc.record({ kernels: fc.nat(), flops: fc.nat(), peakBytes: fc.nat() }),
  fc.constantFrom<Record<string, number>>({}, { kernels: 1 }),
);

function countedCheck(unjudged: boolean): fc.Arbitrary<CheckReport> {
  return fc
    .record({
      id: hostileText,
      kind: fc.constantFrom(...KINDS),
      title: hostileText,
      status: fc.constantFrom<CheckReport['status']>('pass', 'fail', ...(unjudged ? (['not-judged'] as const) : [])),
      holds: fc.boolean(),
      maxPoints: fc.nat(5),
      message: fc.option(hostileText),
      at: fc.option(hostileText, { nil: undefined }),
      misconception: fc.option(fc.record({ id: hostileText, feedback: hostileText })),
      cost: fc.option(randomCost),
      solutionCost: fc.option(randomCost, { nil: undefined }),
    })
    .map(({ at, holds, solutionCost, ...check }) => ({
      ...check,
      ...(holds && check.status === 'fail' && { holds }),
      points: check.status === 'pass' ? check.maxPoints : 0,
      ...(at !== undefined && { at }),
      ...(solutionCost && { solutionCost }),
    }));
}

const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);

function randomExercise(unjudged: boolean, policy: boolean): fc.Arbitrary<ExerciseReport> {
  return fc
    .record({
      id: fc.oneof(fc.constantFrom('01-x/attend', '02-y/heads'), hostileText),
      title: hostileText,
      problem: fc.option(hostileText, { freq: 4 }),
      checks: fc.array(randomCheck(unjudged), { maxLength: 8 }),
      // What an assignment may make of an exercise's points.
      worth: fc.constantFrom(1, 1, policy ? 2 : 1),
    })
    .map(({ worth, ...exercise }) => ({
      ...exercise,
      score: worth * sum(exercise.checks.map(({ points }) => points)),
      maxScore: worth * sum(exercise.checks.map(({ maxPoints }) => maxPoints)),
    }));
}

/** With things unjudged, and a policy that changed points, unless told otherwise. */
export function randomReport({ unjudged = true, policy = true } = {}): fc.Arbitrary<Report> {
  return fc
    .record({
      id: hostileText,
      seed: fc.constantFrom('public', 'ab'.repeat(32)),
      exercises: fc.array(randomExercise(unjudged, policy), { maxLength: 4 }),
      late: fc.option(fc.record({ reason: hostileText, taken: fc.nat(9) })),
      dropped: fc.boolean(),
    })
    .map(({ id, seed, exercises, late, dropped }) => {
      const earned = sum(exercises.map(({ score }) => score));
      // A dropped exercise is out of neither the score nor what it is out of.
      const drop = policy && dropped && exercises.length > 1 ? exercises[0] : null;
      const points = policy && late ? -Math.min(late.taken, earned - (drop?.score ?? 0)) : 0;
      const adjustments = [
        ...(drop ? [{ reason: `${drop.title} does not count`, points: -drop.score }] : []),
        ...(policy && late ? [{ reason: late.reason, points }] : []),
      ];
      return {
        schema: 'attention-kit/report/v1' as const,
        submission: { id, commit: null },
        seed,
        backend: { name: 'wasm', device: 'none', accelerated: false },
        isolation: 'bubblewrap' as const,
        score: earned + sum(adjustments.map((adjustment) => adjustment.points)),
        maxScore: sum(exercises.map(({ maxScore }) => maxScore)) - (drop?.maxScore ?? 0),
        exercises,
        ...(adjustments.length > 0 && { adjustments }),
      };
    });
}

const randomEntry: fc.Arbitrary<GradebookEntry> = fc
  .record({
    student: fc.oneof(fc.stringMatching(/^[a-z][a-z0-9]{1,8}$/), hostileText),
    submission: hostileText,
    submittedAt: fc.constantFrom(null, '2027-02-15T10:00:00Z'),
    problem: fc.option(hostileText),
    report: fc.option(randomReport()),
    unreadable: fc.boolean(),
  })
  .map(({ report, unreadable, ...entry }) => {
    const judged = report?.exercises.every(({ checks }) =>
      counted(checks).every(({ status }) => status !== 'not-judged'),
    );
    if (report && judged) return { ...entry, report, status: 'graded', score: report.score, maxScore: 20 };
    if (!report && unreadable) return { ...entry, report, status: 'unreadable', score: 0, maxScore: 20 };
    return { ...entry, report, status: 'not-judged', score: null, maxScore: 20 };
  });

export const randomGradebook: fc.Arbitrary<Gradebook> = fc
  .record({ title: hostileText, entries: fc.array(randomEntry, { maxLength: 6 }) })
  .map(({ title, entries }) => ({
    schema: 'attention-kit/gradebook/v1',
    assignment: null,
    title,
    maxScore: 20,
    entries,
  }));
