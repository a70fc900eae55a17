/**
 * When two names are one. Platforms differ: GitHub, Moodle and e-mail take Ada and ada for one user, a disk may not; a
 * Mac writes an ü as two characters (NFD) where a form wrote one (NFC). So what is exactly the same is taken first, and
 * what is the same but for composition, then but for letter case, only where that leaves no choice.
 */

/** One Unicode form, blanks as one. */
export function composed(name: string): string {
  return name.normalize('NFC').replace(/\s+/g, ' ').trim();
}

/** The same for all that differ in composition or letter case only; ß and SS are one letter too. */
export function folded(name: string): string {
  return composed(composed(name).toUpperCase().toLowerCase());
}

/** Letters and digits alone, as platforms put names into file names. */
export function lettersOf(name: string): string {
  return folded(name.normalize('NFKC')).replace(/[^\p{L}\p{M}\p{N}]/gu, '');
}

const FORMS = [(name: string) => name, composed, folded];

export interface NameFound {
  index: number;
  isExact: boolean;
}

/** The one of these names that is meant; null where none is, or several could be. */
export function findName(names: readonly string[], wanted: string): NameFound | null {
  if (composed(wanted) === '') return null;
  for (const form of FORMS) {
    const own = form(wanted);
    const found = names.flatMap((name, index) => (form(name) === own ? [index] : []));
    if (found.length === 1) return { index: found[0], isExact: form === FORMS[0] };
    if (found.length > 1) return null;
  }
  return null;
}
