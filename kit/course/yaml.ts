/** YAML that a schema describes, read so that an error names file and line. */
import type { ErrorObject, ValidateFunction } from 'ajv';
import { type Document, isMap, LineCounter, parseDocument } from 'yaml';
import { InputError } from './input-error.ts';

/** @throws InputError naming file, line and what the schema wanted */
export function parseYaml<T>(text: string, file: string, validate: ValidateFunction<T>): T {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [broken] = document.errors;
  if (broken) throw new InputError(`${file}:${lines.linePos(broken.pos[0]).line}: ${broken.message}`);
  const data: unknown = document.toJS();
  if (validate(data)) return data;
  const [error] = validate.errors ?? [];
  throw new InputError(`${file}:${lineOf(document, lines, error)}: ${describe(error)}`);
}

function describe(error: ErrorObject): string {
  const at = segmentsOf(error).join('.') || 'the file';
  const extra = 'additionalProperty' in error.params ? ` "${error.params.additionalProperty}"` : '';
  const allowed = 'allowedValues' in error.params ? ` (${error.params.allowedValues.join(', ')})` : '';
  return `${at} ${error.message}${extra}${allowed}`;
}

/** The line of the node that an error is about, or of its closest parent that is there. */
function lineOf(document: Document, lines: LineCounter, error: ErrorObject): number {
  const path = segmentsOf(error).map((key) => (/^\d+$/.test(key) ? Number(key) : key));
  const extra = error.params.additionalProperty;
  if (extra) {
    const parent = document.getIn(path, true);
    const pair = isMap(parent) ? parent.items.find(({ key }) => String(key) === extra) : undefined;
    const start = (pair?.key as { range?: [number] } | undefined)?.range?.[0];
    if (start !== undefined) return lines.linePos(start).line;
  }
  for (; ; path.pop()) {
    const node = (path.length ? document.getIn(path, true) : document.contents) as { range?: [number] } | undefined;
    if (node?.range) return lines.linePos(node.range[0]).line;
    if (path.length === 0) return 1;
  }
}

/** A JSON pointer escapes slashes, which the ids of checks have. */
function segmentsOf({ instancePath }: ErrorObject): string[] {
  return instancePath
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
}
