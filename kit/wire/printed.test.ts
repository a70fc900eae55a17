import { expect, it } from 'vitest';
import { cutPrinted, MORE_PRINTED } from './printed.ts';

it('what is printed is cut at a line, and says that there was more', () => {
  expect(cutPrinted('one\ntwo', 7)).toBe('one\ntwo');
  expect(cutPrinted('one\ntwo', 6)).toBe(`one\n${MORE_PRINTED}`);
  expect(cutPrinted('onetwo', 3)).toBe(`one\n${MORE_PRINTED}`);
  expect(cutPrinted(`one\ntwo\n${MORE_PRINTED}`, 9)).toBe(`one\ntwo\n${MORE_PRINTED}`);
});
