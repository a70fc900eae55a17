import { afterAll, describe, expect, it } from 'vitest';
import { verdictOf } from '../report/report.ts';
import { HostPool } from '../subject/host-pool.ts';
import { checkOf, checksOf, failuresOf, grade, SOFTMAX, softmaxWith } from '../testing/submissions.ts';

/** The cpu backend under another name: it takes the larger of 1 and NaN for NaN, which wasm does not. */
class Device extends HostPool {
  override async get() {
    const host = await super.get();
    return Object.assign(host, { backend: { ...host.backend, name: 'webgpu' } });
  }
}
const device = new Device({ backend: 'cpu' });
const plain = new HostPool({ backend: 'cpu' });
afterAll(() => Promise.all([device.stop(), plain.stop()]));

const rightOnWasm = softmaxWith('  return tf.tidy(() => tf.mul(right(x), tf.maximum(1, NaN)));');

describe('what fails on a device by its values', () => {
  it('passes if it passes on wasm, and the report says so', async () => {
    const report = await grade({ [SOFTMAX]: rightOnWasm }, { hosts: device });
    expect(report).toMatchObject({ score: report.maxScore, backend: { name: 'webgpu' } });
    expect(verdictOf(report)).toBe('all-passed');
    expect(checkOf(report, 'values/rows').message).toMatch(
      /^right on wasm, where it was judged again\. On webgpu: case ".*": weights\[.*\]: expected .*, got NaN/,
    );
    expect(checkOf(report, 'hygiene/arguments').message).toBeNull();
  });

  it('fails if it fails on wasm too, in the words of the first time', async () => {
    const wrong = softmaxWith('  return tf.tidy(() => tf.mul(right(x), 2));');
    const [onDevice, alone] = await Promise.all([device, plain].map((hosts) => grade({ [SOFTMAX]: wrong }, { hosts })));
    expect(failuresOf(onDevice).length).toBeGreaterThan(0);
    expect(checksOf(onDevice)).toEqual(checksOf(alone));
  });

  it('fails where it is judged by a backend that the tolerances are proven on', async () => {
    const report = await grade({ [SOFTMAX]: rightOnWasm }, { hosts: plain });
    expect(checkOf(report, 'values/rows')).toMatchObject({ status: 'fail', points: 0 });
  });
});

it('what fails otherwise is not judged again', async () => {
  const throws = softmaxWith("  if (tf.maximum(1, NaN).dataSync()[0] !== 1) throw new Error('NaN'); return right(x);");
  const report = await grade({ [SOFTMAX]: throws }, { hosts: device });
  expect(checkOf(report, 'values/rows')).toMatchObject({
    status: 'fail',
    message: expect.stringContaining('it threw'),
  });
});
