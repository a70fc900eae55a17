import { expect, it } from 'vitest';
import { shortened } from './shortened.ts';

it('leaves a short text as it is, and ends a longer one in an ellipsis', () => {
  expect(shortened('abc', 3)).toBe('abc');
  expect(shortened('abcd', 3)).toBe('ab…');
});

it('cuts no character in two', () => {
  expect(shortened('a😀bc', 3)).toBe('a…');
});
