import { describe, expect, it } from 'vitest';
import { InputError } from '../course/input-error.ts';
import { BACKENDS } from '../wire/backend-names.ts';
import { backendNamed, positive } from './session.ts';

describe('an option', () => {
  it('for a time or a count is a positive number', () => {
    expect(['1', '0.5', '1e3', ' 7 '].map((value) => positive('--timeout', value))).toEqual([1, 0.5, 1000, 7]);
    for (const value of ['0', '-1', 'soon', 'Infinity', 'NaN', '', '1e9', '3s']) {
      expect(() => positive('--timeout', value)).toThrow(
        new InputError(`--timeout takes a positive number, not "${value}"`),
      );
    }
  });

  it('for a backend is one that there is', () => {
    expect(BACKENDS.map((name) => backendNamed(name))).toEqual([...BACKENDS]);
    for (const name of ['cuda', '', 'WASM', 'toString']) expect(() => backendNamed(name)).toThrow(InputError);
  });
});
