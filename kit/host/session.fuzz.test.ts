/** A peer that says anything at all: the host answers or ends it, keeps within its limits, and serves the next as before. */
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { FakePeer, floats, kernel, returned, tensor } from '../testing/fake-peer.ts';
import { encodeFrame } from '../wire/frames.ts';
import { kernels } from '../wire/kernels/table.ts';
import { SandboxDied } from '../wire/sandbox-state.ts';
import { startBackend } from './backend.ts';

beforeAll(() => startBackend('cpu', ''));

const LIMITS = { memoryBytes: 1 << 20, flops: 1e7, kernels: 200, logBytes: 1000 };

const number = fc.oneof(
  fc.integer({ min: -3, max: 12 }),
  fc.constantFrom(NaN, Infinity, -Infinity, -0, 0.5, 2 ** 31, 2 ** 32, 2 ** 53, -(2 ** 53), 1e308),
);
const key = fc.oneof(
  fc.constantFrom('__proto__', 'constructor', 'toString', 'x', 'a', 'b', 'indices', 'shape', 'axis', '', '0', 'length'),
  fc.string({ maxLength: 5 }),
);
/** Anything that MessagePack can say. */
const anything = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    number,
    fc.boolean(),
    fc.constant(null),
    fc.string({ maxLength: 8 }),
    fc.uint8Array({ maxLength: 16 }),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(key, tie('value'), { maxKeys: 5 }),
  ),
})).value;

const handle = fc.integer({ min: -3, max: 6 });
const shape = fc.array(fc.oneof(fc.integer({ min: 0, max: 5 }), fc.constantFrom(2 ** 31, 65_536)), { maxLength: 5 });
const dtype = fc.constantFrom('float32', 'int32', 'bool', 'complex64', 'string', 'float64');
const inputName = fc.constantFrom(
  'x',
  'a',
  'b',
  '0',
  '1',
  'condition',
  't',
  'e',
  'indices',
  'dy',
  'real',
  'imag',
  '__proto__',
);
const attrName = fc.constantFrom(
  'axis',
  'shape',
  'dims',
  'begin',
  'size',
  'perm',
  'reps',
  'dtype',
  'value',
  'depth',
  'transposeA',
  'transposeB',
  'paddings',
  'keepDims',
  'exclusive',
  'reverse',
  'batchDims',
  'start',
  'stop',
  'step',
  'equation',
  'strides',
  'pad',
  'k',
  'numSegments',
);

/** Messages of the right form with wrong contents: what gets furthest in. */
const wellFormed = fc.oneof(
  fc.record({
    op: fc.constant('kernel'),
    name: fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...kernels.keys()) }, { weight: 1, arbitrary: key }),
    inputs: fc.dictionary(inputName, handle, { maxKeys: 4 }),
    attrs: fc.dictionary(attrName, fc.oneof(number, shape, fc.boolean(), dtype, anything), { maxKeys: 6 }),
    outputs: fc.array(fc.oneof(handle, fc.integer({ min: 100, max: 1e6 })), { maxLength: 3 }),
  }),
  fc.record({ op: fc.constant('upload'), handle, shape, dtype, bytes: fc.uint8Array({ maxLength: 64 }) }),
  fc.record({ op: fc.constant('download'), handle }),
  fc.record({ op: fc.constant('dispose'), handles: fc.array(handle, { maxLength: 4 }) }),
  fc.record({ op: fc.constant('log'), text: fc.string() }),
);
const malformed = fc.record(
  {
    op: fc.oneof(fc.constantFrom('kernel', 'upload', 'download', 'dispose', 'log', 'returned', 'threw', 'ready'), key),
    name: anything,
    handle: anything,
    handles: anything,
    shape: anything,
    dtype: anything,
    bytes: anything,
    inputs: anything,
    attrs: anything,
    outputs: anything,
    value: anything,
    result: anything,
    promise: anything,
    text: anything,
  },
  { requiredKeys: ['op'] },
);

/** A peer with two inputs to play with; what its messages came to. */
async function outcomeOf(
  messages: unknown[],
  bytes?: Uint8Array,
  timeoutMs = 20_000,
): Promise<{ peer: FakePeer; said: string }> {
  const peer = new FakePeer(LIMITS);
  peer.session.input(-1, floats(1, NaN, 3, 4), [2, 2], 'float32');
  peer.session.input(-2, new Uint8Array(Int32Array.from([0, 1, 2 ** 30, -5]).buffer), [4], 'int32');
  const asked = peer.session.ask({ op: 'call', fn: 'f', args: [] }, timeoutMs);
  const said = asked.then(
    (answer) => `answer: ${answer.op}`,
    (error) => {
      if (error instanceof SandboxDied) return `${error.death.reason}: ${error.death.detail}`;
      throw error;
    },
  );
  peer.send(...messages);
  if (bytes) peer.pipe.write(bytes);
  peer.send(returned(tensor(-1)));
  return { peer, said: await said };
}

/** What is left of a frame is waited for until the time is up. */
async function lives(messages: unknown[], bytes?: Uint8Array, timeoutMs?: number): Promise<void> {
  const before = tf.memory().numTensors;
  const { peer, said } = await outcomeOf(messages, bytes, timeoutMs);
  expect(said).toMatch(/^(answer: (returned|threw)|protocol: |limit: |timeout: )/);
  if (!peer.session.dead) expect(await peer.session.takeFault()).toBeNull();
  // What its tensors are worth stays within the limit, and the end of the sandbox is the end of them.
  if (!peer.session.dead) expect(peer.session.usage().cost.peakBytes).toBeLessThanOrEqual(LIMITS.memoryBytes + 100);
  peer.session.die({ reason: 'exited', detail: 'closed' });
  expect(tf.memory().numTensors).toBe(before);
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
}

describe('a peer that has been taken over', () => {
  it('may send kernels of any name with any inputs, attributes and outputs', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(wellFormed, { minLength: 1, maxLength: 8 }), (messages) => lives(messages)),
      { numRuns: 1500 },
    );
  }, 120_000);

  it('may send messages of any form', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(malformed, anything), { minLength: 1, maxLength: 4 }), (messages) =>
        lives(messages),
      ),
      { numRuns: 800 },
    );
  }, 120_000);

  it('may send frames with any byte changed, cut off or added', async () => {
    const good = encodeFrame(kernel('Exp', { x: -1 }, [1]));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { maxLength: 4 }),
        fc.nat(good.length),
        fc.uint8Array({ maxLength: 12 }),
        async (changes, cut, more) => {
          const bytes = Uint8Array.from([...good.subarray(0, cut), ...more]);
          for (const [at, value] of changes) if (at >= 4 && at < bytes.length) bytes[at] = value;
          await lives([], bytes, 30);
        },
      ),
      { numRuns: 300 },
    );
  }, 120_000);

  it('and the next one on the same host computes as if nothing had been', async () => {
    const peer = new FakePeer();
    peer.session.input(-1, floats(0, 1), [2], 'float32');
    expect(await peer.call(kernel('Exp', { x: -1 }, [1]), returned(tensor(1)))).toMatchObject({ op: 'returned' });
    const values = new Float32Array(Uint8Array.from(await peer.session.read(1)).buffer);
    expect(values[1]).toBeCloseTo(Math.E, 5);
  });
});
