/** Signs as a fixture stores them: a case by its place among all cases, and the words of a sign by their place in a table. */
import type { PreparedCase } from './cases.ts';
import type { Mistake, PairSigns } from './known-mistake.ts';
import type { CaseSign } from './signs.ts';

/** Place of the case, place of the words, and the numbers; the case alone where it passes. */
type PackedSign = number[];

export interface PackedSigns {
  mistakes: Record<string, Omit<Mistake, 'signs'> & { signs: PackedSign[] }>;
  pairs: Record<string, PackedSign[]>;
  /** The words of signs. */
  kinds: string[];
}

interface Known {
  mistakes: Record<string, Mistake>;
  pairs: Record<string, PairSigns>;
}

type Cases = Record<string, Pick<PreparedCase, 'name'>[]>;

export function packSigns({ cases, mistakes, pairs }: Known & { cases: Cases }): PackedSigns {
  const places = placesOf(cases);
  const kinds: string[] = [];
  const packed = (check: string, index: number, sign: CaseSign | null): PackedSign => {
    const place = places.findIndex((each) => each.check === check && each.index === index);
    if (sign === null) return [place];
    const [words, ...numbers] = sign;
    if (!kinds.includes(words)) kinds.push(words);
    return [place, kinds.indexOf(words), ...numbers];
  };
  const ofMistake = ({ signs, ...mistake }: Mistake) => ({
    ...mistake,
    signs: Object.entries(signs).flatMap(([check, named]) =>
      cases[check].flatMap(({ name }, index) => (named[name] ? [packed(check, index, named[name])] : [])),
    ),
  });
  const ofPair = (signs: PairSigns) =>
    Object.entries(signs).flatMap(([check, at]) =>
      Object.entries(at).map(([index, sign]) => packed(check, Number(index), sign)),
    );
  return {
    mistakes: Object.fromEntries(Object.entries(mistakes).map(([name, mistake]) => [name, ofMistake(mistake)])),
    pairs: Object.fromEntries(Object.entries(pairs).map(([name, pair]) => [name, ofPair(pair)])),
    kinds,
  };
}

export function unpackSigns(packed: PackedSigns & { cases: Cases }): Known {
  const places = placesOf(packed.cases);
  const signOf = ([, kind, ...numbers]: PackedSign): CaseSign | null =>
    kind === undefined ? null : [packed.kinds[kind], ...numbers];
  const mistakes: Known['mistakes'] = {};
  for (const [name, { signs, ...mistake }] of Object.entries(packed.mistakes)) {
    const found: Mistake['signs'] = {};
    for (const sign of signs) {
      const { check, name: at } = places[sign[0]];
      found[check] = { ...found[check], [at]: signOf(sign) as CaseSign };
    }
    mistakes[name] = { ...mistake, signs: found };
  }
  const pairs: Known['pairs'] = {};
  for (const [name, signs] of Object.entries(packed.pairs)) {
    const found: PairSigns = {};
    for (const sign of signs) {
      const { check, index } = places[sign[0]];
      found[check] = { ...found[check], [index]: signOf(sign) };
    }
    pairs[name] = found;
  }
  return { mistakes, pairs };
}

function placesOf(cases: Cases): { check: string; index: number; name: string }[] {
  return Object.entries(cases).flatMap(([check, list]) => list.map(({ name }, index) => ({ check, index, name })));
}
