/** The learner's own file and line for a place in the bundle that the sandbox ran. */
import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping';
import { GIVEN } from './bundle.ts';

/** The name under which the sandbox runs a bundle; stack traces carry it. */
export const BUNDLE_NAME = 'submission.js';

const FRAME = /submission\.js:(\d+):(\d+)/g;

/** `exercises/01-…/x.ts:23` of the innermost frame in the submission's own files, if the stack names one. */
export function originOf(stack: string, map: string): string | undefined {
  const trace = new TraceMap(map);
  for (const [, line, column] of stack.matchAll(FRAME)) {
    // A stack is text of the submission's making.
    if (Number(line) < 1) continue;
    const { source, line: original } = originalPositionFor(trace, {
      line: Number(line),
      column: Math.max(0, Number(column) - 1),
    });
    if (source && !source.startsWith(`${GIVEN}:`) && !source.includes('arguments.ts')) return `${source}:${original}`;
  }
  return undefined;
}
