/**
 * The student repository's `.github/workflows/classroom.yml`, in the form that GitHub Classroom generated and that the
 * `classroom-resources` actions and the tools that reuse them expect: one step an exercise, then the reporter.
 *
 * It holds no secret and judges the public cases only: whoever may push to a repository can read its secrets and change
 * its workflows, so what it says is advice, and the grade of record is made elsewhere.
 */
import { Document } from 'yaml';
import { InputError } from '../course/input-error.ts';

export interface WorkflowExercise {
  id: string;
  title: string;
  points: number;
}

/** The reporter finds a runner's result by its id in capitals: letters and digits only, no two alike. */
export function stepIds(exercises: { id: string }[]): string[] {
  const taken = new Set<string>();
  return exercises.map(({ id }) => {
    const [lecture, name] = id.split('/');
    const short = name.replace(/[^a-z0-9]/gi, '').toLowerCase();
    // An id must begin with a letter.
    const [bare] = [short, `exercise${lecture.replace(/[^a-z0-9]/gi, '')}${short}`].filter(
      (candidate) => /^[a-z]/.test(candidate) && !taken.has(candidate),
    );
    if (bare === undefined) throw new InputError(`${id} and another exercise would have the same step in the workflow`);
    taken.add(bare);
    return bare;
  });
}

export function classroomWorkflow(title: string, exercises: WorkflowExercise[]): string {
  const ids = stepIds(exercises);
  const workflow = new Document({
    name: 'Autograding Tests',
    on: { push: null, repository_dispatch: null },
    permissions: { actions: 'read', contents: 'read' },
    jobs: {
      'run-autograding-tests': {
        'runs-on': 'ubuntu-latest',
        'timeout-minutes': 15,
        if: "github.actor != 'github-classroom[bot]'",
        steps: [
          { name: 'Checkout code', uses: 'actions/checkout@v4', with: { 'persist-credentials': false } },
          { name: 'Set up Node', uses: 'actions/setup-node@v4', with: { 'node-version': 22 } },
          { name: 'Install', run: installCommand },
          ...exercises.map((exercise, i) => exerciseStep(exercise, ids[i])),
          reporterStep(ids),
        ],
      },
    },
  });
  workflow.commentBefore = [
    ` ${oneLine(title)}: judges the public cases at each push.`,
    ' This score is a preview; the instructor grades with hidden cases.',
    ' Made by `kit export`.',
  ].join('\n');
  return workflow.toString({ lineWidth: 0, nullStr: '' });
}

/** With what the lockfile says, if there is one. */
const installCommand = 'if [ -f package-lock.json ]; then npm ci; else npm install; fi';

function exerciseStep({ id, title, points }: WorkflowExercise, stepId: string) {
  if (!/^[\w-]+\/[\w-]+$/.test(id)) throw new InputError(`"${id}" cannot be a command's argument in a workflow`);
  return {
    name: `${oneLine(title)} (${points} points)`,
    id: stepId,
    // One exercise's failure must not keep the next from being judged; the reporter says pass or fail at the end.
    'continue-on-error': true,
    run: `npx kit run ${id} --classroom`,
  };
}

function reporterStep(ids: string[]) {
  return {
    name: 'Autograding Reporter',
    uses: 'classroom-resources/autograding-grading-reporter@v1',
    env: Object.fromEntries(ids.map((id) => [`${id.toUpperCase()}_RESULTS`, `\${{ steps.${id}.outputs.result }}`])),
    with: { runners: ids.join(',') },
  };
}

/** A title is data: it ends no line and begins no expression of the workflow's. */
function oneLine(title: string): string {
  return title.replace(/\s+/g, ' ').replaceAll('${{', '$ {{').trim();
}
