/** The mark that an export leaves, by which the kit knows a student's repository from the course. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { courseRoot } from './course.ts';
import { InputError } from './input-error.ts';

export const EXPORT_FILE = 'graders/export.json';

export interface ExportRecord {
  schema: 'attention-kit/export/v1';
  kit: string;
  assignment: string;
  title: string;
  /** SHA-256 of every other file as it was exported, so that a later export knows what was changed since. */
  files: Record<string, string>;
}

/** Null if no export made this folder. @throws InputError if the record cannot be read */
export function readExportRecord(root: string): ExportRecord | null {
  const file = join(root, EXPORT_FILE);
  if (!existsSync(file)) return null;
  try {
    const record = JSON.parse(readFileSync(file, 'utf8')) as ExportRecord;
    if (record.schema !== 'attention-kit/export/v1' || !record.files) throw new Error('it is of another schema');
    return record;
  } catch (error) {
    throw new InputError(`${file} cannot be read: ${(error as Error).message}; export into another folder`);
  }
}

/** Whether the course that is worked in is a student's. */
export const isStudentRepository = (): boolean => existsSync(join(courseRoot(), EXPORT_FILE));

/** @throws InputError in a student's repository, for a verb that needs what only the course has */
export function refuseWithoutSources(verb: string): void {
  if (!isStudentRepository()) return;
  throw new InputError(
    `\`kit ${verb}\` needs the course itself, and this is a student's repository of it; here \`kit run\` judges the public cases`,
  );
}
