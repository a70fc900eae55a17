import { defineConfig } from 'vitest/config';

export default defineConfig({
  root: process.env.KIT_BENCH_SUBMISSION,
  test: { include: ['tests/**/*.test.ts'], testTimeout: 120_000, hookTimeout: 120_000 },
  // The submission lies outside the project.
  server: { fs: { strict: false } },
});
