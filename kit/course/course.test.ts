import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import {
  type Course,
  findCourse,
  findCourseApart,
  isInside,
  PACKAGE_ROOT,
  pathsOf,
  selectExercises,
} from './course.ts';
import { InputError } from './input-error.ts';

const yaml = (after: string[] = []) => `title: T
after: [${after}]
exports: { f: tensor }
checks: { hygiene/a: { title: t, points: 1 } }
hints: [a first long hint, a second long hint, a third long hint]
`;

/** A course of these exercises, each with what it comes after. */
function courseOf(exercises: Record<string, string[]>): Promise<Course> {
  const files = Object.entries(exercises).map(([id, after]) => [`graders/${id}.yaml`, yaml(after)]);
  return findCourse(temporaryFolder(Object.fromEntries(files)));
}

describe('a course', () => {
  it('has its lectures by number, whatever the order of their files', async () => {
    const { exercises } = await courseOf({ '10-last/a': [], '02-second/a': [], '01-first/z': [] });
    expect(exercises).toEqual(['01-first/z', '02-second/a', '10-last/a']);
  });

  it('has within a lecture first what others come after', async () => {
    const { exercises } = await courseOf({ '01-x/a': ['01-x/c'], '01-x/b': [], '01-x/c': ['01-x/d'], '01-x/d': [] });
    expect(exercises).toEqual(['01-x/d', '01-x/c', '01-x/a', '01-x/b']);
  });

  it('is not reordered by what comes after another lecture, or after what is not there', async () => {
    const { exercises } = await courseOf({ '01-x/a': ['02-y/a'], '01-x/b': ['01-x/none'], '02-y/a': [] });
    expect(exercises).toEqual(['01-x/a', '01-x/b', '02-y/a']);
  });

  it('is refused if its exercises come after each other in a circle', async () => {
    await expect(courseOf({ '01-x/a': ['01-x/b'], '01-x/b': ['01-x/a'] })).rejects.toThrow(
      new InputError('graders: 01-x/a comes after 01-x/b comes after 01-x/a: that is a circle'),
    );
  });

  it('leaves out what is not a lecture and no exercise', async () => {
    const root = temporaryFolder({
      'graders/01-x/a.yaml': yaml(),
      'graders/01-x/a.ts': '',
      'graders/01-x/a.mistakes.ts': '',
      'graders/drafts/b.yaml': 'broken: [',
      'graders/README.md': '',
    });
    expect((await findCourse(root)).exercises).toEqual(['01-x/a']);
  });

  it('is found from any folder inside it, and is the kit’s own outside of all', async () => {
    const root = temporaryFolder({ 'graders/01-x/a.yaml': yaml(), 'exercises/01-x/a.ts': '' });
    expect((await findCourse(join(root, 'exercises/01-x'))).root).toBe(root);
    expect((await findCourse(temporaryFolder())).root).toBe(PACKAGE_ROOT);
  });

  it('to judge with is never the one that is handed in, wherever the kit is started', async () => {
    const root = temporaryFolder({
      'graders/01-x/a.yaml': yaml(),
      'class/ada/graders/01-x/b.yaml': yaml(),
      'class/ada/exercises/01-x/b.ts': '',
      'class/graders/01-x/c.yaml': yaml(),
    });
    const [ada, all] = [join(root, 'class/ada'), join(root, 'class')];
    symlinkSync(ada, join(root, 'link'));
    const rootFrom = async (submissions: string, from: string) => (await findCourseApart(submissions, from)).root;
    for (const folder of [ada, all]) expect(await rootFrom(folder, root)).toBe(root);
    for (const folder of [ada, `${ada}/`, join(root, 'link'), all]) {
      for (const from of [ada, join(ada, 'exercises/01-x'), join(root, 'link')]) {
        expect(await rootFrom(folder, from)).toBe(PACKAGE_ROOT);
      }
    }
    // A student may be called "graders".
    expect(await rootFrom(all, all)).toBe(PACKAGE_ROOT);
    await expect(findCourseApart(PACKAGE_ROOT, PACKAGE_ROOT)).rejects.toThrow(InputError);
  });

  it('lies in a folder that is it, or above it, and not in one whose name only begins so', () => {
    const root = temporaryFolder({ 'ada/a/b.ts': '', 'ada-2/a/b.ts': '' });
    expect(isInside(join(root, 'ada'), join(root, 'ada'))).toBe(true);
    expect(isInside(join(root, 'ada/a'), join(root, 'ada'))).toBe(true);
    expect(isInside(join(root, 'ada-2/a'), join(root, 'ada'))).toBe(false);
    expect(isInside(root, join(root, 'ada'))).toBe(false);
    expect(isInside(root, '/')).toBe(true);
  });

  it('names an exercise by one path in every tree', () => {
    expect(pathsOf({ root: '/c' }, '01-x/a')).toMatchObject({
      stub: '/c/exercises/01-x/a.ts',
      solution: '/c/solutions/01-x/a.ts',
      spec: '/c/graders/01-x/a.yaml',
      mistakes: '/c/graders/01-x/a.mistakes.ts',
      fixture: '/c/fixtures/01-x/a.json',
    });
  });
});

describe('exercises are selected', () => {
  const course = {
    exercises: ['01-attention/softmax', '01-attention/scaled', '03-rotary-embeddings/rope', '10-state/scan'],
  };
  it.each([
    ['a whole id', ['03-rotary-embeddings/rope'], ['03-rotary-embeddings/rope']],
    ['the part after the lecture', ['rope'], ['03-rotary-embeddings/rope']],
    ['a lecture', ['01-attention'], ['01-attention/softmax', '01-attention/scaled']],
    ['a lecture’s number', ['10'], ['10-state/scan']],
    ['a path, as the shell completes it', ['exercises/01-attention/'], ['01-attention/softmax', '01-attention/scaled']],
    ['a file', ['exercises/01-attention/softmax.ts'], ['01-attention/softmax']],
    ['a file of the author’s', ['graders/03-rotary-embeddings/rope.mistakes.ts'], ['03-rotary-embeddings/rope']],
    ['several names, once each', ['rope', '03', 'scan'], ['03-rotary-embeddings/rope', '10-state/scan']],
  ])('by %s', (_, names, ids) => {
    expect(selectExercises(course, names)).toEqual(ids);
  });

  it('all, if none is named', () => {
    expect(selectExercises(course, [])).toEqual(course.exercises);
  });

  it.each([
    ['rop', 'there is no exercise "rop"; did you mean 03-rotary-embeddings/rope?'],
    ['sofmax', 'there is no exercise "sofmax"; did you mean 01-attention/softmax?'],
    ['01-atention/scaled', 'there is no exercise "01-atention/scaled"; did you mean 01-attention/scaled?'],
    ['completely-different-thing', 'there is no exercise "completely-different-thing"; see `kit list`'],
    ['99', 'there is no exercise "99"; see `kit list`'],
  ])('with a suggestion for "%s", if there is a near one', (name, message) => {
    expect(() => selectExercises(course, [name])).toThrow(new InputError(message));
  });

  it('with no suggestion in an empty course', () => {
    expect(() => selectExercises({ exercises: [] }, ['x'])).toThrow('there is no exercise "x"; see `kit list`');
  });
});
