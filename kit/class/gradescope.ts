/** Gradescope's export: `submission_metadata.yml` beside the folders, written by Ruby, so its keys begin with a colon. */
import { parse } from 'yaml';
import { InputError } from '../course/input-error.ts';

export interface Owner {
  /** By e-mail address, else number, else name; several for a group. */
  students: string[];
  submittedAt: string | null;
}

type Loose = Record<string, unknown>;

export interface Metadata {
  /** By folder. */
  owners: Map<string, Owner>;
  /** Folders of which it does not say whose they are: each is one student's trouble, and not the class's. */
  withoutOwner: string[];
}

/** @throws InputError if the file is not such metadata */
export function readGradescopeMetadata(text: string, file: string): Metadata {
  let parsed: unknown;
  try {
    // Ruby's own types are told to nobody: what is needed of them is plain.
    parsed = parse(text, { logLevel: 'error' });
  } catch (error) {
    throw new InputError(`${file} is not valid YAML: ${(error as Error).message.split('\n')[0]}`);
  }
  const found: Metadata = { owners: new Map(), withoutOwner: [] };
  for (const [folder, data] of Object.entries(looseOf(parsed))) {
    const submitters = looseOf(data)[':submitters'];
    const names = (Array.isArray(submitters) ? submitters : []).map(nameOf).filter((name) => name !== '');
    const students = [...new Set(names)];
    if (students.length === 0) found.withoutOwner.push(folder);
    else found.owners.set(folder, { students, submittedAt: instantOf(looseOf(data)[':created_at']) });
  }
  if (found.owners.size === 0) throw new InputError(`${file} names nobody who handed in; export the submissions again`);
  return found;
}

const looseOf = (value: unknown): Loose => (typeof value === 'object' && value !== null ? (value as Loose) : {});

function nameOf(submitter: unknown): string {
  const { ':email': email, ':sid': number, ':name': name } = looseOf(submitter);
  const known = [email, number, name].find((value) => value !== undefined && value !== null && value !== '');
  return known === undefined ? '' : String(known);
}

/** Ruby writes "2026-10-21 22:09:20.527021000 Z", which YAML 1.1 calls a timestamp and JavaScript does not know. */
function instantOf(value: unknown): string | null {
  // Where Ruby wrote the time with its class, the moment is one of its parts.
  const text = typeof value === 'object' && value !== null ? (looseOf(value).utc ?? looseOf(value).time) : value;
  const time = Date.parse(
    String(text).replace(/^([\d-]+) ([\d:]+)(?:(\.\d{1,3})\d*)? ?(Z|[+-]\d\d:?\d\d)$/, '$1T$2$3$4'),
  );
  return Number.isNaN(time) ? null : new Date(time).toISOString();
}
