/**
 * What would make a compiler's tree of a file too deep: brackets in brackets, or a statement without end. esbuild walks
 * its tree by recursion, and takes more memory and time for a level than in proportion. One look at each token tells.
 */
import jsTokens from 'js-tokens';
import { SOURCE_LIMITS } from '../wire/source-limits.ts';

export interface Misshapen {
  line: number;
  message: string;
}

/** Tokens since the last statement, or entry of a list, began; of what lies in one pair of brackets. */
interface Level {
  opener: string;
  tokens: number;
  /** Of `if (…)` and its like, after which a statement goes on. */
  isCondition: boolean;
}

const BLANK = new Set(['WhiteSpace', 'MultiLineComment', 'SingleLineComment', 'HashbangComment']);
const CONDITION = new Set(['if', 'while', 'for', 'with']);
/** A word after which an expression or statement goes on in the next line … */
const GOES_ON_AFTER = new Set(
  'typeof void delete await new in of instanceof return yield throw case else do extends keyof infer as satisfies is'.split(
    ' ',
  ),
);
/** … and one that goes on from the line before. */
const GOES_ON_AT = new Set('in of instanceof as satisfies is else extends implements'.split(' '));
const OPERAND = new Set([
  'StringLiteral',
  'NumericLiteral',
  'NoSubstitutionTemplate',
  'TemplateTail',
  'RegularExpressionLiteral',
  'PrivateIdentifier',
]);

/** The first place where it is so. */
export function misshapen(text: string): Misshapen | null {
  const levels: Level[] = [{ opener: '', tokens: 0, isCondition: false }];
  let [line, total, isNewLine] = [1, 0, false];
  let [last, lastType, afterCondition] = ['', '', false];
  for (const { type, value } of jsTokens(text)) {
    if (type === 'LineTerminatorSequence') {
      line++;
      isNewLine = true;
      continue;
    }
    if (BLANK.has(type)) {
      line += linesIn(value);
      continue;
    }
    let level = levels[levels.length - 1];
    const begins = () => {
      total -= level.tokens;
      level.tokens = 0;
    };
    let closedCondition = false;
    if (isNewLine && !afterCondition && isOperand(lastType, last) && beginsStatement(type, value)) begins();
    if (closes(type, value) && levels.length > 1) {
      begins();
      closedCondition = level.isCondition;
      levels.pop();
      level = levels[levels.length - 1];
    }
    if (value === ';' || (value === ',' && level.opener !== '(' && level.opener !== '') || type === 'TemplateMiddle') {
      begins();
    }
    level.tokens++;
    total++;
    if (level.tokens > SOURCE_LIMITS.statement || total > SOURCE_LIMITS.tree) {
      return { line, message: 'this statement is too long to be bundled: take it apart' };
    }
    if (opens(type, value)) {
      levels.push({ opener: value, tokens: 0, isCondition: value === '(' && CONDITION.has(last) });
      if (levels.length > SOURCE_LIMITS.depth) {
        return { line, message: 'it is too deeply nested to be bundled: so many brackets are open here' };
      }
    }
    line += linesIn(value);
    [last, lastType, afterCondition, isNewLine] = [value, type, closedCondition, false];
  }
  return null;
}

const opens = (type: string, value: string) =>
  type === 'TemplateHead' || (type === 'Punctuator' && (value === '(' || value === '[' || value === '{'));
const closes = (type: string, value: string) =>
  type === 'TemplateTail' || (type === 'Punctuator' && (value === ')' || value === ']' || value === '}'));

function isOperand(type: string, value: string): boolean {
  if (type === 'IdentifierName') return !GOES_ON_AFTER.has(value);
  return OPERAND.has(type) || [')', ']', '}', '++', '--'].includes(value);
}

function beginsStatement(type: string, value: string): boolean {
  if (type === 'IdentifierName') return !GOES_ON_AT.has(value);
  return OPERAND.has(type) || ['{', '}', '@', '++', '--'].includes(value);
}

/** In most tokens there is none, and they need not be split. */
function linesIn(value: string): number {
  let lines = 0;
  for (let at = value.indexOf('\n'); at !== -1; at = value.indexOf('\n', at + 1)) lines++;
  return lines;
}
