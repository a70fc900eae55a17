/** What a submission uses and cannot have, found in its bundle before anything is run. */
import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping';
import tokensOf from 'js-tokens';
import { MISSING_GLOBALS } from '../wire/globals.ts';
import { missingPart } from '../wire/tensorflow.ts';

const MARK = 'NOT_AVAILABLE_';

/** For esbuild: it knows which names are the submission's own, and marks the others. */
export const MARKED_GLOBALS: Readonly<Record<string, string>> = Object.fromEntries(
  Object.keys(MISSING_GLOBALS).flatMap((name) =>
    ['', 'globalThis.'].map((owner) => [`${owner}${name}`, `${owner}${MARK}${name}`]),
  ),
);

export interface Use {
  file: string;
  line: number;
  message: string;
}

/** The first such use, by its place in the bundle. @param map of the bundle, as JSON */
export function unavailableIn({ code, map }: { code: string; map: string }): Use | null {
  const [first] = [...globalsIn(code), ...partsIn(code)].sort((a, b) => a.at - b.at);
  if (!first) return null;
  const before = code.slice(0, first.at).split('\n');
  const place = { line: before.length, column: before[before.length - 1].length };
  const { source, line } = originalPositionFor(new TraceMap(map), place);
  return { file: source ?? '', line: line ?? 1, message: first.message };
}

interface Found {
  at: number;
  message: string;
}

/** `typeof fetch` only asks. */
function globalsIn(code: string): Found[] {
  if (!code.includes(MARK)) return [];
  return [...code.matchAll(/(?<!typeof (?:globalThis\.)?)\bNOT_AVAILABLE_(\w+)/g)].map(({ index, 1: name }) => ({
    at: index,
    message: MISSING_GLOBALS[name],
  }));
}

/** What esbuild calls the module, in its script: no other variable has that name there. */
const TENSORFLOW = /\b(?:var|let|const) (\w+) = (?:__toESM\()?(?:require\("@tensorflow\/|require_tfjs\w*\()/g;

function partsIn(code: string): Found[] {
  const names = new Set([...code.matchAll(TENSORFLOW)].map(([, name]) => name));
  if (names.size === 0) return [];
  // Looked at and not taken, since what follows a dot may have another after it.
  const uses = [...code.matchAll(/\b(\w+)\??\.(?=(\w+))/g)].filter(([, name]) => names.has(name));
  const missing = uses.flatMap(({ index, 2: part }) => {
    const message = missingPart(part);
    return message === null ? [] : [{ at: index, message }];
  });
  if (missing.length === 0) return [];
  // Text and comments may speak of it.
  const inCode = new Set<number>();
  let at = 0;
  for (const { type, value } of tokensOf(code)) {
    if (type === 'IdentifierName') inCode.add(at);
    at += value.length;
  }
  return missing.filter((use) => inCode.has(use.at));
}
