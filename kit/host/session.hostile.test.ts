/** What a sandbox that has been taken over could send, and what comes of it. */
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { deathOf, FakePeer, floats, kernel, returned, tensor, uploadOf } from '../testing/fake-peer.ts';
import { encodeFrame } from '../wire/frames.ts';
import { MOST_LEAKS, RESULT_LIMITS, TEXT_LIMITS, TRACE_LIMITS } from '../wire/limits.ts';
import type { WireValue } from '../wire/messages.ts';
import { startBackend } from './backend.ts';

beforeAll(() => startBackend('cpu', ''));

const refused = (message: string | RegExp) => ({
  op: 'threw',
  name: 'Error',
  message: typeof message === 'string' ? message : expect.stringMatching(message),
  stack: '',
});

describe('a message out of turn ends the sandbox', () => {
  it.each([
    ['a kernel', kernel('Exp', { x: -1 }, [1])],
    ['an upload', uploadOf(1, 1)],
    ['a download', { op: 'download', handle: -1 }],
    ['a result', returned()],
    ['text', { op: 'log', text: 'x' }],
  ])('such as %s while nothing is asked', async (_, message) => {
    const peer = new FakePeer();
    peer.send(message);
    await new Promise(setImmediate);
    expect(await deathOf(peer.session.read(1))).toBe(
      `protocol: it sent "${message.op}" out of turn; expected a kernel call or a result`,
    );
    expect(peer.kills).toBe(1);
  });

  it.each([
    ['ready', { op: 'ready' }],
    ['loaded', { op: 'loaded', exports: [] }],
    ['recording', { op: 'recording' }],
    ['gradients', { op: 'gradients', values: [] }],
  ])('such as "%s", which is not an answer to a call', async (op, message) => {
    expect(await new FakePeer().deathBy(message)).toBe(`protocol: it sent "${op}"; expected a kernel call or a result`);
  });

  it('such as a second result, once the first has been taken', async () => {
    const peer = new FakePeer();
    await peer.call(returned(), returned());
    expect(await peer.deathBy()).toContain('protocol: it sent "returned" out of turn');
  });
});

describe('what is not a message ends the sandbox', () => {
  it.each([
    ['an operation that there is not', { op: 'exec', command: 'id' }, 'an unknown operation "exec"'],
    ['an operation of the host', { op: 'answer' }, 'an unknown operation "answer"'],
    ['a field of the wrong kind', { op: 'log', text: 1 }, '"log" with a wrong "text"'],
    ['a bare number', 7, 'a message without an operation'],
  ])('%s', async (_, message, said) => {
    expect(await new FakePeer().deathBy(message)).toBe(`protocol: it sent ${said}; expected a kernel call or a result`);
  });

  it.each([
    ['no MessagePack', [3, 0, 0, 0, 0xc1, 0xc1, 0xc1], /not a message/],
    ['an announced length of 4 GB', [255, 255, 255, 255], /a frame of 4294967295 bytes is over the limit/],
    ['an empty frame', [0, 0, 0, 0], /an empty frame/],
    ['a list that announces a million lists', [6, 0, 0, 0, 0xdd, 0, 15, 66, 64, 1], /values that are not there/],
  ])('%s', async (_, bytes, said) => {
    const peer = new FakePeer();
    const answer = peer.session.ask({ op: 'call', fn: 'f', args: [] }, 5000);
    peer.pipe.write(Uint8Array.from(bytes));
    expect(await deathOf(answer)).toMatch(said);
  });

  it('half a frame and then silence, when the time is up', async () => {
    const peer = new FakePeer();
    const answer = peer.session.ask({ op: 'call', fn: 'f', args: [] }, 40);
    peer.pipe.write(encodeFrame(returned()).subarray(0, 7));
    expect(await deathOf(answer)).toBe('timeout: no answer within 0.04 s');
    expect(peer.kills).toBe(1);
  });
});

describe('a tensor that is not its own is out of reach', () => {
  it.each([
    ['never made', 12_345],
    ['an input of another sandbox', -7],
    ['another sandbox’s', 1],
    ['its own, and disposed of', 5],
  ])('one that is %s', async (_, handle) => {
    const other = new FakePeer();
    other.session.input(-7, floats(4), [1], 'float32');
    await other.call(uploadOf(1, 42), returned());
    const peer = new FakePeer();
    await peer.call(uploadOf(5, 1), { op: 'dispose', handles: [5] }, returned());
    const gone = 'this tensor has been disposed (inputs live only as long as the call they came with)';
    expect(await peer.call(kernel('Exp', { x: handle }, [9]), returned(tensor(9)))).toEqual(refused(gone));
    await peer.call({ op: 'download', handle }, { op: 'dispose', handles: [handle] }, returned());
    expect(peer.heard.at(-1)).toEqual({ op: 'answer', error: gone });
    expect(await peer.call(returned(tensor(handle)))).toEqual(returned(['x', 'a tensor that has been disposed']));
    expect(other.session.usage()).toMatchObject({ leaked: [[1]], disposedOfCallers: 0 });
  });

  it('and one that there is cannot be replaced', async () => {
    const peer = new FakePeer();
    peer.session.input(-1, floats(1), [1], 'float32');
    await peer.call(uploadOf(3, 5), returned());
    expect(await peer.call(uploadOf(3, 6), returned())).toEqual(refused('the handle 3 is taken'));
    expect(await peer.call(kernel('Exp', { x: -1 }, [3]), returned())).toEqual(refused('the handle 3 is taken'));
    expect(await peer.call(kernel('Exp', { x: -1 }, [4, 4]), returned())).toEqual(refused(/has 1 outputs, not 2/));
    expect(Uint8Array.from(await peer.session.read(3))).toEqual(floats(5));
  });
});

describe('what costs too much is refused before it costs anything', () => {
  it('an upload or a result over the memory limit', async () => {
    const peer = new FakePeer({ memoryBytes: 1000 });
    const before = tf.memory();
    const big = { op: 'upload', handle: 1, shape: [300], dtype: 'float32', bytes: new Uint8Array(1200) };
    const message = 'out of memory: 0.0 MiB more, with 0.0 MiB in use, are over the limit of 0.0 MiB';
    expect(await peer.call(big, returned())).toEqual(refused(message));
    const fill = kernel('Fill', {}, [1], { shape: [30_000, 30_000], value: 0, dtype: 'float32' });
    expect(await peer.call(fill, returned())).toEqual(refused(/^out of memory: 3433.2 MiB more/));
    expect(tf.memory()).toEqual(before);
    expect(peer.session.usage().cost).toMatchObject({ kernels: 0, uploads: 1, peakBytes: 0 });
  });

  it('and memory that is given back is there again', async () => {
    const peer = new FakePeer({ memoryBytes: 100 });
    for (let i = 1; i <= 5; i++)
      expect(await peer.call(uploadOf(i, ...Array(20).fill(0)), { op: 'dispose', handles: [i] }, returned())).toEqual(
        returned(),
      );
    await peer.call(uploadOf(6, ...Array(20).fill(0)), returned());
    expect(await peer.call(uploadOf(7, ...Array(20).fill(0)), returned())).toEqual(refused(/out of memory/));
  });

  it('an upload whose bytes are not what its shape says', async () => {
    const peer = new FakePeer();
    const upload = { op: 'upload', handle: 1, shape: [3], dtype: 'float32', bytes: new Uint8Array(8) };
    expect(await peer.call(upload, returned())).toEqual(refused('8 bytes are not a float32 tensor of shape [3]'));
    const complex = { ...upload, shape: [1], dtype: 'complex64' };
    expect(await peer.call(complex, returned())).toEqual(refused('8 bytes are not a complex64 tensor of shape [1]'));
  });

  it('arithmetic beyond the limit, which ends the sandbox', async () => {
    const peer = new FakePeer({ flops: 1000 });
    peer.session.input(-1, floats(...Array(100).fill(1)), [10, 10], 'float32');
    const square = kernel('BatchMatMul', { a: -1, b: -1 }, [1], { transposeA: false, transposeB: false });
    expect(await peer.deathBy(square)).toBe('limit: more than 1000 floating-point operations in one call');
  });

  it('an operation that the course does not have', async () => {
    for (const name of ['__proto__', 'toString', 'Conv3D_evil', ''])
      expect(await new FakePeer().call(kernel(name, {}, [1]), returned())).toEqual(
        refused(`the operation ${name} is not available in this course`),
      );
  });
});

describe('values are read by downloads alone, and each is counted', () => {
  const gather = kernel('GatherV2', { x: -1, indices: -2 }, [1], { axis: 0, batchDims: 0 });
  const ask = async (index: number) => {
    const peer = new FakePeer();
    peer.session.input(-1, floats(1), [1], 'float32');
    peer.session.input(-2, new Uint8Array(Int32Array.of(index).buffer), [1], 'int32');
    // Of a handle that there is not: what was refused before is told in its place.
    await peer.call(gather, { op: 'download', handle: 99 }, returned());
    return { said: peer.heard.at(-1), cost: peer.session.usage().cost };
  };

  it('so a refused kernel says what it was refused for without the values in it', async () => {
    const [one, other] = [await ask(4711), await ask(-123_456)];
    expect(one.said).toEqual({ op: 'answer', error: expect.stringContaining('axis 0 of x has size 1') });
    expect(other.said).toEqual(one.said);
  });

  it('so a download that is refused is one, since it tells that something was', async () => {
    expect((await ask(4711)).cost).toMatchObject({ kernels: 0, downloads: 1 });
  });

  it('so what a backend says of its own accord is for the grader, not for the peer', async () => {
    const peer = new FakePeer();
    await peer.call(uploadOf(1, 4711), returned());
    const spy = vi.spyOn(tf.Tensor.prototype, 'data').mockRejectedValue(new Error('4711 is no good'));
    await peer.call({ op: 'download', handle: 1 }, returned());
    spy.mockRestore();
    expect(peer.heard.at(-1)).toEqual({ op: 'answer', error: 'the operation failed where it was carried out' });
    expect(peer.session.takeFault()).toBe('download: 4711 is no good');
  });
});

describe('a flood ends the sandbox, not the host', () => {
  it('of kernels, uploads and downloads together', async () => {
    const limit = 'limit: more than 10 kernels, uploads and downloads in one call';
    const uploads = Array.from({ length: 11 }, (_, i) => uploadOf(i + 1));
    expect(await new FakePeer({ kernels: 10 }).deathBy(...uploads)).toBe(limit);
    const kernels = Array.from({ length: 11 }, (_, i) => kernel('Identity', { x: -1 }, [i + 1]));
    const peer = new FakePeer({ kernels: 10 });
    peer.session.input(-1, floats(1), [1], 'float32');
    expect(await peer.deathBy(...kernels)).toBe(limit);
    const downloads = Array.from({ length: 10 }, () => ({ op: 'download', handle: 1 }));
    expect(await new FakePeer({ kernels: 10 }).deathBy(uploadOf(1), ...downloads)).toBe(limit);
  });

  it('of what is refused, which counts as what is carried out', async () => {
    const limit = 'limit: more than 10 kernels, uploads and downloads in one call';
    const bad = { op: 'upload', handle: 1, shape: [3], dtype: 'float32', bytes: new Uint8Array(8) };
    const refusals = [bad, kernel('Exp', { x: 99 }, [1]), kernel('NoSuch', {}, [1]), { op: 'download', handle: 99 }];
    for (const refusal of refusals) {
      const flood = Array.from({ length: 11 }, () => refusal);
      expect(await new FakePeer({ kernels: 10 }).deathBy(...flood), refusal.op).toBe(limit);
    }
  });

  it('of downloads that it never reads', async () => {
    const peer = new FakePeer({}, { reads: false });
    peer.session.input(-1, new Uint8Array(20 * 1024 * 1024), [5 * 1024 * 1024], 'float32');
    const downloads = Array.from({ length: 20 }, () => ({ op: 'download', handle: -1 }));
    expect(await peer.deathBy(...downloads)).toBe('limit: downloads that were asked for and not read');
  });

  it('of messages sent faster than they can be handled', async () => {
    const peer = new FakePeer();
    peer.session.input(-1, floats(1, 2), [2], 'float32');
    const many = Array.from({ length: 5000 }, (_, i) => [
      kernel('Identity', { x: -1 }, [i + 1]),
      { op: 'dispose', handles: [i + 1] },
    ]);
    expect(await peer.call(...many.flat(), returned())).toEqual(returned());
    expect(peer.session.usage().cost.kernels).toBe(5000);
  });

  it('of text in an error, which is cut to what a report can hold', async () => {
    const long = 'x'.repeat(100_000);
    const answer = (await new FakePeer().call({ op: 'threw', name: long, message: long, stack: long })) as Record<
      string,
      string
    >;
    expect([answer.name.length, answer.message.length, answer.stack.length]).toEqual([100, 4000, 8000]);
  });
});

describe('what it says is passed on up to limits', () => {
  it('such as the values of a result', async () => {
    const peer = new FakePeer();
    peer.session.input(-1, floats(1), [1], 'float32');
    const list = (length: number, item: WireValue): WireValue => ['a', Array.from({ length }, () => item)];
    const handles = list(RESULT_LIMITS.items, ['t', -1, [], 'float32']);
    const answer = (await peer.call(returned(list(30, handles)))) as { value: [string, [string, unknown[]][]] };
    const passed = answer.value[1].flatMap(([, items]) => items);
    expect(passed.filter((item) => (item as WireValue)[0] === 't').length).toBeLessThan(RESULT_LIMITS.values);
    expect(await peer.call(returned(list(RESULT_LIMITS.items + 1, ['u'])))).toEqual(
      returned(['x', `an array of ${RESULT_LIMITS.items + 1} items`]),
    );
  });

  it('and its text', async () => {
    const peer = new FakePeer();
    const long = 'x'.repeat(3_000_000);
    const size = async (...messages: unknown[]) => JSON.stringify(await peer.call(...messages)).length;
    expect(await size(returned(['x', long]))).toBeLessThan(2000);
    expect(await size(returned(['v', long]))).toBeLessThan(2000);
    expect(await size({ ...returned(), altered: long })).toBeLessThan(2000);
    expect(await size({ op: 'threw', name: long, message: long, stack: long, during: long })).toBeLessThan(30_000);
    expect(await size(kernel(long, {}, [1]), returned())).toBeLessThan(10_000);
    const loading = peer.session.ask({ op: 'load', code: '', file: '', path: [] }, 5000);
    peer.send({ op: 'loaded', exports: [long, 'softmax', ...Array.from({ length: 20_000 }, (_, i) => `f${i}`)] });
    const { exports } = (await loading) as { exports: string[] };
    expect(exports[0]).toBe('softmax');
    expect(exports).toHaveLength(TEXT_LIMITS.exports);
  });

  it('and what it leaves behind, which is counted', async () => {
    const peer = new FakePeer();
    const uploads = Array.from({ length: MOST_LEAKS + 5 }, (_, i) => uploadOf(i + 1, 1));
    await peer.call(...uploads, returned());
    const { leaked, leakedFrom, leakedInAll } = peer.session.usage();
    expect([leaked.length, leakedFrom.length, leakedInAll]).toEqual([MOST_LEAKS, MOST_LEAKS, MOST_LEAKS + 5]);
  });
});

it('the search for where NaN arises ends after so many values', async () => {
  const traced = async (fills: number) => {
    const peer = new FakePeer();
    peer.session.traceNaN();
    const fill = (handle: number) => kernel('Fill', {}, [handle], { shape: [1000, 1000], value: 1, dtype: 'float32' });
    const many = Array.from({ length: fills }, (_, i) => [fill(i + 10), { op: 'dispose', handles: [i + 10] }]).flat();
    await peer.call(...many, uploadOf(1, -1), kernel('Log', { x: 1 }, [2]), returned());
    return peer.session.usage().firstNaN?.kernel;
  };
  expect(await traced(2)).toBe('Log');
  expect(await traced(2 + TRACE_LIMITS.fetched / 1_000_000)).toBeUndefined();
});
