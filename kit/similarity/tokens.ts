/** A program as the tokens that Dolos compares: what it does stays, what it calls things does not. */
import { File, Region, TokenizedFile } from '@dodona/dolos-core';
import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping';
import jsTokens from 'js-tokens';
import type { Bundle } from '../subject/bundle.ts';

const BLANK = /^(WhiteSpace|LineTerminatorSequence|MultiLineComment|SingleLineComment|HashbangComment)$/;
const KEYWORD =
  /^(async|await|break|case|catch|class|const|continue|default|delete|do|else|export|extends|finally|for|function|if|import|in|instanceof|let|new|of|return|switch|this|throw|try|typeof|var|void|while|yield)$/;

/** Of one program; no exercise is so long. */
export const MOST_TOKENS = 20_000;

const NOWHERE = new Region(0, 0, 0, 0);

export interface SourceTokens {
  file: TokenizedFile;
  /** For every token its line in the submission's own file; null where it comes from elsewhere. */
  lines: (number | null)[];
}

/**
 * Types and comments are gone from a bundle already. Names become one token and literals another, so renaming changes
 * nothing; but what follows a dot stays, since it is TensorFlow's and says what is computed.
 * What comes after the first MOST_TOKENS is not looked at.
 */
export function tokensOf(name: string, { code, map }: Bundle, source: string): SourceTokens {
  const trace = new TraceMap(map);
  const [tokens, lines]: [string[], (number | null)[]] = [[], []];
  let [row, column, last] = [0, 0, ''];
  for (const { type, value } of jsTokens(code)) {
    if (tokens.length === MOST_TOKENS) break;
    if (!BLANK.test(type)) {
      const origin = originalPositionFor(trace, { line: row + 1, column });
      // What has no origin is the bundler's.
      if (origin.source !== null) {
        tokens.push(kindOf(type, value, last));
        lines.push(origin.source.toLowerCase().endsWith(source.toLowerCase()) ? origin.line : null);
      }
      last = value;
    }
    const rows = value.split(/\r\n|[\n\r\u2028\u2029]/);
    row += rows.length - 1;
    column = rows.length > 1 ? rows[rows.length - 1].length : column + value.length;
  }
  // Dolos keeps text and places for its own pages, which nobody reads here: of a whole class that is a gigabyte.
  const places = new Array<Region>(tokens.length).fill(NOWHERE);
  return { file: new TokenizedFile(new File(name, ''), tokens, places), lines };
}

function kindOf(type: string, value: string, last: string): string {
  if (/^(StringLiteral|NumericLiteral|NoSubstitutionTemplate|RegularExpressionLiteral)$/.test(type)) return 'literal';
  if (type === 'PrivateIdentifier') return 'name';
  if (type !== 'IdentifierName') return type === 'Punctuator' ? value : type;
  return KEYWORD.test(value) || last === '.' || last === '?.' ? value : 'name';
}
