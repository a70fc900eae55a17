import pc from 'picocolors';
import { findCourseApart, selectExercises } from '../course/course.ts';
import { InputError } from '../course/input-error.ts';
import type { SimilarityReport } from '../report/similarity.ts';
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

function table({ pairs, exercises, submissions }: SimilarityReport, above: number): string {
  const note = pc.dim('A place to look, not a verdict: short right answers are alike by nature.');
  if (pairs.length === 0) return `No pair of ${submissions} submissions is ${above}% alike.\n${note}\n`;
  const usual = new Map(exercises.map((exercise) => [exercise.id, exercise.usual]));
  const percent = (share: number) => `${Math.round(share * 100)}%`.padStart(5);
  const lines = pairs.slice(0, MOST_ROWS).map((pair) => {
    const { similarity, exercise, longest, overlap, left, right, leftLines, rightLines } = pair;
    const numbers = `${percent(similarity)}  ${percent(usual.get(exercise) ?? 0)}  ${String(longest).padStart(7)}  ${String(overlap).padStart(7)}`;
    return `${numbers}  ${exercise}\n${' '.repeat(32)}${who(left, leftLines)} and ${who(right, rightLines)}`;
  });
  const more = pairs.length - lines.length;
  const head = pc.dim('alike  usual  longest  overlap  where');
  const legend = [
    'The furthest above the usual come first. usual: the median of all pairs;',
    'longest: tokens in one run, at these lines; overlap: fingerprints that both have.',
  ];
  return `${head}\n${lines.join('\n')}\n${more > 0 ? `… and ${more} more pairs; --above leaves fewer, --json prints all\n` : ''}
${note}\n${pc.dim(legend.join('\n'))}\n`;
}

function who(student: string, lines?: [number, number]): string {
  return lines ? `${plain(student)} (lines ${lines[0]}–${lines[1]})` : plain(student);
}
