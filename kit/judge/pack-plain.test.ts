import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Plain } from '../author/plain.ts';
import { packPlain, unpackPlain } from './pack-plain.ts';

const plain = fc.letrec<{ value: Plain }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.oneof(fc.double(), fc.constantFrom(Number.NaN, Infinity, -Infinity, -0), fc.string(), fc.boolean()),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.oneof(fc.string(), fc.constantFrom('$', '$$', '$a', 'plain')), tie('value'), {
      maxKeys: 4,
      noNullPrototype: true,
    }),
  ),
})).value;

it('a plain value comes back from JSON as it was, whatever its fields are called', () => {
  fc.assert(
    fc.property(plain, (value) => {
      expect(unpackPlain(JSON.parse(JSON.stringify(packPlain(value, 17))))).toEqual(value);
    }),
  );
});

it('whole numbers keep all their digits, others as many as are asked for', () => {
  expect(packPlain([13_476_298_752, 1 / 3], 6)).toEqual([13_476_298_752, 0.333333]);
});
