/** Gradescope's export: `submission_metadata.yml` beside the folders, written by Ruby, so its keys begin with a colon. */
import { parse } from 'yaml';
import { InputError } from '../course/input-error.ts';

export interface Owner {
  /** By e-mail address, else number, else name; several for a group. */
  students: string[];
  submittedAt: string | null;
}

type Loose = Record<string, unknown>;

/** By folder. @throws InputError if the file is not such metadata */
export function readGradescopeMetadata(text: string, file: string): Map<string, Owner> {
  let parsed: unknown;
  try {
    parsed = parse(text, { maxAliasCount: 0 });
  } catch (error) {
    throw new InputError(`${file} is not valid YAML: ${(error as Error).message.split('\n')[0]}`);
  }
  const owners = new Map<string, Owner>();
  for (const [folder, data] of Object.entries(looseOf(parsed))) {
    const submitters = looseOf(data)[':submitters'];
    const students = (Array.isArray(submitters) ? submitters : []).map(nameOf).filter((name) => name !== '');
    if (students.length === 0)
      throw new InputError(`${file} does not say whose ${folder} is; export the submissions again`);
    owners.set(folder, { students, submittedAt: instantOf(looseOf(data)[':created_at']) });
  }
  return owners;
}

const looseOf = (value: unknown): Loose => (typeof value === 'object' && value !== null ? (value as Loose) : {});

function nameOf(submitter: unknown): string {
  const { ':email': email, ':sid': number, ':name': name } = looseOf(submitter);
  const known = [email, number, name].find((value) => value !== undefined && value !== null && value !== '');
  return known === undefined ? '' : String(known);
}

/** Ruby writes "2026-10-21 22:09:20.527021000 Z", which YAML 1.1 calls a timestamp and JavaScript does not know. */
function instantOf(value: unknown): string | null {
  const time = Date.parse(
    String(value).replace(/^([\d-]+) ([\d:]+)(?:(\.\d{1,3})\d*)? ?(Z|[+-]\d\d:?\d\d)$/, '$1T$2$3$4'),
  );
  return Number.isNaN(time) ? null : new Date(time).toISOString();
}
