/**
 * What host and sandbox say to each other. The host starts every exchange, several at once if it likes; the sandbox takes
 * them in that order, and while it works on one, it sends kernels.
 *
 * A kernel needs no answer: the sandbox names the handles of its outputs itself and knows their shapes (the table of
 * kernels is a pure function of shapes), so it only ever waits for a download or to be asked for more. What the host
 * still refuses (memory, an index out of bounds) it says at the next download, or in place of the result.
 */

export type WireDType = 'float32' | 'int32' | 'bool' | 'complex64';

/**
 * A value on its way in or out of the sandbox, tagged so that nothing can be mistaken for something else:
 * t tensor by handle, r part of an earlier result, v plain value, u undefined, a array, o object,
 * x something that cannot leave (a function, a symbol …), described.
 */
export type WireTensor = ['t', number, number[], WireDType];

export type WireValue =
  | WireTensor
  | ['r', number, string[]]
  | ['v', number | string | boolean | null]
  | ['u']
  | ['a', WireValue[]]
  | ['o', Record<string, WireValue>]
  | ['x', string];

export type ToSandbox =
  /** Run what submissions use, so that it is compiled before one waits for it. */
  | { op: 'warmUp' }
  | { op: 'load'; code: string; file: string; path: string[] }
  | { op: 'call'; fn: string; args: WireValue[] }
  /** Everything up to `gradientEnd` is recorded; the answer to this comes only then. */
  | { op: 'gradient'; wrt: WireValue[] }
  | { op: 'gradientEnd'; outputs: WireValue[]; cotangents: WireValue[] }
  /** Say with each kernel where it was called, up to the next `forget`: slow, to explain a failure. */
  | { op: 'trace' }
  /** Forget the inputs and results so far. */
  | { op: 'forget' }
  | { op: 'answer'; bytes?: Uint8Array; error?: string };

/** Where an operation was called: stack traces, told while that is traced. */
export interface CalledFrom {
  stack?: string;
  /** In a backward pass: where the operation was called whose gradient is taken. */
  during?: string;
}

export type FromSandbox =
  | { op: 'ready' }
  | { op: 'loaded'; exports: string[] }
  /** `altered` says what became of an argument that is not as it was passed. */
  | { op: 'returned'; result: number; value: WireValue; promise: boolean; altered?: string }
  | { op: 'threw'; name: string; message: string; stack: string; during?: string }
  | { op: 'recording' }
  | { op: 'gradients'; values: WireValue[] }
  | ({
      op: 'kernel';
      name: string;
      inputs: Record<string, number>;
      attrs: Record<string, unknown>;
      outputs: number[];
    } & CalledFrom)
  | ({ op: 'upload'; handle: number; shape: number[]; dtype: WireDType; bytes: Uint8Array } & CalledFrom)
  | { op: 'download'; handle: number }
  | { op: 'dispose'; handles: number[] }
  | { op: 'log'; text: string };

/** What ends an exchange. */
export type Final = Extract<FromSandbox, { op: 'ready' | 'loaded' | 'returned' | 'threw' | 'recording' | 'gradients' }>;
export const FINAL: ReadonlySet<string> = new Set<Final['op']>([
  'ready',
  'loaded',
  'returned',
  'threw',
  'recording',
  'gradients',
]);
/** Which of them ends what was asked, unless it threw; `start` is the peer's own beginning. */
export const ENDS: Record<'start' | Exclude<ToSandbox['op'], 'trace' | 'forget' | 'answer'>, Final['op']> = {
  start: 'ready',
  warmUp: 'ready',
  load: 'loaded',
  call: 'returned',
  gradient: 'recording',
  gradientEnd: 'gradients',
};

const isNumbers = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0);
const isText = (value: unknown): value is string => typeof value === 'string';
const isTextOrNone = (value: unknown) => value === undefined || isText(value);
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
const isDType = (value: unknown): value is WireDType =>
  value === 'float32' || value === 'int32' || value === 'bool' || value === 'complex64';

/** Inputs of the grader's have negative handles. */
const isHandles = (value: unknown) => isRecord(value) && Object.values(value).every(Number.isSafeInteger);
const isNumber = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0;

const FIELDS: Record<FromSandbox['op'], Record<string, (value: unknown) => boolean>> = {
  ready: {},
  loaded: { exports: (value) => Array.isArray(value) && value.every(isText) },
  returned: {
    result: Number.isSafeInteger,
    value: isWireValue,
    promise: (value) => typeof value === 'boolean',
    altered: isTextOrNone,
  },
  threw: { name: isText, message: isText, stack: isText, during: isTextOrNone },
  recording: {},
  gradients: { values: (value) => Array.isArray(value) && value.every((item) => isWireValue(item)) },
  kernel: {
    name: isText,
    inputs: isHandles,
    attrs: isRecord,
    outputs: isNumbers,
    stack: isTextOrNone,
    during: isTextOrNone,
  },
  upload: {
    handle: isNumber,
    shape: isNumbers,
    dtype: isDType,
    bytes: (value) => value instanceof Uint8Array,
    stack: isTextOrNone,
    during: isTextOrNone,
  },
  download: { handle: Number.isSafeInteger },
  dispose: { handles: (value) => Array.isArray(value) && value.every(Number.isSafeInteger) },
  log: { text: isText },
};

const FIELDS_OF = new Map(Object.entries(FIELDS).map(([op, fields]) => [op, Object.entries(fields)]));

/** The message, if it is one that a sandbox may send; what is wrong with it otherwise. */
export function parseFromSandbox(message: unknown): FromSandbox | string {
  if (!isRecord(message) || !isText(message.op)) return 'a message without an operation';
  const fields = FIELDS_OF.get(message.op);
  if (!fields) return `an unknown operation "${message.op.slice(0, 40)}"`;
  for (const [name, isRight] of fields) {
    if (!isRight(message[name])) return `"${message.op}" with a wrong "${name}"`;
  }
  return message as FromSandbox;
}

function isWireValue(value: unknown, depth = 0): value is WireValue {
  if (!Array.isArray(value) || depth > 16) return false;
  const [tag, content] = value;
  switch (tag) {
    case 't':
      return Number.isSafeInteger(content);
    case 'v':
      return content === null || ['number', 'string', 'boolean'].includes(typeof content);
    case 'u':
      return true;
    case 'x':
      return isText(content);
    case 'a':
      return Array.isArray(content) && content.every((item) => isWireValue(item, depth + 1));
    case 'o':
      return isRecord(content) && Object.values(content).every((item) => isWireValue(item, depth + 1));
    default:
      return false;
  }
}
