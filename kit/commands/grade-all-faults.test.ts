/** Faults of the machine: a preloaded file ends the host, as a driver's crash would, while it judges who says so. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { gradeAll, gradebookIn, PATIENCE, SUBMISSIONS, scoresIn, start } from '../testing/run-kit.ts';
import { temporaryFolder, writeFiles } from '../testing/temporary-folder.ts';

const SOFTMAX = 'exercises/01-attention-fundamentals/softmax.ts';
const right = readFileSync(join(SUBMISSIONS, 'correct', SOFTMAX), 'utf8');

/** The host is killed at each load of code that says "crash <name> <times>", but no more often than that in all. */
const CRASH = `const { appendFileSync, existsSync, readFileSync } = require('node:fs');
const { join } = require('node:path');
if (process.argv[1]?.endsWith('host.cjs')) {
  process.on('message', (batch) => {
    for (const { method, params } of batch) {
      const [, name, times] = (method === 'load' && params.code.match(/crash (\\w+) (\\d+)/)) || [];
      if (!name) continue;
      const file = join(__dirname, name);
      if (existsSync(file) && readFileSync(file, 'utf8').length >= Number(times)) continue;
      appendFileSync(file, 'x');
      if (name === 'aborts') process.abort();
      process.kill(process.pid, 'SIGKILL');
    }
  });
}
`;

it(
  'tries what they spoilt once more, then leaves it without a grade and says so, and judges it at the next run',
  PATIENCE,
  async () => {
    const crashes = { once: 1, twice: 2, thrice: 3, always: 1000, aborts: 1000 };
    const tools = temporaryFolder({ 'crash.cjs': CRASH });
    const folder = temporaryFolder({ [`steady/${SOFTMAX}`]: right });
    for (const [name, times] of Object.entries(crashes))
      writeFiles(folder, { [`${name}/${SOFTMAX}`]: `${right}\nexport const mark = 'crash ${name} ${times}';\n` });
    const out = join(temporaryFolder(), 'grades');
    const crashing = { ...process.env, NODE_OPTIONS: `--require ${join(tools, 'crash.cjs')}` };

    const first = await start(gradeAll(folder, out, '--jobs', '2'), { env: crashing }).ended;
    expect(first.code).toBe(3);
    // A host that another process kills is a fault of the machine; one that ends itself is ended by what it computes.
    expect(scoresIn(out)).toEqual({ aborts: 0, always: null, once: 10, steady: 10, thrice: 10, twice: 10 });
    expect(first.stdout).toMatch(
      /because of an infrastructure error:\n {2}always: .*the host ended \(SIGKILL\)\n.*same command/,
    );
    expect(readFileSync(join(tools, 'thrice'), 'utf8'), 'it crashed as often as it should').toBe('xxx');
    const lines = first.stderr.trim().split('\n');
    expect(
      lines.map((line) => line.split(' ')[0]),
      'each is counted once',
    ).toEqual(['1/6', '2/6', '3/6', '4/6', '5/6', '6/6']);

    const second = await start(gradeAll(folder, out, '--json')).ended;
    expect(second.code).toBe(0);
    expect(JSON.parse(second.stdout)).toMatchObject({ judged: 1, unchanged: 5 });
    expect(gradebookIn(out).entries.map(({ score }) => score)).toEqual([0, 10, 10, 10, 10, 10]);
  },
);
