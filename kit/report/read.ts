/** A stored report or gradebook, held against its schema. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { InputError } from '../course/input-error.ts';
import gradebookSchema from './gradebook.schema.json' with { type: 'json' };
import type { Gradebook } from './gradebook.ts';
import reportSchema from './report.schema.json' with { type: 'json' };
import type { Report } from './report.ts';

const ajv = new Ajv({ allowUnionTypes: true });
ajv.addSchema(reportSchema, 'attention-kit/report/v1');
ajv.addSchema(gradebookSchema, 'attention-kit/gradebook/v1');

/** The gradebook of a folder that `kit grade-all` or `kit merge` wrote; any other path as it is. */
export function gradesFile(path: string): string {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ? join(path, 'gradebook.json') : path;
}

/**
 * @param path the file, or the folder of a class's grades
 * @throws InputError that names the file and what is wrong with it
 */
export function readGrades(path: string): Report | Gradebook {
  const file = gradesFile(path);
  const data = readJson(file) as { schema?: unknown } | null;
  const validate = typeof data?.schema === 'string' ? ajv.getSchema<Report | Gradebook>(data.schema) : undefined;
  if (!validate || !/^attention-kit\//.test(String(data?.schema))) {
    throw new InputError(`${file} is not a report (kit grade --format json) or a gradebook`);
  }
  if (!validate(data)) {
    const [{ instancePath, message }] = validate.errors ?? [];
    throw new InputError(`${file} is not as its schema says: ${instancePath || 'it'} ${message}`);
  }
  return data as Report | Gradebook;
}

export function isGradebook(grades: Report | Gradebook): grades is Gradebook {
  return grades.schema === 'attention-kit/gradebook/v1';
}

/** @throws InputError if there is no such file */
export function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new InputError(`${file} cannot be read: ${(error as Error).message}`);
  }
}

function readJson(file: string): unknown {
  const text = readText(file);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InputError(`${file} is not valid JSON: ${(error as Error).message}`);
  }
}
