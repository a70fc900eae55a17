import { expect, it } from 'vitest';
import { SharedExclusiveLock } from './shared-exclusive-lock.ts';

/** Work that ends when it is told to; `log` has what began and ended. */
function pieces(log: string[]) {
  const ends = new Map<string, () => void>();
  const piece = (name: string) => () => {
    log.push(`${name} begins`);
    return new Promise<string>((resolve) => {
      ends.set(name, () => {
        log.push(`${name} ends`);
        resolve(name);
      });
    });
  };
  const settled = () => new Promise(setImmediate);
  const end = async (name: string) => {
    ends.get(name)?.();
    await settled();
  };
  return { piece, end, settled };
}

it('what is timed waits for what runs, runs alone, and is not overtaken', async () => {
  const log: string[] = [];
  const { piece, end, settled } = pieces(log);
  const turns = new SharedExclusiveLock();
  const all = [
    turns.beside(piece('a')),
    turns.beside(piece('b')),
    turns.alone(piece('timed')),
    turns.beside(piece('c')),
    turns.alone(piece('timed too')),
  ];
  await settled();
  await end('b');
  await end('a');
  expect(log).toEqual(['a begins', 'b begins', 'b ends', 'a ends', 'timed begins']);
  await end('timed');
  await end('c');
  await end('timed too');
  expect(log.slice(5)).toEqual(['timed ends', 'c begins', 'c ends', 'timed too begins', 'timed too ends']);
  expect(await Promise.all(all)).toEqual(['a', 'b', 'timed', 'c', 'timed too']);
});

it('what fails lets the next have its turn', async () => {
  const turns = new SharedExclusiveLock();
  const fails = async () => {
    throw new Error('lost');
  };
  const failed = [turns.alone(fails), turns.beside(fails), turns.alone(fails)];
  expect(await Promise.allSettled(failed)).toMatchObject(Array(3).fill({ status: 'rejected' }));
  expect(await turns.beside(async () => 'next')).toBe('next');
});
