import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{kit,reference,solutions,graders,exercises,bench,scripts,attacks}/**/*.test.ts'],
    // Hosts, sandboxes and the command line run as they are shipped: built.
    globalSetup: './scripts/build-for-tests.js',
    // Colours would depend on the terminal.
    env: { NO_COLOR: '1' },
    // Most of a grading test's time is spent waiting for a host or a sandbox.
    maxWorkers: '100%',
    testTimeout: 30_000,
    hookTimeout: 30_000,
    coverage: {
      provider: 'v8',
      include: ['kit/**/*.ts', 'reference/**/*.ts'],
      exclude: ['**/*.test.ts', 'dist/**'],
      reporter: ['text', 'html'],
    },
  },
});
