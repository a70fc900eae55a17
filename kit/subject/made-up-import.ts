/**
 * Imports whose name is put together: `import('../' + name)`. esbuild looks for all files that such a name could mean, by
 * itself, wherever that leads; no plugin is asked.
 */
import type { Loader } from 'esbuild';
import jsTokens from 'js-tokens';
import { transformWithin } from './bundler.ts';
import type { Misshapen } from './source-shape.ts';

const BLANK = new Set(['WhiteSpace', 'LineTerminatorSequence', 'MultiLineComment', 'SingleLineComment']);

/** The first such import. Of what esbuild makes of the text, since types and brackets around a name are nothing to it. */
export async function madeUpImport(text: string, loader: Loader): Promise<Misshapen | null> {
  const at = loader === 'json' ? null : importingLine(text);
  // Few files have one, so few are worth the work.
  if (at === null) return null;
  const options = { loader, target: 'node20', charset: 'utf8', tsconfigRaw: '{}', logLevel: 'silent' } as const;
  const code = await transformWithin(text, options).then(
    (made) => made.code,
    // Told by the build itself.
    (error) => ('errors' in error ? '' : Promise.reject(error)),
  );
  return hasMadeUp(code)
    ? { line: at, message: 'an import names its file in one piece of text; here it is put together' }
    : null;
}

/** Of the first word that could be such an import; an escape may stand for any letter of a name. */
function importingLine(text: string): number | null {
  let [at, last, lastAt] = [0, '', 0];
  const line = (end: number) => text.slice(0, end).split('\n').length;
  for (const { type, value } of jsTokens(text)) {
    if (type === 'IdentifierName' && (value === 'require' || value.includes('\\'))) return line(at);
    if (value === '(' && last === 'import') return line(lastAt);
    if (!BLANK.has(type)) [last, lastAt] = [value, at];
    at += value.length;
  }
  return null;
}

function hasMadeUp(code: string): boolean {
  /** How many brackets are open since an import's own. */
  let depth = 0;
  let [last, before] = ['', ''];
  for (const { type, value } of jsTokens(code)) {
    if (BLANK.has(type)) continue;
    if (depth > 0) {
      if (value === '+' || type === 'TemplateHead') return true;
      if (value === '(') depth++;
      if (value === ')') depth--;
    } else if (value === '(') {
      const name = last === '?.' ? before : last;
      if (name === 'import' || name === 'require' || name.includes('\\')) depth = 1;
    }
    [last, before] = [value, last];
  }
  return false;
}
