/** The learner's file of an exercise: whether it was begun, and how it goes back to the stub. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { type Course, pathsOf } from '../course/course.ts';
import { InputError } from '../course/input-error.ts';
import { pristineStub } from '../course/pristine-stub.ts';

export class OwnFile {
  #stub: { text: string | undefined } | undefined;

  constructor(
    readonly course: Pick<Course, 'root'>,
    readonly id: string,
  ) {}

  get path(): string {
    return pathsOf(this.course, this.id).stub;
  }

  /** As people name it. */
  get name(): string {
    return relative(this.course.root, this.path);
  }

  /** Undefined where there is none. */
  read(): string | undefined {
    try {
      return readFileSync(this.path, 'utf8');
    } catch {
      return undefined;
    }
  }

  get isUntouched(): boolean {
    this.#stub ??= { text: pristineStub(this.course, this.id) };
    return this.read() === this.#stub.text;
  }

  /**
   * Puts the stub back.
   * @returns where the file as it was lies now, by its name; undefined where there was none
   * @throws InputError where the stub is not known
   */
  reset(): string | undefined {
    const stub = pristineStub(this.course, this.id);
    if (stub === undefined)
      throw new InputError(`the stub of ${this.id} is not known here; take ${this.name} from the course anew`);
    const before = this.read();
    const copy = before === undefined ? undefined : this.#keep(before);
    mkdirSync(dirname(this.path), { recursive: true });
    writeFileSync(this.path, stub);
    return copy;
  }

  /** In .kit/, where it is neither judged nor handed in. */
  #keep(text: string): string {
    for (let n = 1; ; n++) {
      const copy = join(this.course.root, '.kit', 'kept', `${this.id}.${n}.ts`);
      if (existsSync(copy)) continue;
      mkdirSync(dirname(copy), { recursive: true });
      writeFileSync(copy, text, { flag: 'wx' });
      return relative(this.course.root, copy);
    }
  }
}
