/**
 * Downloads what plan.json names, each as the archive of its pinned commit: submissions/<student>.zip, and the times of
 * the pushes as submitted.csv, if any are known. Archives stay archives here. There is no git, so no hook, submodule, filter or LFS pointer
 * has anything to act on; `kit grade-all` unpacks them, with its own guards.
 *
 * Environment: GH_TOKEN.
 */
import { createWriteStream, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ask } from './api.js';

const MOST_BYTES = Number(process.env.MOST_BYTES ?? 2 ** 30);
const AT_ONCE = 4;

class TooLarge extends Error {}

const { organisation, submissions } = JSON.parse(readFileSync('plan.json', 'utf8'));
const pinned = submissions.filter(({ commit }) => commit);
mkdirSync('submissions', { recursive: true });

const waiting = [...pinned];
await Promise.all(
  Array.from({ length: AT_ONCE }, async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) await download(next);
  }),
);
const times = pinned.filter(({ submittedAt }) => submittedAt);
// A file without a time would be refused, since it is mostly a mistake.
if (times.length > 0) {
  const lines = times.map(({ student, submittedAt }) => `${student},${submittedAt}`);
  writeFileSync('submitted.csv', ['student,submitted_at', ...lines, ''].join('\n'));
}

/** A failure ends the step: a class from which someone is silently missing must not be graded. */
async function download({ repository, student, commit }) {
  const file = `submissions/${student}.zip`;
  const response = await ask(`/repos/${organisation}/${repository}/zipball/${commit}`);
  let bytes = 0;
  async function* limited(chunks) {
    for await (const chunk of chunks) {
      bytes += chunk.length;
      if (bytes > MOST_BYTES) throw new TooLarge();
      yield chunk;
    }
  }
  try {
    await pipeline(Readable.fromWeb(response.body), limited, createWriteStream(file));
  } catch (error) {
    rmSync(file, { force: true });
    if (!(error instanceof TooLarge)) throw error;
    // Its owner's doing, and no reason to keep the others waiting: an archive that cannot be read is graded as such.
    writeFileSync(file, '');
    console.log(`::warning::${repository} is larger than ${MOST_BYTES} bytes; it is graded as unreadable`);
  }
}
