/** Whether an error says what it is about: the function, the argument or the axis, in whatever form. */

/** What the engine says of code that went on without a check, whatever it names. */
const ACCIDENTS =
  /^(Cannot (read|set|destructure|convert|mix|assign|add|delete|access)\b|(undefined|null|object null) is not|Spread syntax|Reduce of empty|Invalid (typed )?(array|string|count)|Maximum call stack|Assignment to constant)|\bis not (a function|iterable|a constructor)\b/;

export const isAccident = (message: string): boolean => ACCIDENTS.test(message);

/** A name of several words in its parts: "key/value heads", "scaled dot product". */
const MOST_WORDS = 5;

/**
 * As words of their own, so that the axis D is not found in "Dispose": upper or lower case, singular or plural, in one
 * word or several ("headDim", "head dim"), of a tensor the name without its axes too ("q" in "q_BHTD").
 */
export function namesOneOf(names: readonly (string | number)[], message: string): boolean {
  return namedIn(names, message).size > 0;
}

/** Those of the names that it has, each in the one form that stands for all of its forms. */
export function namedIn(names: readonly (string | number)[], message: string): Set<string> {
  const wanted = new Set(names.map((name) => stem(wordsOf(String(name)).join(''))));
  const withoutAxes = message.replace(/(?<=[\p{L}\p{N}])_[A-Z0-9]+(?![\p{L}\p{N}_])/gu, '');
  const found = new Set<string>();
  for (const words of [message, withoutAxes].map(wordsOf)) {
    for (const start of words.keys()) {
      let joined = '';
      for (const word of words.slice(start, start + MOST_WORDS)) {
        joined += word;
        if (wanted.has(stem(joined))) found.add(stem(joined));
      }
    }
  }
  return found;
}

/** In lower case, without what an apostrophe adds ("q's", "can't"). */
export function wordsOf(text: string): string[] {
  const words = text.replace(/['’](s|t|d|m|re|ve|ll)\b/gi, '').match(/[\p{L}\p{N}_]+/gu) ?? [];
  return words.map((word) => word.replace(/_/g, '').toLowerCase());
}

/** The same for one and several: heads, keys, queries, batches, caches. */
const stem = (word: string) => word.replace(/(?<=..)e?s?$/, '').replace(/(?<=..)y$/, 'i');
