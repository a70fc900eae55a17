import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { PACKAGE_ROOT } from '../course/course.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { run } from './similarity.ts';

const EXERCISE = '01-attention-fundamentals/scaled-dot-product';
const right = readFileSync(join(PACKAGE_ROOT, `solutions/${EXERCISE}.ts`), 'utf8');
const given = readFileSync(join(PACKAGE_ROOT, 'exercises/arguments.ts'), 'utf8');

afterEach(() => void vi.restoreAllMocks());

/** What `kit similarity` prints of a class in Gradescope's form, in which all handed in the same. */
async function printed(...groups: string[][]): Promise<string> {
  const files: Record<string, string> = {};
  let metadata = '---\n';
  for (const [i, students] of groups.entries()) {
    files[`submission_${i}/exercises/${EXERCISE}.ts`] = right;
    files[`submission_${i}/exercises/arguments.ts`] = given;
    metadata += `submission_${i}:\n  :submitters:\n${students.map((email) => `  - :email: ${email}\n`).join('')}`;
  }
  const out = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  const folder = temporaryFolder({ ...files, 'submission_metadata.yml': metadata });
  await run(folder, { exercise: [EXERCISE], above: '0' });
  return String(out.mock.lastCall?.[0]);
}

it('says how what groups handed in was counted, and names nobody where only they are alike', async () => {
  const text = await printed(['ada', 'bob']);
  expect(text).toMatch(/^No pair of 1 submission /);
  expect(text).toMatch(/Of 1 submission, 1 .* several students \(2 in all\)/);
  expect(text).not.toMatch(/\bada\b/);
  expect(await printed(['ada'], ['bob'])).not.toContain('in all');
});

it('names all of a group that is alike with others, and several that are alike in one row', async () => {
  const text = await printed(['ada', 'bob'], ['cem'], ['dan']);
  expect(text).toMatch(/3 alike: ada, bob \(lines .*\); cem \(lines .*\) and dan \(lines/);
  expect(text.match(/100%.*scaled-dot-product/g)).toHaveLength(1);
});
