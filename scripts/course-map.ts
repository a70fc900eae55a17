/**
 * Writes the README's course map: a row for each lecture, its exercises in the course's order with their points.
 * `tsx scripts/course-map.ts --check` writes nothing and exits 1 where the README has another.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Course, findCourse, lectureOf, PACKAGE_ROOT, specOf } from '../kit/course/course.ts';
import { maxPoints } from '../kit/course/points.ts';
import { writeWhole } from '../kit/files/write-whole.ts';

const BEGIN = '<!-- course map, written by `npm run map` -->';
const END = '<!-- end of course map -->';

export function courseMap(course: Course): string {
  const lectures = [...new Set(course.exercises.map(lectureOf))];
  const sum = (ids: string[]) => ids.reduce((points, id) => points + maxPoints(specOf(course, id)), 0);
  const rows = lectures.map((lecture) => {
    const ids = course.exercises.filter((id) => lectureOf(id) === lecture);
    const exercises = ids.map((id) => {
      const spec = specOf(course, id);
      return `[${escaped(spec.title)}](exercises/${id}.ts) ${maxPoints(spec)}`;
    });
    return `| ${lecture.slice(0, 2)} | ${handout(course, lecture)} | ${exercises.join(' · ')} | ${sum(ids)} |`;
  });
  return [
    '| | lecture | exercises, with their points | points |',
    '| --: | :-- | :-- | --: |',
    ...rows,
    `| | | ${course.exercises.length} exercises | ${sum(course.exercises)} |`,
  ].join('\n');
}

/** The lecture's title, that links to its handout; the folder's name where there is none. */
function handout({ root }: Course, lecture: string): string {
  const file = `exercises/${lecture}/README.md`;
  if (!existsSync(join(root, file))) return lecture;
  const [, title] = readFileSync(join(root, file), 'utf8').match(/^# (?:(?:Lecture )?\d+:? )?(.+)$/m) ?? [];
  return `[${escaped(title ?? lecture)}](${file})`;
}

/** Marks that would end a link or a cell. */
const escaped = (text: string) => text.replace(/[\\|[\]]/g, '\\$&');

/** The README with this map in it. @throws Error unless it has the place for one */
export function withMap(readme: string, map: string): string {
  const [before, ...inside] = readme.split(BEGIN);
  const [old, ...after] = inside.join(BEGIN).split(END);
  if (inside.length !== 1 || after.length !== 1 || old === undefined)
    throw new Error(`the README must have "${BEGIN}" and after it "${END}", once each`);
  return `${before}${BEGIN}\n\n${map}\n\n${END}${after[0]}`;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const file = join(PACKAGE_ROOT, 'README.md');
  const readme = readFileSync(file, 'utf8');
  const wanted = withMap(readme, courseMap(await findCourse(PACKAGE_ROOT)));
  if (wanted !== readme) {
    if (process.argv.includes('--check')) {
      console.log(`differs: the course map in ${file}; npm run map writes it`);
      process.exitCode = 1;
    } else {
      writeWhole(file, wanted);
      console.log(`written: the course map in ${file}`);
    }
  }
}
