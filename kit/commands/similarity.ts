import pc from 'picocolors';
import { findCourseApart, selectExercises } from '../course/course.ts';
import { InputError } from '../course/input-error.ts';
import { alikeIn, membersOf, type SimilarityReport } from '../report/similarity.ts';
import { classSimilarity } from '../similarity/class-similarity.ts';
import { plain } from '../text/plain.ts';
import { fromOutside } from './from-outside.ts';

interface Options {
  exercise?: string[];
  above: string;
  assignment?: string;
  json?: boolean;
}

/** More would not be looked at. */
const MOST_ROWS = 50;
const MOST_NAMES = 12;

export async function run(named: string, given: Options): Promise<number> {
  const { folder, options } = fromOutside(named, given);
  const above = Number(options.above);
  if (!(above >= 0 && above <= 100)) throw new InputError(`--above takes percent, 0 to 100, not "${options.above}"`);
  const course = await findCourseApart(folder);
  const exercises = selectExercises(course, options.exercise ?? []);
  const { assignment } = options;
  const found = await classSimilarity({ folder, course, exercises, above: above / 100, layout: { assignment } });
  process.stdout.write(options.json ? `${JSON.stringify(found, null, 2)}\n` : table(found, above));
  return 0;
}

function table(report: SimilarityReport, above: number): string {
  const { pairs, exercises, submissions } = report;
  const note = pc.dim('A place to look, not a verdict: short right answers are alike by nature.');
  if (pairs.length === 0) return `No pair of ${many(submissions)} is ${above}% alike.\n${together(report)}${note}\n`;
  const usual = new Map(exercises.map((exercise) => [exercise.id, exercise.usual]));
  const percent = (share: number) => `${Math.round(share * 100)}%`.padStart(5);
  const alike = alikeIn(pairs);
  const lines = alike.slice(0, MOST_ROWS).map(({ pair: { similarity, exercise, longest, overlap }, members }) => {
    const numbers = `${percent(similarity)}  ${percent(usual.get(exercise) ?? 0)}  ${String(longest).padStart(7)}  ${String(overlap).padStart(7)}`;
    return `${numbers}  ${exercise}\n${' '.repeat(32)}${listed(members.map(({ student, lines }) => who(membersOf(report, student), lines)))}`;
  });
  const more = alike.length - lines.length;
  const head = pc.dim('alike  usual  longest  overlap  where');
  const legend = [
    'The furthest above the usual come first. usual: the median of all pairs;',
    'longest: tokens in one run, at these lines; overlap: fingerprints that both have.',
  ];
  return `${head}\n${lines.join('\n')}\n${more > 0 ? `… and ${more} more; --above leaves fewer, --json prints all\n` : ''}
${note}\n${together(report)}${pc.dim(legend.join('\n'))}\n`;
}

const many = (submissions: number) => `${submissions} ${submissions === 1 ? 'submission' : 'submissions'}`;

/** How what groups handed in was counted; nothing where there are none. */
function together({ submissions, groups = [] }: SimilarityReport): string {
  if (groups.length === 0) return '';
  const [were, each] = groups.length === 1 ? ['was', 'it'] : ['were', 'each'];
  const students = groups.flat().length;
  return `Of ${many(submissions)}, ${groups.length} ${were} handed in together by several students (${students} in all);
${each} is compared once, for all of its students, and they are no pair.\n`;
}

function listed(names: string[]): string {
  const shown = names.slice(0, names.length > MOST_NAMES ? MOST_NAMES : -1);
  const rest = names.length > MOST_NAMES ? `${names.length - MOST_NAMES} more (--json prints all)` : names.at(-1);
  return `${names.length > 2 ? `${names.length} alike: ` : ''}${shown.join(names.length > 2 ? '; ' : ', ')} and ${rest}`;
}

function who(students: string[], lines?: [number, number]): string {
  const names = students.map(plain).join(', ');
  return lines ? `${names} (lines ${lines[0]}–${lines[1]})` : names;
}
