/** Why a check failed: for machines a code, for people a sentence. */
import type { Static } from 'typebox';
import type { Death } from '../wire/sandbox-state.ts';
import type { Picture as schema } from './picture.schema.ts';

export interface Failure {
  /** Short and stable, such as `off`, `nan`, `leak`: what a wrong variant is recognised by. */
  code: string;
  /** One sentence on what is wrong and where. */
  message: string;
  /** The submission's file and line, where an error names one. */
  at?: string;
  /** What was computed and what was expected, for a picture. */
  picture?: Picture;
  /** The smallest case that still fails. */
  smallest?: string;
}

/** Part of a matrix of results; null is what is not a finite number. */
export type Picture = Static<typeof schema>;

/** The submission did something that ends the check: threw, hung, returned what it should not. */
export class SubmissionFault extends Error {
  override name = 'SubmissionFault';
  constructor(
    readonly failure: Failure,
    /** The sandbox is gone with it. */
    readonly fatal = false,
  ) {
    super(failure.message);
  }
}

/** What does not depend on the case is said without it. */
export const isEverywhere = ({ code }: Failure): boolean => /^(todo|no-export|not-available|promise)$/.test(code);

export function inCase(failure: Failure, name: string): Failure {
  return isEverywhere(failure) ? failure : { ...failure, message: `case "${name}": ${failure.message}` };
}

/** Signals that others send. What a process does to itself ends in SIGABRT, SIGSEGV, SIGXCPU and their like. */
const FROM_OUTSIDE: ReadonlySet<string> = new Set(['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT']);

/** Ended by what may be no doing of the submission's: the machine, or whoever works on it. */
export const isKilled = ({ code }: Failure): boolean => code === 'killed';

/** Of a sandbox that ended, by the submission's doing as far as is known. */
export function failureOfDeath({ reason, detail, signal }: Death): Failure {
  switch (reason) {
    case 'timeout':
      return { code: 'timeout', message: `it did not finish: ${detail} (an endless loop?)` };
    case 'limit':
      return { code: 'limit', message: `it was stopped: ${detail}` };
    case 'protocol':
      return { code: 'protocol', message: `it was stopped for interfering with the judge: ${detail}` };
    default:
      if (signal && FROM_OUTSIDE.has(signal)) {
        return { code: 'killed', message: `its process was ended from outside before it returned (${detail})` };
      }
      return { code: 'exited', message: `its process ended before it returned (${detail})` };
  }
}

/** In words; `found` is what the file exports. */
export function noExport(missing: string, found: readonly string[]): string {
  const others = found.filter((name) => name !== 'default').slice(0, 3);
  const hint = found.includes('default')
    ? `it has a default export: write "export function ${missing}", without "default"`
    : others.length > 0
      ? `it exports ${others.join(', ').slice(0, 100)}`
      : 'is the word "export" missing before it?';
  return `the file exports no function ${missing} (${hint})`;
}
