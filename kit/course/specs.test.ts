import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { cacheFile } from './cache-file.ts';
import { findCourse, PACKAGE_ROOT } from './course.ts';
import * as exercise from './exercise.ts';
import { Specs } from './specs.ts';

vi.mock('./exercise.ts', { spy: true });
const parsed = () => vi.mocked(exercise.readExerciseSpec).mock.calls.map(([file]) => file);
beforeEach(() => vi.clearAllMocks());

const { exercises } = await findCourse(PACKAGE_ROOT);
const real = readFileSync(join(PACKAGE_ROOT, 'graders', `${exercises[0]}.yaml`), 'utf8');
const yaml = (title: string) => real.replace(/^title: .*$/m, `title: ${title}`);
const AN_HOUR_AGO = new Date(Date.now() - 3_600_000);

/** A course that was there before: what is only just written is not kept. */
class TestCourse {
  readonly root = temporaryFolder({ 'node_modules/.keep': '' });
  readonly graders = join(this.root, 'graders');

  constructor(readonly ids = ['01-x/a', '01-x/b']) {
    for (const id of ids) this.write(id, yaml(id));
  }

  write(id: string, text: string, at = AN_HOUR_AGO): void {
    mkdirSync(dirname(this.yaml(id)), { recursive: true });
    writeFileSync(this.yaml(id), text);
    utimesSync(this.yaml(id), at, at);
  }

  yaml = (id: string) => join(this.graders, `${id}.yaml`);
  get cache(): string {
    return cacheFile(this.root, 'specs') as string;
  }
  load = (build: string | undefined = 'build 1', ids = this.ids) => Specs.load(this.graders, ids, build);
  async titles(build?: string): Promise<string[]> {
    const specs = await this.load(build);
    return this.ids.map((id) => specs.of(id).title);
  }
}

describe('the specs of a course', () => {
  it('are parsed once for all commands', async () => {
    const course = new TestCourse();
    expect(await course.titles()).toEqual(['01-x/a', '01-x/b']);
    expect(parsed()).toEqual(course.ids.map(course.yaml));
    vi.clearAllMocks();
    expect(await course.titles()).toEqual(['01-x/a', '01-x/b']);
    expect(parsed()).toEqual([]);
  });

  it('are parsed again where a file has changed, and only those', async () => {
    const course = new TestCourse();
    await course.load();
    vi.clearAllMocks();
    course.write('01-x/b', yaml('changed'));
    expect(await course.titles()).toEqual(['01-x/a', 'changed']);
    expect(parsed()).toEqual([course.yaml('01-x/b')]);
    expect(await course.titles()).toEqual(['01-x/a', 'changed']);
  });

  it('are parsed again though the size and the time of the file are what they were', async () => {
    const course = new TestCourse();
    await course.load();
    course.write('01-x/b', yaml('01-x/c'));
    expect(await course.titles()).toEqual(['01-x/a', '01-x/c']);
  });

  it('are not kept of a file that was written just now, which may change again within the same tick', async () => {
    const course = new TestCourse();
    course.write('01-x/b', yaml('fresh'), new Date());
    await course.load();
    vi.clearAllMocks();
    await course.load();
    expect(parsed()).toEqual([course.yaml('01-x/b')]);
  });

  it('are parsed again for another build of the kit, and by each process that runs from the sources', async () => {
    const course = new TestCourse();
    await course.load('build 1');
    vi.clearAllMocks();
    await course.load('build 2');
    expect(parsed()).toHaveLength(2);
    await course.load('build 2');
    expect(parsed()).toHaveLength(2);
    await Specs.load(course.graders, course.ids);
    expect(parsed()).toHaveLength(4);
  });

  it('are those of the files, however what was kept is damaged', async () => {
    const course = new TestCourse();
    await course.load();
    const whole = readFileSync(course.cache, 'utf8');
    const damaged = fc.oneof(
      fc.nat(whole.length - 1).map((end) => whole.slice(0, end)),
      fc
        .tuple(fc.nat(whole.length - 1), fc.string({ minLength: 1, maxLength: 3 }))
        .map(([at, text]) => whole.slice(0, at) + text + whole.slice(at + text.length)),
      fc.string(),
    );
    const stays = fc.asyncProperty(damaged, async (text) => {
      writeFileSync(course.cache, text);
      expect(await course.titles()).toEqual(['01-x/a', '01-x/b']);
      expect(readFileSync(course.cache, 'utf8')).toBe(whole);
    });
    await fc.assert(stays, { numRuns: 50 });
  });

  it('of another course are not taken, though both have the same node_modules', async () => {
    const one = new TestCourse();
    await one.load();
    const other = new TestCourse();
    rmSync(join(other.root, 'node_modules'), { recursive: true });
    symlinkSync(join(one.root, 'node_modules'), join(other.root, 'node_modules'));
    vi.clearAllMocks();
    await other.load();
    expect(parsed()).toEqual(other.ids.map(other.yaml));
  });

  it('are shared by courses that link to the same graders', async () => {
    const course = new TestCourse();
    await course.load();
    const linked = temporaryFolder();
    symlinkSync(course.graders, join(linked, 'graders'));
    vi.clearAllMocks();
    await Specs.load(join(linked, 'graders'), course.ids, 'build 1');
    expect(parsed()).toEqual([]);
  });

  it('need no place to be kept', async () => {
    const course = new TestCourse();
    rmSync(join(course.root, 'node_modules'), { recursive: true });
    expect(await course.titles()).toEqual(['01-x/a', '01-x/b']);
    writeFileSync(join(course.root, 'node_modules'), 'a file where the folder should be');
    expect(await course.titles()).toEqual(['01-x/a', '01-x/b']);
    expect(readdirSync(course.root).sort()).toEqual(['graders', 'node_modules']);
  });

  it('forget an exercise that is no more, and leave nothing else behind', async () => {
    const course = new TestCourse();
    await course.load();
    await course.load('build 1', ['01-x/a']);
    expect(readFileSync(course.cache, 'utf8')).not.toContain('01-x/b');
    expect(readdirSync(dirname(course.cache))).toEqual(['specs']);
  });

  it('keep a number that JSON does not have', async () => {
    const course = new TestCourse(['01-x/a']);
    course.write('01-x/a', real.replace('{ name: ', '{ scale: .inf, name: '));
    for (let time = 0; time < 2; time++) {
      const cases = (await course.load()).of('01-x/a').checks.flatMap((check) => check.cases ?? []);
      expect(cases[0].scale).toBe(Infinity);
    }
  });

  it('are told of one exercise though the file of another is wrong; whoever asks for that one is told where', async () => {
    const course = new TestCourse();
    course.write('01-x/b', 'title: [');
    for (let time = 0; time < 2; time++) {
      const specs = await course.load();
      expect(specs.of('01-x/a').title).toBe('01-x/a');
      expect(() => specs.of('01-x/b')).toThrow(/01-x\/b\.yaml:\d+: /);
    }
    course.write('01-x/b', yaml('mended'));
    expect(await course.titles()).toEqual(['01-x/a', 'mended']);
  });

  it('of this course are the same from what was kept as from the files, and are all kept', async () => {
    const course = new TestCourse([]);
    cpSync(join(PACKAGE_ROOT, 'graders'), course.graders, { recursive: true });
    for (const id of exercises) utimesSync(course.yaml(id), AN_HOUR_AGO, AN_HOUR_AGO);
    const fresh = await course.load('build 1', exercises);
    vi.clearAllMocks();
    const kept = await course.load('build 1', exercises);
    expect(parsed()).toEqual([]);
    for (const id of exercises) expect(kept.of(id)).toStrictEqual(fresh.of(id));
  });
});
