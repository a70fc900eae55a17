import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { deathOf, FakePeer, floats, kernel, returned, tensor, uploadOf } from '../testing/fake-peer.ts';
import { encodeFrame } from '../wire/frames.ts';
import { startBackend } from './backend.ts';

beforeAll(() => startBackend('cpu', ''));

const threw = (message: string) => ({ op: 'threw', name: 'Error', message, stack: '' });

/** A peer with q = [[1,2,3],[4,5,6]] at -1 and k = [[1,0],[0,1],[1,1]] at -2. */
function peerWithInputs(): FakePeer {
  const peer = new FakePeer();
  peer.session.input(-1, floats(1, 2, 3, 4, 5, 6), [2, 3], 'float32');
  peer.session.input(-2, floats(1, 0, 0, 1, 1, 1), [3, 2], 'float32');
  return peer;
}

const product = kernel('BatchMatMul', { a: -1, b: -2 }, [1], { transposeA: false, transposeB: false });

describe('a sandbox that keeps to the rules', () => {
  it('has its kernels run on its tensors, in the order in which it sent them', async () => {
    const peer = peerWithInputs();
    await peer.call(product, uploadOf(2, 10), kernel('Add', { a: 1, b: 2 }, [3]), returned(tensor(3)));
    const values = await peer.session.read(3);
    expect(Array.from(new Float32Array(values.buffer, values.byteOffset, 4))).toEqual([14, 15, 20, 21]);
  });

  it('reads values back within a call, as often as it likes', async () => {
    const peer = peerWithInputs();
    await peer.call(uploadOf(1, 1, 2), { op: 'download', handle: 1 }, { op: 'download', handle: -1 }, returned());
    const answers = peer.heard.filter(({ op }) => op === 'answer') as { bytes: Uint8Array }[];
    expect(answers.map(({ bytes }) => Uint8Array.from(bytes))).toEqual([floats(1, 2), floats(1, 2, 3, 4, 5, 6)]);
  });

  it('may send its messages in pieces', async () => {
    const peer = new FakePeer();
    const answer = peer.session.ask({ op: 'call', fn: 'f', args: [] }, 5000);
    for (const byte of encodeFrame(returned())) peer.pipe.write(Uint8Array.of(byte));
    expect(await answer).toEqual(returned());
  });

  it('may be asked several things at once, and answers them in that order', async () => {
    const peer = peerWithInputs();
    const asked = ['f', 'g', 'h'].map((fn) => peer.session.ask({ op: 'call', fn, args: [] }, 5000));
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    expect(peer.heard.map((message) => 'fn' in message && message.fn)).toEqual(['f', 'g', 'h']);
    // The second disposes of what the first returned, whose values were read by then.
    peer.send(
      uploadOf(1, 7),
      returned(tensor(1)),
      { op: 'dispose', handles: [1] },
      uploadOf(2, 8),
      returned(tensor(2)),
    );
    const wrong = kernel('Exp', { x: 99 }, [3]);
    peer.send(wrong, returned(tensor(3)));
    const [first, second, third] = await Promise.all(asked);
    expect(first).toMatchObject({ op: 'returned', inline: new Map([[1, floats(7)]]) });
    expect(second).toMatchObject({ op: 'returned', inline: new Map([[2, floats(8)]]) });
    expect(third).toMatchObject({ op: 'threw', message: expect.stringContaining('has been disposed') });
  });

  it('has the time that each question allows from the answer before on', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    try {
      const peer = new FakePeer();
      const asked = ['f', 'g'].map((fn) => peer.session.ask({ op: 'call', fn, args: [] }, 1000));
      const ends = asked.map((answer) => deathOf(answer).catch((error) => error.message.slice(0, 8)));
      await vi.advanceTimersByTimeAsync(900);
      peer.send(returned());
      await asked[0];
      await vi.advanceTimersByTimeAsync(900);
      expect(peer.session.dead).toBe(false);
      await vi.advanceTimersByTimeAsync(200);
      expect(await Promise.all(ends)).toEqual(['it lives', 'timeout: no answer within 1 s']);
    } finally {
      vi.useRealTimers();
    }
  });

  it('is booked with every byte that passed, and with its tensors, whatever is forgotten', async () => {
    const peer = peerWithInputs();
    const sent = [product, uploadOf(2, 10), returned(tensor(1))];
    const sentBytes = sent.reduce((sum, message) => sum + encodeFrame(message).length, 0);
    await peer.call(...sent);
    peer.session.forget();
    await new Promise(setImmediate);
    // It hears of that with what it is asked next.
    expect(peer.heard.map(({ op }) => op)).toEqual(['call']);
    await peer.call(returned());
    const heardBytes = peer.heard.reduce((sum, message) => sum + encodeFrame(message).length, 0);
    expect(peer.heard.map(({ op }) => op)).toEqual(['call', 'forget', 'call']);
    const tensorBytes = 4 * (6 + 6 + 4 + 1);
    const bytesIn = sentBytes + encodeFrame(returned()).length;
    expect(peer.session.usageTotals()).toEqual({ bytesIn, bytesOut: heardBytes, tensorBytes, fallbacks: {} });
  });

  it('may be timed, and cannot tell', async () => {
    const peer = peerWithInputs();
    const asked = peer.session.askTimed({ op: 'call', fn: 'f', args: [] }, 5000);
    // The device is waited for first.
    await new Promise(setImmediate);
    peer.send(product, returned(tensor(1)));
    const { result, ms } = await asked;
    expect(result).toMatchObject(returned(['t', 1, [2, 2], 'float32']));
    expect(ms).toBeGreaterThan(0);
    await new Promise(setImmediate);
    expect(peer.heard).toEqual([{ op: 'call', fn: 'f', args: [] }]);
  });

  it('pays for exactly what ran', async () => {
    const peer = peerWithInputs();
    await peer.call(
      product,
      kernel('Reshape', { x: 1 }, [2], { shape: [4] }),
      uploadOf(3, 10),
      kernel('Add', { a: 2, b: 3 }, [4]),
      { op: 'dispose', handles: [1, 2, 3] },
      kernel('Sum', { x: 4 }, [5], { axis: [0], keepDims: false }),
      { op: 'download', handle: 5 },
      returned(tensor(5)),
    );
    expect(peer.session.usage().cost).toEqual({
      kernels: 4,
      byName: { BatchMatMul: 1, Reshape: 1, Add: 1, Sum: 1 },
      flops: 2 * 2 * 3 * 2 + 4 + 4,
      bytesRead: 4 * (6 + 6 + (4 + 1) + 4),
      bytesWritten: 4 * (4 + 4 + 1),
      // The product (its reshape is the same buffer), the upload and the sum of both.
      peakBytes: 4 * (4 + 1 + 4),
      largestTensorBytes: 16,
      uploads: 1,
      downloads: 1,
    });
  });

  it('pays from a mark on for what comes after it, be it asked for while the call before is under way', async () => {
    const peer = peerWithInputs();
    const ask = () => peer.session.ask({ op: 'call', fn: 'f', args: [] }, 5000);
    const asked = [ask(), ask()];
    peer.session.mark();
    asked.push(ask(), ask());
    const exp = (input: number, output: number) => kernel('Exp', { x: input }, [output]);
    peer.send(product, returned(tensor(1)), exp(1, 2), uploadOf(3, 1), returned());
    peer.send(exp(2, 4), { op: 'dispose', handles: [2, 4] }, returned(), exp(1, 5), returned());
    await Promise.all(asked);
    expect(peer.session.usage().cost).toMatchObject({ kernels: 2, byName: { Exp: 2 }, uploads: 0, peakBytes: 16 });
    // Where nothing is under way, it counts from here.
    peer.session.mark();
    expect(peer.session.usage().cost).toMatchObject({ kernels: 0, byName: {}, flops: 0, peakBytes: 0 });
    await peer.call(exp(5, 6), returned());
    expect(peer.session.usage().cost).toMatchObject({ kernels: 1, peakBytes: 16 });
  });

  it('is marked while the values of its last answer are read, and dies with a mark to come', async () => {
    const peer = peerWithInputs();
    const first = peer.session.ask({ op: 'call', fn: 'f', args: [] }, 5000);
    peer.send(product, returned(tensor(1)));
    await new Promise(setImmediate);
    peer.session.mark();
    await first;
    expect(peer.session.usage().cost.kernels).toBe(0);
    const second = peer.session.ask({ op: 'call', fn: 'f', args: [] }, 5000);
    peer.session.mark();
    peer.session.die({ reason: 'exited', detail: 'exit status 1' });
    expect(await deathOf(second)).toBe('exited: exit status 1');
    expect(() => peer.session.mark()).toThrow('exit status 1');
  });

  it('is told at the next download, or in place of its result, what could not be run', async () => {
    const peer = peerWithInputs();
    const wrong = kernel('Add', { a: -1, b: -2 }, [7]);
    const message = 'Add: [2,3] and [3,2] do not broadcast: 2 and 3 at axis -2 from the end';
    expect(await peer.call(wrong, kernel('Exp', { x: 7 }, [8]), returned(tensor(8)))).toEqual(threw(message));
    await peer.call(wrong, { op: 'download', handle: 7 }, returned());
    expect(peer.heard.at(-1)).toEqual({ op: 'answer', error: message });
    expect(await peer.call(returned())).toEqual(returned());
    expect(peer.session.takeFault()).toBeNull();
  });
});

describe('what the grader learns', () => {
  it('is the shapes that tensors really have, whatever the sandbox says of them', async () => {
    const forged = ['t', -1, [99, 99], 'int32'] as const;
    const said = ['o', { out: [...forged], list: ['a', [['t', 12345, [2], 'float32']]] } as never] as const;
    expect(await peerWithInputs().call(returned([...said]))).toMatchObject({
      value: ['o', { out: ['t', -1, [2, 3], 'float32'], list: ['a', [['x', 'a tensor that has been disposed']]] }],
      inline: new Map([[-1, floats(1, 2, 3, 4, 5, 6)]]),
    });
  });

  it('is which tensors were left behind: neither inputs, nor results, nor there before', async () => {
    const peer = peerWithInputs();
    await peer.call(uploadOf(1, 0, 0, 0), returned());
    peer.session.drawBaseline();
    await peer.call(
      product.op === 'kernel' ? { ...product, outputs: [2] } : product,
      uploadOf(3, 1, 1),
      returned(tensor(2)),
    );
    expect(peer.session.usage().leaked).toEqual([[2]]);
    peer.session.forget();
    expect(peer.session.usage()).toMatchObject({ leaked: [], cost: { kernels: 0, uploads: 0 } });
  });

  it('is that inputs or results were disposed of, which does the inputs no harm', async () => {
    const peer = peerWithInputs();
    await peer.call({ op: 'dispose', handles: [-1, -2] }, product, returned(tensor(1)));
    expect(peer.session.usage().disposedOfCallers).toBe(2);
    expect((await peer.session.read(-1)).length).toBe(24);
    await peer.call({ op: 'dispose', handles: [1] }, returned());
    expect(peer.session.usage().disposedOfCallers).toBe(3);
    await expect(peer.session.read(1)).rejects.toThrow('this tensor has been disposed');
  });

  it('is what was printed, up to a limit', async () => {
    const peer = new FakePeer({ logBytes: 20 });
    const log = (text: string) => ({ op: 'log', text });
    const answer = await peer.call(log('first'), log('second'), log('x'.repeat(1e6)), log('never'), returned());
    const printed = 'first\nsecond\nxxxxxxx\n(more was printed, and left out)\n';
    expect(answer).toEqual({ ...returned(), printed });
    expect(peer.session.takePrinted()).toBe('');
  });

  it('is a fault of the backend as such, told once, and no fault of the submission', async () => {
    const cos = tf.getKernel('Cos', 'cpu');
    tf.unregisterKernel('Cos', 'cpu');
    const broken = () => {
      throw new Error('the device is lost');
    };
    tf.registerKernel({ kernelName: 'Cos', backendName: 'cpu', kernelFunc: broken });
    try {
      const peer = peerWithInputs();
      const answer = await peer.call(kernel('Cos', { x: -1 }, [1]), kernel('Exp', { x: 1 }, [2]), returned(tensor(2)));
      expect(answer).toEqual(threw('the operation failed where it was carried out'));
      expect(peer.session.takeFault()).toBe('kernel Cos: the device is lost');
      expect(peer.session.takeFault()).toBeNull();
    } finally {
      tf.unregisterKernel('Cos', 'cpu');
      tf.registerKernel(cos);
    }
  });
});

describe('a sandbox that is gone', () => {
  it('leaves no question open', async () => {
    const peer = new FakePeer();
    const asked = ['f', 'g'].map((fn) => deathOf(peer.session.ask({ op: 'call', fn, args: [] }, 5000)));
    peer.session.die({ reason: 'exited', detail: 'exit status 1' });
    expect(await Promise.all(asked)).toEqual(['exited: exit status 1', 'exited: exit status 1']);
  });

  it('answers nothing more, takes no inputs, and has given back all its tensors', async () => {
    const before = tf.memory().numTensors;
    const peer = peerWithInputs();
    await peer.call(product, returned());
    expect(tf.memory().numTensors).toBe(before + 3);
    peer.session.die({ reason: 'exited', detail: 'exit status 1' });
    peer.session.die({ reason: 'timeout', detail: 'again' });
    expect(peer.kills).toBe(1);
    expect(tf.memory().numTensors).toBe(before);
    expect(await deathOf(peer.call())).toBe('exited: exit status 1');
    expect(await deathOf(peer.session.read(1))).toBe('exited: exit status 1');
    expect(() => peer.session.input(-3, floats(1), [1], 'float32')).toThrow('exit status 1');
    peer.session.forget();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('is noticed when it closes its pipe', async () => {
    const peer = new FakePeer();
    const answer = peer.session.ask({ op: 'call', fn: 'f', args: [] }, 5000);
    peer.session.stream.destroy();
    expect(await deathOf(answer)).toBe('exited: it closed its pipe');
  });
});
