/** Names that the types promise (lib.dom) or that Node has, and a submission has not: with what to do instead. */

const NETWORK = 'a submission has no network. Its tensors are its arguments';
const BROWSER = 'there is no browser here. console.log prints';
const STORED = 'nothing is kept between two runs';

const REASONS: [names: string, reason: string][] = [
  ['fetch XMLHttpRequest WebSocket EventSource navigator', NETWORK],
  ['document window alert confirm prompt requestAnimationFrame cancelAnimationFrame Image OffscreenCanvas', BROWSER],
  ['localStorage sessionStorage indexedDB caches', STORED],
  ['Worker SharedWorker', 'a submission is one thread. Operations of tf run on all cores by themselves'],
  ['Buffer', 'it is not part of the language. Use Uint8Array, TextEncoder or TextDecoder'],
  ['__dirname __filename', 'a submission reads no files. Its tensors are its arguments'],
];

/** By name: a sentence. */
export const MISSING_GLOBALS: Readonly<Record<string, string>> = Object.fromEntries(
  REASONS.flatMap(([names, reason]) =>
    names.split(' ').map((name) => [name, `${name} is not available in this course: ${reason}`]),
  ),
);
