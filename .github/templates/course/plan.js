/**
 * Lists the students' repositories, and pins the commit of each that will be graded: writes plan.json.
 * Asks the API only; nothing of a repository is checked out here, much less run.
 *
 * Environment: GH_TOKEN, ORGANISATION, PREFIX, SHARDS; BEFORE, if what was pushed last until then is to be graded.
 */
import { appendFileSync, writeFileSync } from 'node:fs';
import { ask, askAll, needed } from './api.js';

/** GitHub runs no more jobs of one matrix. */
const MOST_SHARDS = 256;
const WORD = /^[A-Za-z0-9._-]+$/;

const organisation = word('ORGANISATION');
const prefix = word('PREFIX');
const asked = Number(process.env.SHARDS || 4);
if (!(Number.isInteger(asked) && asked >= 1 && asked <= MOST_SHARDS)) {
  throw new Error(`SHARDS is a whole number from 1 to ${MOST_SHARDS}, not "${process.env.SHARDS}"`);
}

const before = process.env.BEFORE || null;
if (before !== null && !(/T\d\d:\d\d.*(Z|[+-]\d\d:\d\d)$/.test(before) && !Number.isNaN(Date.parse(before)))) {
  throw new Error(`BEFORE is a time with a zone, such as 2027-02-15T23:59:00+01:00, not "${before}"`);
}

const repositories = (await askAll(`/orgs/${organisation}/repos?type=all&per_page=100`))
  .filter(({ name, is_template }) => name.startsWith(prefix) && name.length > prefix.length && !is_template)
  .sort((a, b) => (a.name < b.name ? -1 : 1));
if (repositories.length === 0) throw new Error(`${organisation} has no repository that begins with "${prefix}"`);

// They become names of files and lines of a log.
const odd = repositories.find(({ name }) => !WORD.test(name));
if (odd) throw new Error(`"${odd.name}" is no name of a repository`);

const submissions = [];
for (const { name, default_branch: branch } of repositories) {
  submissions.push({ repository: name, student: name.slice(prefix.length), ...(await pin(name, branch)) });
}
writeFileSync('plan.json', `${JSON.stringify({ organisation, prefix, submissions }, null, 2)}\n`);

const graded = submissions.filter(({ commit }) => commit);
const shards = Math.max(1, Math.min(asked, graded.length));
output('shards', JSON.stringify(Array.from({ length: shards }, (_, i) => i + 1)));
for (const { repository, problem } of submissions) {
  if (problem) console.log(`::warning::${repository} is not graded: ${problem}`);
}
console.log(`${graded.length} of ${submissions.length} repositories, ${shards} shards`);

async function pin(name, branch) {
  // 404: no such branch; 409: nothing was ever pushed.
  const found = await ask(`/repos/${organisation}/${name}/commits/${encodeURIComponent(branch)}`, {
    missing: [404, 409, 422],
  });
  if (!found) return { commit: null, submittedAt: null, problem: 'it has no commit' };
  const { sha } = await found.json();
  const pushes = await pushesTo(name, branch);
  // A student who pushed nothing before that is graded on the last push, as late.
  const chosen = (before && lastUntil(pushes, before)) || { after: sha, timestamp: timeOf(pushes, sha) };
  if (!/^[0-9a-f]{40,64}$/.test(chosen.after)) throw new Error(`${name}: "${chosen.after}" is no commit`);
  return { commit: chosen.after, submittedAt: chosen.timestamp, problem: null };
}

/** By GitHub's clock. A commit's own date is whatever its author's machine said. */
async function pushesTo(name, branch) {
  const ref = encodeURIComponent(`refs/heads/${branch}`);
  const found = await askAll(`/repos/${organisation}/${name}/activity?ref=${ref}&per_page=100`, {
    missing: [403, 404],
  });
  return found.filter(({ after }) => !/^0+$/.test(after));
}

function timeOf(pushes, sha) {
  return pushes.find(({ after }) => after === sha)?.timestamp ?? null;
}

function lastUntil(pushes, time) {
  const until = pushes.filter(({ timestamp }) => Date.parse(timestamp) <= Date.parse(time));
  return until.sort((a, b) => Date.parse(b.timestamp) - Date.parse(a.timestamp))[0];
}

/** It becomes part of addresses. */
function word(name) {
  const value = needed(name);
  if (!WORD.test(value)) throw new Error(`${name} is "${value}"; letters, digits, ".", "_" and "-" are`);
  return value;
}

function output(name, value) {
  if (process.env.GITHUB_OUTPUT) appendFileSync(process.env.GITHUB_OUTPUT, `${name}=${value}\n`);
}
