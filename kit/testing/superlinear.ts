/**
 * Whether a regular expression may take more time than in proportion to its text. Within one match `scslre` finds what can
 * be split in more ways than one, as far as one character shows it. It does not see a repetition that is begun in many
 * places and each time fails far from there: `a.*b` in "aaaa…", `^.*ab.*c` in "abab…". That is found here.
 */
import { RegExpParser, visitRegExpAST } from '@eslint-community/regexpp';
import type { Alternative, Element, Node, Quantifier } from '@eslint-community/regexpp/ast';
import { getConsumedChars, isPotentiallyEmpty } from 'regexp-ast-analysis';
import * as scslre from 'scslre';

type Flags = ReturnType<RegExpParser['parseFlags']>;
type Chars = ReturnType<typeof getConsumedChars>['chars'];

/** What makes it so; null where nothing does. */
export function superlinear(source: string, flags: string): string | null {
  const { reports } = scslre.analyse({ source, flags });
  // A repetition at the beginning is looked at below, where what stands before it is looked at too.
  const [first] = reports.filter(({ type }) => type !== 'Move');
  if (first) return `a text can be split among its repetitions in many ways (${first.type})`;
  const parser = new RegExpParser();
  const parsed = parser.parseFlags(flags);
  const pattern = parser.parsePattern(source, 0, source.length, { unicode: parsed.unicode });
  for (const alternative of pattern.alternatives) {
    const found = begunOften(alternative, parsed);
    if (found) return `${found.raw} is begun in many places, and each time the match may fail after it`;
  }
  return null;
}

function begunOften(alternative: Alternative, flags: Flags): Quantifier | null {
  const all = endless(alternative);
  const unclear = all.find((each) => isUnclear(each, flags));
  if (unclear) return unclear;
  for (const [i, quantifier] of all.entries()) {
    // Once the rest may be nothing, there is no failing.
    if (path(quantifier, alternative, 'after').every((each) => isPotentiallyEmpty(each, flags))) continue;
    const repeated = charsOf(quantifier, flags);
    const before = path(quantifier, alternative, 'before');
    const isBegunOnce =
      flags.sticky ||
      isAtStart(before, repeated, flags) ||
      // No match that begins inside of what is repeated gets past this.
      before.some((each) => isApart(each, repeated, flags)) ||
      isOneWord(before, quantifier, flags);
    if (!isBegunOnce) return quantifier;
    for (const earlier of all.slice(0, i)) {
      const between = elementsBetween(earlier, quantifier);
      if (between && mayLeaveOff(earlier, between, repeated, flags)) return quantifier;
    }
  }
  return null;
}

/** Repeats a choice, and one text may be of either kind. */
function isUnclear({ element }: Quantifier, flags: Flags): boolean {
  if (element.type !== 'Group' && element.type !== 'CapturingGroup') return false;
  const firsts = element.alternatives.map((each) => charsOf(each, flags));
  return firsts.some((one, i) => firsts.slice(i + 1).some((other) => !one.isDisjointWith(other)));
}

/** Whether an earlier repetition may end in many places from which the later one is reached. */
function mayLeaveOff(earlier: Quantifier, between: Element[], later: Chars, flags: Flags): boolean {
  const chars = charsOf(earlier, flags);
  const needed = between.filter((each) => each.type !== 'Assertion' && !isPotentiallyEmpty(each, flags));
  if (needed.length === 0) return !chars.isDisjointWith(later);
  return !needed.some((each) => isApart(each, later, flags) || isApart(each, chars, flags));
}

function endless(root: Alternative): Quantifier[] {
  const found: Quantifier[] = [];
  visitRegExpAST(root, {
    onQuantifierEnter(quantifier) {
      if (quantifier.max === Number.POSITIVE_INFINITY) found.push(quantifier);
    },
  });
  return found;
}

/** What stands before or after a node, in its own group and in those around it. In the text's order. */
function path(node: Node, root: Node, side: 'before' | 'after'): Element[] {
  const found: Element[] = [];
  for (let at: Node | null = node; at && at !== root; at = at.parent) {
    if (at.parent?.type !== 'Alternative') continue;
    const { elements } = at.parent;
    const place = elements.indexOf(at as Element);
    if (side === 'before') found.unshift(...elements.slice(0, place));
    else found.push(...elements.slice(place + 1));
  }
  return found;
}

/** Null where the two are in different alternatives, or one in the other. */
function elementsBetween(earlier: Quantifier, later: Quantifier): Element[] | null {
  const around = new Set<Node>();
  for (let at: Node | null = later; at; at = at.parent) around.add(at);
  let common: Node | null = earlier;
  while (common && !around.has(common)) common = common.parent;
  if (common?.type !== 'Alternative') return null;
  const [first, second] = common.elements.flatMap((each, i) => (around.has(each) || holds(each, earlier) ? [i] : []));
  if (second === undefined) return null;
  const [outer, inner] = [common.elements[first], common.elements[second]];
  return [
    ...path(earlier, outer, 'after'),
    ...common.elements.slice(first + 1, second),
    ...path(later, inner, 'before'),
  ];
}

function holds(outer: Node, inner: Node): boolean {
  for (let at: Node | null = inner; at; at = at.parent) if (at === outer) return true;
  return false;
}

const charsOf = (element: Element | Alternative, flags: Flags): Chars => getConsumedChars(element, flags).chars;

/** Whether something in it must be there that is none of these. */
function isApart(element: Element, chars: Chars, flags: Flags): boolean {
  if (element.type === 'Assertion' || isPotentiallyEmpty(element, flags)) return false;
  if (charsOf(element, flags).isDisjointWith(chars)) return true;
  if (element.type === 'Quantifier') return isApart(element.element, chars, flags);
  if (element.type !== 'Group' && element.type !== 'CapturingGroup') return false;
  return element.alternatives.every(({ elements }) => elements.some((each) => isApart(each, chars, flags)));
}

function isAtStart([first]: Element[], repeated: Chars, flags: Flags): boolean {
  if (first?.type !== 'Assertion' || first.kind !== 'start') return false;
  return !flags.multiline || !repeated.has(10);
}

/** From the beginning of a word, and not out of it: there is one such match a word. */
function isOneWord([first, ...others]: Element[], quantifier: Quantifier, flags: Flags): boolean {
  if (first?.type !== 'Assertion' || first.kind !== 'word' || first.negate) return false;
  return [...others, quantifier].every((each) => charsOf(each, flags).isSubsetOf(WORD));
}

const WORD = getConsumedChars(new RegExpParser().parsePattern('\\w', 0, 2), {}).chars;
