/** Annotations on the lines of a submission, as commands that GitHub's runner reads from a step's output. */
import { plain } from '../../text/plain.ts';
import type { Report } from '../report.ts';
import { type StudentCheck, type StudentExercise, studentView } from '../student-view.ts';

/** The runner keeps so many of each kind and drops the others without a word. */
const MAX_OF_A_KIND = 10;

type Kind = 'error' | 'warning' | 'notice';

interface Annotation {
  kind: Kind;
  file?: string;
  line?: string;
  title: string;
  message: string;
}

/** Failures as errors, what could not be judged as warnings, and one notice with the points. */
export function annotations(report: Report): string {
  const view = studentView(report);
  const all = view.exercises.flatMap(ofExercise);
  const shown = (['error', 'warning'] as const).flatMap((kind) =>
    all.filter((annotation) => annotation.kind === kind).slice(0, MAX_OF_A_KIND),
  );
  const missing = all.length - shown.length;
  const points = view.final
    ? `${view.score} of ${view.maxScore} points`
    : 'Not graded yet: some checks were not judged';
  const notice: Annotation = {
    kind: 'notice',
    title: plain(points),
    message: missing > 0 ? `${points}; ${missing} more annotations are left out, see the report` : points,
  };
  return [...shown, notice].map(command).join('');
}

/** What keeps all of an exercise from being run is said once. */
function ofExercise(exercise: StudentExercise): Annotation[] {
  const { id, title, problem, checks } = exercise;
  if (problem !== null) {
    return [{ kind: 'error', ...fileAndLine(problem, id), title, message: problem }];
  }
  return together(checks.flatMap((check) => ofCheck(check, exercise)));
}

/** Checks of which the same is said at the same place share an annotation, for there are not many. */
function together(annotations: Annotation[]): Annotation[] {
  const places = new Map<string, Annotation[]>();
  for (const annotation of annotations) {
    const { kind, file, line, message } = annotation;
    const place = JSON.stringify([kind, file, line, message]);
    places.set(place, [...(places.get(place) ?? []), annotation]);
  }
  return [...places.values()].map(([first, ...more]) => ({
    ...first,
    title: more.length > 0 ? `${first.title} (and ${more.length} more)` : first.title,
  }));
}

function ofCheck(check: StudentCheck, exercise: StudentExercise): Annotation[] {
  const { title, status, holds, feedback, setAside, details } = check;
  if (status === 'pass' || holds || setAside) return [];
  const heading = `${exercise.title}: ${title}`;
  if (status === 'not-judged') {
    const message = 'could not be judged; your code is not the cause';
    return [{ kind: 'warning', ...fileAndLine('', exercise.id), title: heading, message }];
  }
  const said = [details?.message, feedback].filter((text) => text != null);
  const message = said.join('\n') || 'fails';
  return [{ kind: 'error', ...fileAndLine(details?.at ?? '', exercise.id), title: heading, message }];
}

/** `exercises/x.ts:12…`, where text begins with one; else the exercise's own file. */
function fileAndLine(text: string, id: string): { file: string; line?: string } {
  const [, file, line] = text.match(/^((?:exercises\/)?[\w./-]+\.[jt]sx?):(\d{1,7})(?!\d)/) ?? [];
  if (!file || file.includes('..')) return { file: `exercises/${id}.ts` };
  return { file: file.startsWith('exercises/') ? file : `exercises/${file}`, line };
}

function command({ kind, file, line, title, message }: Annotation): string {
  const properties = [
    file && `file=${property(file)}`,
    line && `line=${property(line)}`,
    `title=${property(title)}`,
  ].filter(Boolean);
  const lines = message.split('\n').map((text) => data(plain(text)));
  return `::${kind} ${properties.join(',')}::${lines.join('%0A')}\n`;
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(plain(text)).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
