/** Writes the JSON Schemas that ajv and editors read, from the TypeBox sources beside them: `npm run schemas`; `--check` only compares. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { Assignments } from '../kit/course/assignments.schema.ts';
import { PACKAGE_ROOT } from '../kit/course/course.ts';
import { Exercise } from '../kit/course/exercise.schema.ts';
import { writeWhole } from '../kit/files/write-whole.ts';
import { Gradebook } from '../kit/report/gradebook.schema.ts';
import { Report } from '../kit/report/report.schema.ts';

const SCHEMAS = {
  'kit/course/assignments.schema.json': Assignments,
  'kit/course/exercise.schema.json': Exercise,
  'kit/report/gradebook.schema.json': Gradebook,
  'kit/report/report.schema.json': Report,
};

const isCheck = process.argv.includes('--check');
for (const [path, schema] of Object.entries(SCHEMAS)) {
  const file = join(PACKAGE_ROOT, path);
  const wanted = { $schema: 'http://json-schema.org/draft-07/schema#', ...JSON.parse(JSON.stringify(schema)) };
  if (!isCheck) writeWhole(file, `${JSON.stringify(wanted, null, 2)}\n`);
  else if (!isDeepStrictEqual(JSON.parse(readFileSync(file, 'utf8')), wanted)) {
    console.error(`${path} is not as its source beside it says; \`npm run schemas\` writes it again`);
    process.exitCode = 1;
  }
}
