import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../course/input-error.ts';
import { writeWhole } from '../files/write-whole.ts';
import { classPage } from '../report/class-page.ts';
import { entryPage } from '../report/formats/html.ts';
import type { Gradebook } from '../report/gradebook.ts';
import { pageNames } from '../report/page-names.ts';
import { gradesFile } from '../report/read.ts';
import type { SimilarityReport } from '../report/similarity.ts';

interface Options {
  out?: string;
  similarity?: string;
  instructor?: boolean;
}

export async function run(file: string, { out, similarity, instructor }: Options): Promise<number> {
  if (!out) throw new InputError('kit page needs --out <folder>, where index.html and pages/ are written');
  const gradebook = readAs<Gradebook>(gradesFile(file), 'attention-kit/gradebook/v1', 'entries', 'kit grade-all');
  const alike = similarity
    ? readAs<SimilarityReport>(similarity, 'attention-kit/similarity/v1', 'pairs', 'kit similarity --json')
    : undefined;
  const names = pageNames(gradebook.entries.map(({ student }) => student));
  for (const [i, entry] of gradebook.entries.entries()) {
    writeWhole(join(out, 'pages', `${names[i]}.html`), entryPage(entry, { instructor }), { isPrivate: instructor });
  }
  writeWhole(join(out, 'index.html'), classPage(gradebook, { similarity: alike }), { isPrivate: true });
  process.stdout.write(`${join(out, 'index.html')}, and ${names.length} students' pages beside it\n`);
  return 0;
}

/** @throws InputError if the file is not what the verb writes */
function readAs<T extends { schema: string }>(file: string, schema: string, list: keyof T, verb: string): T {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new InputError(`${file} cannot be read: ${(error as Error).message}`);
  }
  const found = value as T | null;
  if (found?.schema !== schema || !Array.isArray(found[list])) {
    throw new InputError(`${file} is not a ${schema} file; ${verb} writes one`);
  }
  return found;
}
