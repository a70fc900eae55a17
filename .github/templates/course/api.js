/** What the course workflow's two steps share: one way to ask GitHub's API, with patience for its limits. */

const TRIES = 4;

/**
 * @param {string} url absolute, or a path below GITHUB_API_URL
 * @param {{missing?: number[]}} options statuses that mean "there is none", answered with null
 */
export async function ask(url, { missing = [] } = {}) {
  const api = process.env.GITHUB_API_URL ?? 'https://api.github.com';
  const target = new URL(url.startsWith('/') ? api + url : url);
  // The token goes to the API and nowhere else; what a redirect leads to elsewhere does not get it (fetch drops it).
  if (target.origin !== new URL(api).origin) throw new Error(`${target.origin} is not ${api}`);
  const headers = {
    accept: 'application/vnd.github+json',
    authorization: `Bearer ${needed('GH_TOKEN')}`,
    'x-github-api-version': '2022-11-28',
  };
  for (let tried = 1; ; tried++) {
    const response = await fetch(target, { headers }).catch((error) => ({ status: 599, statusText: error.message }));
    if (response.ok) return response;
    if (missing.includes(response.status)) return null;
    const again = response.status >= 500 || response.status === 429 || limited(response);
    if (!again || tried === TRIES) {
      throw new Error(`GET ${target.pathname}: ${response.status} ${response.statusText}`.trim());
    }
    await new Promise((resolve) => setTimeout(resolve, waitMs(response, tried)));
  }
}

/** All pages of a list; none where "there is none". */
export async function askAll(path, options) {
  const items = [];
  for (let next = path; next; ) {
    const response = await ask(next, options);
    if (!response) break;
    items.push(...(await response.json()));
    next = response.headers.get('link')?.match(/<([^>]+)>;\s*rel="next"/)?.[1];
  }
  return items;
}

/** @param {string} name of an environment variable */
export function needed(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
}

/** GitHub says "too many requests" with 403, too. */
const limited = ({ status, headers }) =>
  status === 403 && (headers.has('retry-after') || headers.get('x-ratelimit-remaining') === '0');

function waitMs({ headers }, tried) {
  const unit = Number(process.env.RETRY_UNIT_MS ?? 1000);
  const after = Number(headers?.get('retry-after') ?? 0);
  return unit * Math.min(after || 2 ** tried, 120);
}
