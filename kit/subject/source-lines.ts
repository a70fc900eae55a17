/** The learner's own file, line and names for a place in the bundle that the sandbox ran. */
import { eachMapping, originalPositionFor, TraceMap } from '@jridgewell/trace-mapping';
import { GIVEN } from './import-policy.ts';

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

/**
 * `tf.concat` where the innermost frame of the submission called that, whatever it is made of; undefined where the
 * submission itself is innermost, or is in no frame at all.
 */
export function calledAt(stack: string): string | undefined {
  const frames = stack.split('\n').filter((line) => /^\s*at /.test(line));
  const own = frames.findIndex((line) => line.includes(`${BUNDLE_NAME}:`));
  const [, object, name, alias] = frames[own - 1]?.match(TFJS_FRAME) ?? [];
  const called = (alias ?? name ?? '').replace(/__op$/, '');
  if (!/^[a-z]\w*$/i.test(called)) return undefined;
  if (OF_TENSORS.has(called)) return `${object ? 'x' : 'tf'}.${called}`;
  return `tf.${called.replace(/^fused(?=[A-Z])(.)/, (_, first) => `fused.${first.toLowerCase()}`)}`;
}

/** `at Object.concat__op [as concat] (/kit/sandbox.cjs:5:43516)`. */
const TFJS_FRAME = /^\s*at (?:new )?(?:(\w+)\.)?(\w+)(?: \[as (\w+)\])? \(.*\bsandbox\.c?js:/;
const OF_TENSORS: ReadonlySet<string> = new Set(
  'data dataSync array arraySync buffer bufferSync bytes print toString dispose'.split(' '),
);

/** Text with the names that the bundler gave put back to those that the learner wrote: tf2.shape is tf.shape. */
export function asWritten(text: string, { code, map }: { code: string; map: string }): string {
  if (!/import_|[a-z]\d/i.test(text)) return text;
  const lines = code.split('\n');
  const written = new Map<string, string>();
  eachMapping(new TraceMap(map), ({ generatedLine, generatedColumn, name }) => {
    const [given] = (name && lines[generatedLine - 1]?.slice(generatedColumn).match(/^[\w$]+/)) || [];
    if (name && given?.startsWith(name) && /^\d+$/.test(given.slice(name.length))) written.set(given, name);
  });
  return text
    .replace(/\(0 ?, ?import_\w+\.(\w+)\)/g, '$1')
    .replace(/\bimport_\w+\.(\w+)/g, '$1')
    .replace(/[\w$]+/g, (word) => written.get(word) ?? word);
}
