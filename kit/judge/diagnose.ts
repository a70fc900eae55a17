/**
 * Recognises known mistakes by what they compute, case by case, and by how their checks fail. One mistake or two at once must
 * explain what was seen better than any other; where nothing does, nothing is named.
 */
import { sizeOfCase } from './cases.ts';
import type { Fixture } from './fixture.ts';
import type { Look, Mistake } from './known-mistake.ts';
import { type CaseSign, isSign, isTelling } from './signs.ts';

/** Names of the mistakes that explain why a check fails, by check; only of checks that are explained. */
export type Diagnosis = Record<string, string[]>;

/** What one mistake, or two at once, would look like. */
interface Hypothesis {
  names: string[];
  /** Of a case of a check: its sign, null where it passes, undefined where it fails in a way that is not known. */
  signAt: (check: string, name: string, index: number) => CaseSign | null | undefined;
  /** Of a check whose signs are only likely. */
  isGuess: (check: string) => boolean;
}

interface Score {
  /** The weight of the cases that look as they would. */
  matched: number;
  /** Cases that fail in another way … */
  differs: number;
  /** … or fail though they would pass. */
  extra: number;
  /** Checks in which some case looks as it would. */
  checks: Set<string>;
}

interface Explanation extends Score {
  names: string[];
  value: number;
}

/** A case in which a few numbers are compared says less, and one that only says how it fails less still. */
export const FEW_NUMBERS = 3;
const WEIGHT_OF_FEW = 0.4;
const WEIGHT_OF_KIND = 0.2;
/** What explains two checks with one mistake is likelier than what needs two. */
const COST_OF_SECOND = 0.3;
const COST_OF_DIFFERENT = 0.5;
const COST_OF_EXTRA = 0.25;
const VALUE_OF_CODE = 0.01;
/** What two explanations are worth may differ by rounding. */
const SAME = 1e-6;

/** A check that ended so says nothing of its cases. */
const UNSEEN = /^(todo|timeout|exited|limit|protocol|no-export|not-tried|promise)$/;

export function diagnose(observed: Look, fixture: Pick<Fixture, 'cases' | 'mistakes' | 'pairs'>): Diagnosis {
  const { mistakes } = fixture;
  const told = Object.keys(mistakes).filter((name) => isTold(mistakes[name]));
  const singles = told.map((name) => explanation(single(name, mistakes[name]), observed, fixture));
  const possible = singles.flatMap((each) => (each ? [each] : []));
  const pairs = told.flatMap((one, i) =>
    told.slice(i + 1).map((other) => explanation(pair(one, other, fixture), observed, fixture)),
  );
  const best = bestOf([...possible, ...pairs.flatMap((each) => (each ? [each] : []))].filter(isLikely));
  const diagnosis: Diagnosis = {};
  for (const [check, code] of Object.entries(observed.codes)) {
    const names = (best?.names ?? []).filter((name) => explainsCheck(mistakes[name], check, code, observed, best));
    if (names.length > 0) diagnosis[check] = names;
  }
  for (const check of Object.keys(observed.codes)) {
    if (check in diagnosis) continue;
    const local = bestOf(possible.filter((each) => explainsAlone(each, check, observed, mistakes)));
    if (local) diagnosis[check] = local.names;
  }
  nameUntold(diagnosis, observed, fixture);
  return diagnosis;
}

/** Known by what it computes. */
export const isTold = ({ signs }: Pick<Mistake, 'signs'>) =>
  Object.values(signs).some((cases) => Object.values(cases).some(isTelling));

function single(name: string, { signs }: Mistake): Hypothesis {
  return { names: [name], signAt: (check, at) => signs[check]?.[at] ?? null, isGuess: () => false };
}

/** Where only one of the two fails, both together fail so, unless the fixture knows better. */
function pair(one: string, other: string, { mistakes, pairs }: Pick<Fixture, 'mistakes' | 'pairs'>): Hypothesis {
  const known = pairs[`${one}+${other}`] ?? {};
  return {
    names: [one, other],
    signAt(check, name, index) {
      const stored = known[check]?.[index];
      if (stored !== undefined) return stored;
      const [a, b] = [one, other].map((each) => mistakes[each].signs[check]?.[name]);
      if (a && b) return isSign(a, b) ? a : undefined;
      return a ?? b ?? null;
    },
    // Gradients of pairs are not stored.
    isGuess: (check) => check.startsWith('gradient/'),
  };
}

/** Null where a case passes that would fail: its own signs must all be seen. */
function explanation(
  hypothesis: Hypothesis,
  observed: Look,
  { cases, mistakes }: Pick<Fixture, 'cases' | 'mistakes'>,
): Explanation | null {
  // NaN is NaN wherever it arose, so it must have arisen alike.
  const isOfOrigin = (check: string, sign: CaseSign) =>
    isTelling(sign) ||
    hypothesis.names.some((name) => isSameCode(mistakes[name].codes[check] ?? '', observed.codes[check] ?? ''));
  const score: Score = { matched: 0, differs: 0, extra: 0, checks: new Set() };
  for (const [check, prepared] of Object.entries(cases)) {
    if (UNSEEN.test(observed.codes[check] ?? '')) continue;
    for (const [index, one] of prepared.entries()) {
      const { name } = one;
      const seen = observed.signs[check]?.[name];
      const sign = hypothesis.signAt(check, name, index);
      if (!seen && sign !== null) return null;
      if (!seen || sign === undefined) continue;
      if (sign === null) score.extra++;
      else if (!isSign(seen, sign) || !isOfOrigin(check, sign)) score.differs += hypothesis.isGuess(check) ? 0 : 1;
      else {
        score.matched += !isTelling(sign) ? WEIGHT_OF_KIND : sizeOfCase(one) < FEW_NUMBERS ? WEIGHT_OF_FEW : 1;
        score.checks.add(check);
      }
    }
  }
  if (score.matched === 0) return null;
  const { names } = hypothesis;
  const codes = names.flatMap((name) => Object.entries(mistakes[name].codes));
  const agreeing = codes.filter(([check, code]) => isSameCode(observed.codes[check] ?? '', code)).length;
  const value =
    score.matched -
    COST_OF_DIFFERENT * score.differs -
    COST_OF_EXTRA * score.extra -
    COST_OF_SECOND * (names.length - 1) +
    VALUE_OF_CODE * (2 * agreeing - codes.length);
  return { ...score, names, value };
}

const isLikely = ({ matched, differs, extra, names }: Explanation) =>
  (matched >= 1 && differs <= matched / 2) || (names.length === 1 && differs === 0 && extra === 0);

/** Null where two are equally good. */
function bestOf(explanations: Explanation[]): Explanation | null {
  const [best, second] = [...explanations].sort((a, b) => b.value - a.value);
  return best && best.value - (second?.value ?? -Infinity) > SAME ? best : null;
}

/** Whether a mistake that is there is why this check fails. */
function explainsCheck(mistake: Mistake, check: string, code: string, observed: Look, found: Score | null): boolean {
  if (!(check in mistake.codes)) return false;
  const failing = Object.keys(mistake.signs[check] ?? {});
  if (failing.length === 0) return isSameCode(mistake.codes[check], code);
  return (found?.checks.has(check) ?? false) && failing.some((name) => observed.signs[check]?.[name]);
}

/** Whether all cases of a check that fail, and no others, look like this mistake. */
function explainsAlone(
  { names: [name], matched, differs, checks }: Explanation,
  check: string,
  observed: Look,
  mistakes: Fixture['mistakes'],
): boolean {
  const seen = Object.entries(observed.signs[check] ?? {});
  const signs = mistakes[name].signs[check] ?? {};
  if (!checks.has(check) || matched < 1 || differs > matched) return false;
  return seen.length === Object.keys(signs).length && seen.every(([at, sign]) => signs[at] && isSign(sign, signs[at]));
}

/** Mistakes that compute nothing wrong, or nothing that tells, are known by how their checks fail: all of them, and alike. */
function nameUntold(diagnosis: Diagnosis, observed: Look, { mistakes }: Pick<Fixture, 'mistakes'>): void {
  const open = Object.keys(observed.codes).filter((check) => !(check in diagnosis));
  const isRight = Object.values(observed.signs).every((cases) => Object.keys(cases).length === 0);
  const untold = Object.entries(mistakes).filter(
    ([, mistake]) =>
      !isTold(mistake) &&
      Object.keys(mistake.codes).some((check) => open.includes(check)) &&
      // Wrong values break any property, in which nobody sees how.
      (isRight || !hasPropertiesAlone(mistake)),
  );
  const seen = untold.filter(([, { codes, signs }]) =>
    Object.entries(codes).every(
      ([check, code]) =>
        isSameCode(observed.codes[check] ?? '', code) && haveSameSigns(signs[check] ?? {}, observed.signs[check] ?? {}),
    ),
  );
  const most = Math.max(0, ...seen.map(([, { codes }]) => Object.keys(codes).length));
  for (const check of open) {
    const naming = seen.filter(([, { codes }]) => check in codes && Object.keys(codes).length === most);
    if (naming.length === 1) diagnosis[check] = [naming[0][0]];
  }
}

const hasPropertiesAlone = ({ codes }: Mistake) => Object.values(codes).every((code) => code.startsWith('property:'));

/** NaN by Infinity / Infinity and by 0 · Infinity are one overflow. */
function isSameCode(one: string, other: string): boolean {
  return one === other || (/^nan:/.test(one) && originOf(one) === originOf(other));
}

function originOf(code: string): string {
  const [, kernel, operands] = code.match(/^nan:(\w+)\((.*)\)$/) ?? [];
  if (operands === undefined) return code;
  if (/(^|,)Infinity/.test(operands)) return 'overflow';
  return kernel === 'Softmax' || /Infinity/.test(operands) ? 'minus infinity' : operands;
}

function haveSameSigns(known: Record<string, CaseSign>, seen: Record<string, CaseSign>): boolean {
  const names = Object.keys(known);
  return (
    names.length === Object.keys(seen).length && names.every((name) => seen[name] && isSign(seen[name], known[name]))
  );
}
