/** Grades every attack of the corpus and writes what stopped each into docs/kill-table.md: `npx tsx scripts/kill-table.ts`. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ATTACKS, type Attack, plantAttack } from '../attacks/corpus.ts';
import { findCourse } from '../kit/course/course.ts';
import { writeWhole } from '../kit/files/write-whole.ts';
import { gradeSubmission, submissionSeed } from '../kit/grade/grade-submission.ts';
import { MaterialsCache } from '../kit/judge/materials.ts';
import { counted, type Report } from '../kit/report/report.ts';
import { HostPool } from '../kit/subject/host-pool.ts';
import { plain } from '../kit/text/plain.ts';

const course = await findCourse(import.meta.dirname);
const cache = new MaterialsCache(course);
const hosts = new HostPool({ backend: 'wasm' });

/** The first thing that the report holds against it, made fit for a cell. */
function stoppedBy({ exercises: [{ problem, checks }] }: Report): string {
  const failed = counted(checks).find(({ status, message }) => status !== 'pass' && message);
  const said = plain(problem ?? failed?.message ?? 'nothing: it is worth what it computes')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/[|<>`*_[\]\\]/g, (mark) => `\\${mark}`);
  return said.length > 140 ? `${said.slice(0, 139)}…` : said;
}

async function row(attack: Attack): Promise<{ line: string; held: boolean }> {
  const folder = mkdtempSync(join(tmpdir(), 'kit-attack-'));
  try {
    plantAttack(attack, folder);
    const { name: id, exercise, timeout } = attack;
    // Always the same, so that the table changes where the kit does.
    const seed = submissionSeed('kill table', id);
    const report = await gradeSubmission({ folder, id, course, cache, exercises: [exercise], hosts, seed, timeout });
    const points = `${report.score} of ${attack.due}`;
    return {
      line: `| ${id} | ${attack.tries} | ${stoppedBy(report)} | ${points} |`,
      held: report.score === attack.due,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const rows: { line: string; held: boolean }[] = [];
for (const attack of ATTACKS) {
  rows.push(await row(attack));
  if (process.stderr.isTTY) process.stderr.write(`\r${rows.length}/${ATTACKS.length}`);
}
const { isolation } = await hosts.get();
await hosts.stop();

mkdirSync(join(course.root, 'docs'), { recursive: true });
writeWhole(
  join(course.root, 'docs/kill-table.md'),
  `# What stopped each attack

Written by \`npx tsx scripts/kill-table.ts\`, from ${rows.length} submissions in \`attacks/\`, each graded on hidden cases and
isolated by ${isolation}; not by hand. "Points" are those it got, and those that its honest part is worth.
\`npm test\` holds every attack to more: the next submission is graded as if nothing had happened, nothing is written,
no process is left, and neither secret nor seed is in what is printed (\`attacks/corpus.test.ts\`).

| attack | what it tries | what the report says | points |
| --- | --- | --- | --- |
${rows.map(({ line }) => line).join('\n')}
`,
);
console.log(`${rows.filter(({ held }) => held).length} of ${rows.length} attacks held to what they are worth`);
process.exitCode = rows.every(({ held }) => held) ? 0 : 1;
