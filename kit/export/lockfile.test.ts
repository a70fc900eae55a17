import { describe, expect, it } from 'vitest';
import { cutLockfile, type Lock } from './lockfile.ts';

const manifest = (dependencies: Record<string, string>, devDependencies: Record<string, string> = {}) => ({
  ...{ name: 'student', version: '1.0.0', dependencies, devDependencies },
});
const at = (version: string, more: object = {}) => ({ version, resolved: 'https://registry.example/x.tgz', ...more });

const lock: Lock = {
  packages: {
    '': at('0.1.0'),
    'node_modules/a': at('1.0.0', { dependencies: { b: '^2.0.0' }, optionalDependencies: { native: '1.0.0' } }),
    'node_modules/a/node_modules/b': at('2.0.0'),
    'node_modules/b': at('1.0.0', { dev: true }),
    'node_modules/native': at('1.0.0', { optional: true }),
    'node_modules/tests': at('3.0.0', {
      ...{ dev: true, dependencies: { b: '^1.0.0' } },
      ...{ peerDependencies: { a: '*', browser: '*' }, peerDependenciesMeta: { browser: { optional: true } } },
    }),
    'node_modules/browser': at('9.0.0'),
    'node_modules/kit': { version: '0.1.0', resolved: 'file:vendor/kit.tgz' },
  },
};

describe('a lockfile cut out of another', () => {
  it('has what is needed, each package where Node would find it, and nothing else', () => {
    const { packages } = cutLockfile(manifest({ a: '1.0.0' }, { tests: '3.0.0' }), lock);
    expect(Object.keys(packages)).toEqual([
      '',
      'node_modules/a',
      'node_modules/a/node_modules/b',
      'node_modules/b',
      'node_modules/native',
      'node_modules/tests',
    ]);
    expect(packages['node_modules/b']).toEqual({ version: '1.0.0', dev: true });
    expect(packages['node_modules/native']).toEqual({ version: '1.0.0', optional: true });
  });

  it('names no registry, but does name a packed file', () => {
    const cut = cutLockfile(manifest({ a: '1.0.0', kit: 'file:vendor/kit.tgz' }), lock);
    expect(JSON.stringify(cut)).not.toContain('registry.example');
    expect(cut.packages['node_modules/kit'].resolved).toBe('file:vendor/kit.tgz');
  });

  it('does without an optional package that is not there, and says which needed one is not', () => {
    const { 'node_modules/native': _, ...packages } = lock.packages;
    expect(Object.keys(cutLockfile(manifest({ a: '1.0.0' }), { packages }).packages)).not.toContain(
      'node_modules/native',
    );
    expect(() => cutLockfile(manifest({ c: '1.0.0' }), lock)).toThrow('has no c, which student needs');
  });
});
