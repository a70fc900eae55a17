/** Refusals that do not tell what they refuse: one message for arguments that have nothing to do with each other. */
import type { Rejection } from '../../author/grader.ts';
import { namedIn, wordsOf } from './names-in-message.ts';

/** A refusal that is right by itself: of its class, and with a name of what is invalid. */
export interface Refused {
  /** What is invalid, in the grader's words. */
  name: string;
  rejection: Pick<Rejection, 'names'>;
  errorName: string;
  message: string;
}

/**
 * Two that were refused alike, though nothing that is invalid in one is in the other; null if there are none. Alike is:
 *
 * - the same words in errors of both classes, or for all that is invalid at all;
 * - for a tensor and for an option, all the same names, those of both among them.
 *
 * A message that serves for all tensors, or for all that share an axis, is not meant: whoever reads it is told where to look.
 * @param functions the exercise's, whose names all messages may have
 */
export function refusedAlike(refused: readonly Refused[], functions: readonly string[]): [Refused, Refused] | null {
  const all = [...new Set(refused.flatMap(({ rejection }) => rejection.names.map(String)))];
  const call = new RegExp(`\\b(${functions.join('|')})\\([^()]*\\)`, 'g');
  const seen = refused.map((each) => {
    const about = each.rejection.names.map(String).filter((name) => !functions.includes(name));
    // A message may show the whole call as it is meant, beside what is invalid in it.
    const named = namedIn(all, each.message.replace(call, ''));
    return {
      each,
      about: namedIn(about, about.join(' ')),
      isOfTensor: about.some((name) => /_[A-Z0-9]+$/.test(name)),
      named,
      key: [...named].sort().join(' '),
      words: wordsOf(each.message.replace(/[\d.]+/g, ' ')).join(' '),
    };
  });
  type Seen = (typeof seen)[number];
  const areApart = (a: Seen, b: Seen) => ![...a.about].some((name) => b.about.has(name));
  const namesOf = (whose: Seen, what: Seen) => [...what.about].some((name) => whose.named.has(name));
  const isForAll = seen.every(({ words }) => words === seen[0].words);
  for (const [i, a] of seen.entries()) {
    for (const b of seen.slice(i + 1)) {
      if (!areApart(a, b)) continue;
      const sameWords = a.words === b.words && (isForAll || a.each.errorName !== b.each.errorName);
      const sameNames = a.isOfTensor !== b.isOfTensor && a.key === b.key && namesOf(a, a) && namesOf(a, b);
      if (sameWords || sameNames) return [a.each, b.each];
    }
  }
  return null;
}
