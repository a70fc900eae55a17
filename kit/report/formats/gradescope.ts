/** Gradescope's `results.json`. */
import { plain } from '../../text/plain.ts';
import { HOLDS, type Report } from '../report.ts';
import { type StudentCheck, type StudentExercise, type StudentReport, studentView } from '../student-view.ts';
import { reasons, remainder } from './rows.ts';
import { ALL_VISIBLE, type Visibility, type VisibilityOf } from './visibility.ts';

interface GradescopeTest {
  name: string;
  number: string;
  status?: 'passed' | 'failed';
  score?: number;
  max_score: number;
  output: string;
  visibility: Visibility;
}

/**
 * A grade that is not final has no score at all, neither in total nor in the tests: Gradescope then asks for another run
 * rather than recording what is there.
 */
export function gradescope(report: Report, visibilityOf: VisibilityOf = ALL_VISIBLE): string {
  const view = studentView(report);
  const tests = view.exercises.flatMap((exercise, i) =>
    exercise.checks.map((check, j) =>
      checkTest(check, exercise, { number: `${i + 1}.${j + 1}`, final: view.final, visibility: visibilityOf(check) }),
    ),
  );
  const results = {
    ...(view.final && { score: view.score }),
    output: summary(view),
    output_format: 'text',
    test_output_format: 'text',
    test_name_format: 'text',
    stdout_visibility: 'hidden',
    tests: [...tests, ...policyTest(view, tests.length)],
  };
  return `${JSON.stringify(results, null, 2)}\n`;
}

function summary(view: StudentReport): string {
  if (!view.final) {
    return 'Some checks could not be judged; the code did not cause this. This is not a grade yet: run the autograder again.';
  }
  const why = reasons(view);
  return `${view.score} of ${view.maxScore} points${why ? `; ${why}` : ''}.`;
}

function checkTest(
  check: StudentCheck,
  { title, problem }: StudentExercise,
  { number, final, visibility }: { number: string; final: boolean; visibility: Visibility },
): GradescopeTest {
  const { status, holds, points, maxPoints, feedback, setAside, details } = check;
  const said = [
    holds ? HOLDS : (problem ?? details?.message),
    !problem && details?.at ? `at ${details.at}` : null,
    feedback,
  ];
  const unjudged = setAside ?? 'Could not be judged; your code is not the cause.';
  return {
    name: plain(`${title}: ${check.title}`),
    number,
    ...(status !== 'not-judged' && { status: status === 'pass' ? 'passed' : 'failed' }),
    ...(final && { score: points }),
    max_score: maxPoints,
    output:
      status === 'not-judged'
        ? unjudged
        : said
            .filter((text) => text != null)
            .map(plain)
            .join('\n'),
    visibility,
  };
}

/** What a policy changed is a row too, so that the rows add up to the score. */
function policyTest(view: StudentReport, count: number): GradescopeTest[] {
  const { points, maxPoints } = remainder(view);
  if (!view.final || (points === 0 && maxPoints === 0)) return [];
  return [
    {
      name: "The assignment's rules",
      number: String(count + 1),
      score: points,
      max_score: maxPoints,
      output: reasons(view),
      visibility: 'visible',
    },
  ];
}
