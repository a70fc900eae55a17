import { describe, expect, it } from 'vitest';
import { refusals } from '../../author/refusals.ts';
import { type Refused, refusedAlike } from './same-message.ts';

const OF_WINDOW = refusals('attend', ['q_BHTD', 'k_BHSD'], { integers: { window: 2 }, mask: 'BHTS' });
const OF_SCAN = refusals('scan', ['u_BLI', 'a_IN']);

/** What a submission says to each, by what is invalid. */
function said(rejections: typeof OF_WINDOW, message: (name: string, isType: boolean) => string): Refused[] {
  return Object.entries(rejections).map(([name, rejection]) => {
    const isType = rejection.error === 'TypeError';
    return { name, rejection, errorName: isType ? 'TypeError' : 'RangeError', message: message(name, isType) };
  });
}

const alike = (rejections: typeof OF_WINDOW, message: (name: string, isType: boolean) => string) =>
  refusedAlike(said(rejections, message), ['attend', 'scan'])?.map(({ name }) => name) ?? null;

const ALL = 'attend: q k q_BHTD k_BHSD B H T S D window mask';

describe('one message for everything', () => {
  it.each([
    ['with all words', () => ALL],
    ['with the name of the function alone', () => 'attend: invalid arguments'],
    ['with other numbers each time', (name: string) => `${ALL} ${name.length} 1.5`],
    ['for each class of error another', (_: string, isType: boolean) => `${ALL} ${isType ? 'dtype' : 'size'}`],
    [
      'with other words around it',
      (name: string) => `${name.replaceAll(/\b(q|k|mask|window|[BHTSD])(_\w+)?\b/g, '')} ${ALL}`,
    ],
    [
      'with its words in another order',
      (name: string) =>
        ALL.split(' ')
          .sort((a, b) => (name.includes('q') ? 1 : -1) * a.localeCompare(b))
          .join(' '),
    ],
  ])('%s is found', (_, message) => {
    expect(alike(OF_WINDOW, message)).not.toBeNull();
  });

  it('is found where there are only tensors', () => {
    expect(alike(OF_SCAN, () => 'scan: u_BLI a_IN B L I N')).not.toBeNull();
  });
});

describe('a message that tells where to look is none, though it serves for several', () => {
  it.each([
    ['the name of what is invalid', (name: string) => `attend: ${name}`],
    [
      'all tensors in whatever is wrong with one',
      (name: string, isType: boolean) =>
        /window|mask/.test(name)
          ? `attend: ${name}`
          : isType
            ? 'attend: q and k must be float32 tensors'
            : 'attend: q and k do not agree in B, H, D',
    ],
    ['the call as it is meant', (name: string) => `${name}: attend(q, k, window, mask)`],
  ])('%s', (_, message) => {
    expect(alike(OF_WINDOW, message)).toBeNull();
  });

  it('nor are both classes with sentences of their own', () => {
    const message = (_: string, isType: boolean) =>
      isType ? 'scan: u and a must be float32' : 'scan: the shapes of u and a do not agree in I';
    expect(alike(OF_SCAN, message)).toBeNull();
  });

  it('nor is one for the only argument', () => {
    expect(alike(refusals('softmax', ['x_S']), () => 'softmax: x must be a float32 tensor of rank 1')).toBeNull();
  });
});
