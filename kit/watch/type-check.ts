/** `tsc` on one exercise, in a process of its own: what it finds comes when it comes, and never holds up a verdict. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Course } from '../course/course.ts';
import { pathsOf } from '../course/course.ts';
import { writeWhole } from '../files/write-whole.ts';

export interface TypeFault {
  /** Relative to the course. */
  file: string;
  line: number;
  message: string;
}

const FAULT = /^(.+?)\((\d+),\d+\): error TS\d+: (.*)$/;

export class TypeChecker {
  #child: ChildProcess | undefined;

  constructor(readonly course: Course) {}

  /** Calls `found` unless `stop` or another check comes before, or there is no `tsc`. */
  check(id: string, found: (faults: TypeFault[]) => void): void {
    this.stop();
    const tsc = findTsc(this.course.root);
    if (!tsc) return;
    try {
      const child = spawn(process.execPath, [tsc, '--noEmit', '--pretty', 'false', '-p', this.#project(id)], {
        cwd: this.course.root,
        stdio: ['ignore', 'pipe', 'ignore'],
        // A group of its own, since `tsc` starts a program that does the work.
        detached: true,
      });
      this.#child = child;
      let output = '';
      child.stdout.on('data', (chunk) => {
        output += chunk;
      });
      child.on('error', () => {});
      child.on('close', () => {
        if (this.#child === child) found(parseFaults(output));
      });
    } catch {
      // Types are an extra: without them everything else goes on.
    }
  }

  stop(): void {
    const child = this.#child;
    this.#child = undefined;
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    try {
      process.kill(-child.pid);
    } catch {
      child.kill();
    }
  }

  /** The course's own settings, for this file alone. */
  #project(id: string): string {
    const settings = join(this.course.root, 'tsconfig.json');
    const file = join(this.course.root, '.kit', 'types', `${id.replaceAll('/', '.')}.json`);
    const own = existsSync(settings) ? { extends: settings } : { compilerOptions: WITHOUT_SETTINGS };
    writeWhole(file, JSON.stringify({ ...own, include: [], files: [pathsOf(this.course, id).stub] }));
    return file;
  }
}

const WITHOUT_SETTINGS = {
  target: 'es2022',
  module: 'preserve',
  moduleResolution: 'bundler',
  allowImportingTsExtensions: true,
  strict: true,
  skipLibCheck: true,
  types: [],
};

/** Only what lies in the learner's files; what is wrong several times in one line, once. */
export function parseFaults(output: string): TypeFault[] {
  const faults = new Map<string, TypeFault>();
  for (const text of output.split(/\r?\n/)) {
    const [, file, line, said] = text.match(FAULT) ?? [];
    if (!file?.startsWith('exercises')) continue;
    // Where a package lies on this disk says nothing to who reads it.
    const message = said.replace(/import\("[^"]*\/node_modules\/((?:@[^/"]+\/)?[^/"]+)[^"]*"\)/g, 'import("$1")');
    faults.set(`${file}:${line} ${message}`, { file, line: Number(line), message });
  }
  return [...faults.values()];
}

function findTsc(root: string): string | undefined {
  try {
    const found = createRequire(join(root, 'package.json')).resolve('typescript/package.json');
    const tsc = join(dirname(found), 'bin', 'tsc');
    return existsSync(tsc) ? tsc : undefined;
  } catch {
    return undefined;
  }
}
