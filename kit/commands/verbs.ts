/** What each verb is called and takes. Its code is loaded only when it is called. */

export interface Verb {
  name: string;
  args: string;
  summary: string;
  /** Flags, what they do, default. */
  options: [flags: string, description: string, initial?: string][];
  example: string;
  /** It needs oracles, solutions, hidden cases or a class, so in a student's repository it is neither offered nor done. */
  needsSources?: true;
  load: () => Promise<{ run: (...args: never[]) => Promise<number> }>;
}

const BACKEND: Verb['options'][number] = ['--backend <name>', 'auto, tensorflow, webgpu, wasm or cpu', 'wasm'];
/** Hidden cases are judged on the GPU where there is one. */
const BEST_BACKEND: Verb['options'][number] = [BACKEND[0], BACKEND[1], 'auto'];
const LAST_IN_TIME: Verb['options'][number] = [
  '--last-in-time',
  'of a git repository, the last commit before the assignment was due instead of what is checked out',
];
const TIMEOUT: Verb['options'][number] = ['--timeout <seconds>', 'for one call of a function', '10'];

const VISIBILITY: Verb['options'][number] = [
  '--visibility <rules...>',
  'when students see checks on Gradescope: all, a kind or a check, then = and visible, after_due_date, after_published or hidden',
];

/** What watches a watch reads its lines; picocolors, once it is loaded, would colour them where CI is set. */
function plainInPipes(): void {
  if (!process.stdout.isTTY && !process.env.FORCE_COLOR) process.env.NO_COLOR = '1';
}

export const VERBS: Verb[] = [
  {
    name: 'run',
    args: '[exercises...]',
    summary: 'Judge your own exercises on the public cases (default: the first that is not finished).',
    options: [
      ['--json', 'print the report as JSON'],
      BACKEND,
      TIMEOUT,
      ['--all-failures', 'explain every failed check, not only the first'],
      [
        '--debug',
        'call the function in this process, so that breakpoints stop it. It is not isolated, so only for your own code',
      ],
      ['--classroom', "in GitHub Actions: give the result as the step's output, for a classroom's reporter"],
    ],
    example: 'kit run 01-attention-fundamentals/scaled-dot-product',
    load: () => import('./run.ts'),
  },
  {
    name: 'watch',
    args: '[exercise]',
    summary: 'Judge your exercise at each save, starting with the first that is not finished.',
    options: [BACKEND, TIMEOUT],
    example: 'kit watch',
    load: () => {
      plainInPipes();
      return import('./watch.ts');
    },
  },
  {
    name: 'hint',
    args: '[exercise]',
    summary: 'Show one more hint (default: for the first exercise that is not finished).',
    options: [['--all', 'show all of them']],
    example: 'kit hint softmax',
    load: () => import('./hint.ts'),
  },
  {
    name: 'reset',
    args: '<exercise>',
    summary: 'Reset an exercise to its stub; a copy of your file is kept in .kit/.',
    options: [['--yes', 'do not ask']],
    example: 'kit reset softmax',
    load: () => import('./reset.ts'),
  },
  {
    name: 'grade',
    args: '<submission>',
    summary: 'Judge one submission, a folder or a zip file, on hidden cases.',
    options: [
      ['--assignment <name>', 'by the rules of this assignment in graders/assignments.yaml'],
      ['--exercise <names...>', 'only these exercises or lectures'],
      [
        '--seed <secret>',
        "the course's secret, or submission:… from a report to replay it; default: $KIT_SEED, else a random one that is reported",
      ],
      ['--id <name>', "the submission's name; default: the folder's or zip file's"],
      LAST_IN_TIME,
      BEST_BACKEND,
      TIMEOUT,
      ['--require-isolation <level>', 'refuse to grade with less than this (bubblewrap)'],
      [
        '--format <format>',
        'terminal, json (all of it), or for students: student, markdown, annotations, classroom, classroom50, gradescope, junit',
        'terminal',
      ],
      VISIBILITY,
      ['--out <file>', 'write the report here instead of to the terminal'],
    ],
    example: 'kit grade fixtures/submissions/missing-scale --seed my-course-2026',
    needsSources: true,
    load: () => import('./grade.ts'),
  },
  {
    name: 'format',
    args: '<file>',
    summary: "Turn a stored report or gradebook (or the folder of a class's grades) into another format.",
    options: [
      [
        '--as <format>',
        'of a report as in kit grade; of a gradebook csv, canvas, moodle, gradescope-csv, classroom-csv, classroom50-scores',
      ],
      [
        '--fill <file>',
        "the platform's own file to fill in: Canvas's gradebook, Moodle's grading worksheet or gradebook, Gradescope's scores, Classroom 50's scores.json",
      ],
      ['--roster <file>', 'who is who on the platforms: what `kit roster` wrote'],
      ['--column <name>', "the column or assignment to fill in; default: the one with the gradebook's title"],
      ['--overwrite', 'replace grades that are in the file and are others, such as those that a teacher gave'],
      VISIBILITY,
      ['--out <file>', 'write it here instead of to the terminal'],
    ],
    example: 'kit format gradebook.json --as canvas --fill canvas-export.csv --out canvas-import.csv',
    load: () => import('./format.ts'),
  },
  {
    name: 'page',
    args: '<gradebook>',
    summary: 'Write the class page and a page for every student, from a gradebook or its folder (instructors).',
    options: [
      ['--out <folder>', 'where index.html and pages/ are written'],
      ['--similarity <file>', 'show these pairs too: what `kit similarity --json` wrote'],
      ['--instructor', "students' pages with hidden cases and seeds; not to be handed out"],
    ],
    example: 'kit page gradebook.json --out class-page',
    needsSources: true,
    load: () => import('./page.ts'),
  },
  {
    name: 'grade-all',
    args: '<folder>',
    summary: 'Judge a class: a folder of submissions. The same command continues a stopped run.',
    options: [
      ['--assignment <name>', "by this assignment's rules; also taken off the folders' names"],
      ['--exercise <names...>', 'only these exercises or lectures'],
      ['--prefix <text>', "what every folder's name begins with before the student's"],
      ['--seed <secret>', "the course's secret; default: $KIT_SEED, else drawn at random and kept beside the grades"],
      BACKEND,
      TIMEOUT,
      ['--jobs <n>', 'submissions judged at once; default: cores'],
      ['--shard <i/n>', 'only the i-th of n parts of the class; `kit merge` puts them together'],
      ['--regrade <which...>', 'judge again even if nothing changed: all, failed (less than full marks), or students'],
      [
        '--roster <file>',
        'who is in the class, and their extensions: what `kit roster` wrote; names who handed in nothing',
      ],
      ['--submitted <file>', 'when each handed in: CSV lines of student,time'],
      LAST_IN_TIME,
      ['--require-isolation <level>', 'refuse to grade with less than this (bubblewrap)'],
      ['--out <folder>', 'where the grades go; default: <folder>-grades'],
      ['--json', 'print what was done as JSON'],
    ],
    example: 'kit grade-all fixtures/submissions --exercise 01 --seed my-course-2026 --out grades',
    needsSources: true,
    load: () => import('./grade-all.ts'),
  },
  {
    name: 'roster',
    args: '<exports...>',
    summary: 'Make a roster.csv, who is who on the platforms, from what they export; says whom it could not join.',
    options: [['--out <file>', 'write it here, for you alone, instead of to the terminal']],
    example: 'kit roster canvas-export.csv classroom_roster.csv --out roster.csv',
    needsSources: true,
    load: () => import('./roster.ts'),
  },
  {
    name: 'merge',
    args: '<folders...>',
    summary: 'Put the shards of a class together into one gradebook.',
    options: [
      ['--out <folder>', 'where the gradebook and the reports go'],
      ['--json', 'print the gradebook as JSON'],
    ],
    example: 'kit merge grades-1-of-2 grades-2-of-2 --out grades',
    needsSources: true,
    load: () => import('./merge.ts'),
  },
  {
    name: 'adjust',
    args: '<student>',
    summary: 'Correct a grade by hand, with a reason. It is kept through regrades and shown wherever the grade is.',
    options: [
      ['--points <n>', 'points to add, such as 2 or -3'],
      ['--because <text>', 'why; the student reads it'],
      ['--withdraw', "take this student's corrections back"],
      ['--grades <folder>', "grade-all's or merge's --out folder; default: the only one with a gradebook here"],
    ],
    example: 'kit adjust ada --points 2 --because "the statement was ambiguous" --grades grades',
    needsSources: true,
    load: () => import('./adjust.ts'),
  },
  {
    name: 'diff',
    args: '<before> <after>',
    summary: 'Show which grades changed between two gradings, and by which check. Exits with 0 either way.',
    options: [['--json', 'print as JSON']],
    example: 'kit diff grades/gradebook.json regraded/gradebook.json',
    needsSources: true,
    load: () => import('./diff.ts'),
  },
  {
    name: 'similarity',
    args: '<folder>',
    summary: 'Show which submissions of a class are alike: a place to look, not a verdict (instructors).',
    options: [
      ['--exercise <names...>', 'only these exercises or lectures'],
      ['--above <percent>', 'only pairs that are at least this alike', '80'],
      ['--assignment <name>', "taken off the folders' names"],
      ['--json', 'print as JSON, for kit page --similarity'],
    ],
    example: 'kit similarity submissions --exercise 07 --above 60',
    needsSources: true,
    load: () => import('./similarity.ts'),
  },
  {
    name: 'show',
    args: '<exercise>',
    summary: 'Draw what your function computes beside what is expected, as a page; judges nothing.',
    options: [
      ['--case <name>', 'this case or view; an unknown name lists them'],
      ['--mistake <name>', 'a known mistake in place of your code; an unknown name lists them (authors)'],
      ['--out <file>', 'write the page here; default: .kit/show/<exercise>.html'],
      ['--no-open', 'only write it'],
      BACKEND,
      TIMEOUT,
    ],
    example: 'kit show scaled-dot-product',
    load: () => import('./show.ts'),
  },
  {
    name: 'list',
    args: '',
    summary: 'Show the lectures, their exercises and points.',
    options: [['--json', 'print as JSON']],
    example: 'kit list',
    load: () => import('./list.ts'),
  },
  {
    name: 'doctor',
    args: '',
    summary: 'Show what this machine has: Node, backends, isolation, and what to install for more.',
    options: [
      ['--roofline', 'measure what each backend can do at most: arithmetic and memory'],
      ['--json', 'print as JSON'],
    ],
    example: 'kit doctor',
    load: () => import('./doctor.ts'),
  },
  {
    name: 'verify',
    args: '[exercises...]',
    summary: 'Prove the exercises: stubs fail, solutions pass, every known mistake is caught and named (authors).',
    options: [
      ['--backend <names>', 'backends to prove on, separated by commas', 'wasm,cpu'],
      ['--skip-absent', 'skip the ones that this machine lacks, and say so'],
      TIMEOUT,
      ['--jobs <n>', 'exercises proven at once; default: cores'],
      ['--all', 'prove again what was proven here and has not changed since'],
      ['--update', 'write the public fixtures, then prove'],
      ['--json', 'print the proof as JSON'],
    ],
    example: 'kit verify 01-attention-fundamentals',
    needsSources: true,
    load: () => import('./verify.ts'),
  },
  {
    name: 'goldens',
    args: '[folder]',
    summary: 'Compare the oracles with golden files: outputs of other implementations (authors).',
    options: [['--json', 'print as JSON']],
    example: 'kit goldens fixtures/goldens',
    needsSources: true,
    load: () => import('./goldens.ts'),
  },
  {
    name: 'new',
    args: '<exercise>',
    summary: 'Start a new exercise: all its files, which verify as they stand (authors).',
    options: [['--takes <names>', 'the tensors that it takes, with their axes', 'x_BTM']],
    example: 'kit new 01-attention-fundamentals/masks --takes q_BHTD,k_BHSD,v_BHSV',
    needsSources: true,
    load: () => import('./new.ts'),
  },
  {
    name: 'export',
    args: '<folder>',
    summary: "Make a student's repository: stubs, handouts, public cases and the engine, nothing else (instructors).",
    options: [
      ['--assignment <name>', 'of graders/assignments.yaml; default: all exercises'],
      [
        '--classroom50 <owner/repo>',
        "also write Classroom 50's autograder.py and the assignment's entry, in <folder>-classroom50; the repository will be its template (owner/repo@branch if not main)",
      ],
      ['--json', 'print what was written as JSON'],
    ],
    example: 'kit export ../attention-fundamentals --assignment attention-fundamentals',
    needsSources: true,
    load: () => import('./export.ts'),
  },
];
