/** Vitest's global setup: one build before the first test. */
export { buildKit as setup } from './build.js';
