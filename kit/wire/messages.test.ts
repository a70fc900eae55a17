import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FromSandbox, parseFromSandbox, type WireValue } from './messages.ts';

const tensor: WireValue = ['t', 3, [2, 2], 'float32'];
const honest: FromSandbox[] = [
  { op: 'ready' },
  { op: 'loaded', exports: ['softmax'] },
  {
    op: 'returned',
    result: 0,
    value: ['o', { out: tensor, rest: ['a', [['v', 1], ['u'], ['x', 'a function']]] }],
    promise: false,
  },
  { op: 'threw', name: 'RangeError', message: 'S is 6 …', stack: '' },
  { op: 'recording' },
  { op: 'gradients', values: [tensor, ['v', null]] },
  { op: 'kernel', name: 'Add', inputs: { a: 1, b: -2 }, attrs: {}, outputs: [3] },
  { op: 'upload', handle: 4, shape: [0, 2], dtype: 'bool', bytes: new Uint8Array() },
  { op: 'download', handle: 7 },
  { op: 'dispose', handles: [1, -2] },
  { op: 'log', text: 'hello' },
];

const wrong: [string, unknown][] = [
  [
    'a shape with a negative size',
    { op: 'upload', handle: 1, shape: [-1], dtype: 'float32', bytes: new Uint8Array(4) },
  ],
  ['a shape with half a size', { op: 'upload', handle: 1, shape: [0.5], dtype: 'float32', bytes: new Uint8Array(4) }],
  ['a shape that is not a list', { op: 'upload', handle: 1, shape: 4, dtype: 'float32', bytes: new Uint8Array(4) }],
  ['a dtype that is none', { op: 'upload', handle: 1, shape: [1], dtype: 'string', bytes: new Uint8Array(4) }],
  ['bytes as a list', { op: 'upload', handle: 1, shape: [1], dtype: 'float32', bytes: [0, 0, 0, 0] }],
  ['a handle that is NaN', { op: 'download', handle: Number.NaN }],
  ['a handle as text', { op: 'download', handle: '1' }],
  ['handles beyond the integers', { op: 'dispose', handles: [2 ** 60] }],
  [
    'a handle of the grader’s for its own tensor',
    { op: 'upload', handle: -1, shape: [], dtype: 'bool', bytes: new Uint8Array(1) },
  ],
  ['such a handle for an output', { op: 'kernel', name: 'Add', inputs: {}, attrs: {}, outputs: [-1] }],
  ['inputs as a list', { op: 'kernel', name: 'Add', inputs: [1, 2], attrs: {}, outputs: [] }],
  ['an input that is not a handle', { op: 'kernel', name: 'Add', inputs: { a: {} }, attrs: {}, outputs: [] }],
  ['attributes as bytes', { op: 'kernel', name: 'Add', inputs: {}, attrs: new Uint8Array(4), outputs: [] }],
  ['no attributes', { op: 'kernel', name: 'Add', inputs: {}, outputs: [] }],
  ['no outputs', { op: 'kernel', name: 'Add', inputs: {}, attrs: {} }],
  ['a result of an unknown kind', { op: 'returned', result: 0, value: ['z', 1], promise: false }],
  ['a field of an unknown kind', { op: 'returned', result: 0, value: ['o', { a: ['z'] }], promise: false }],
  ['a result that nests too deep', { op: 'returned', result: 0, value: lists(20), promise: false }],
  ['a change in other than words', { op: 'returned', result: 0, value: ['u'], promise: false, altered: 3 }],
  ['gradients that are not a list', { op: 'gradients', values: tensor[1] }],
  ['an operation of the host', { op: 'answer', handle: 1 }],
  ['an operation that every object has', { op: 'toString' }],
  ['an operation that is not text', { op: 1 }],
];

function lists(depth: number): unknown {
  return depth === 0 ? ['u'] : ['a', [lists(depth - 1)]];
}

describe('a message from a sandbox', () => {
  it.each(honest.map((message) => [message.op, message] as const))('is taken if it is an honest "%s"', (_, message) => {
    expect(parseFromSandbox(message)).toBe(message);
  });

  it.each(wrong)('is refused in words if it has %s', (_, message) => {
    expect(parseFromSandbox(message)).toBeTypeOf('string');
  });

  it('may be anything at all without the parser throwing', () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true }), (junk) => {
        expect(parseFromSandbox(junk)).toBeTypeOf('string');
      }),
    );
  });

  it('is refused whichever single field of an honest one is replaced by junk of another kind', () => {
    const junk = fc.constantFrom(undefined, null, -1, 0.5, Number.NaN, () => 0, Symbol('s'), [[[]]], [null]);
    for (const message of honest) {
      for (const field of Object.keys(message).filter((name) => name !== 'op')) {
        fc.assert(
          fc.property(junk, (value) => {
            const verdict = parseFromSandbox({ ...message, [field]: value });
            // Results and inputs may be numbered as anybody likes.
            if (field === 'result' || (field === 'handle' && message.op === 'download' && value === -1)) return;
            expect(verdict, `${message.op}.${field}`).toBeTypeOf('string');
          }),
        );
      }
    }
  });

  it('does not fill the report: a long name of an unknown operation is cut', () => {
    const verdict = parseFromSandbox({ op: 'x'.repeat(1e6) });
    expect(verdict).toHaveLength('an unknown operation ""'.length + 40);
  });
});
