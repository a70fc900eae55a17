/** Where something lies on the machine that grades is nobody's business but its owner's. */

/** Quoted, so that it may have blanks in it, or up to the next blank. A web address is none. */
const QUOTED = /(["'`])((?:file:\/\/)?(?:[A-Za-z]:)?[\\/][^"'`\n]*)\1/g;
const BARE = /(?<![\w.:/\\-])(?:file:\/\/)?(?:[A-Za-z]:)?(?:[\\/][^\s"'`,;:()[\]{}<>\\/]+)+[\\/]?/g;

/** Of every absolute path only the last name, or … where it has but one. */
export function withoutHostPaths(text: string): string {
  return text
    .replace(QUOTED, (whole, quote: string, path: string) => {
      const names = namesIn(path);
      return names.length > 1 ? `${quote}${names.at(-1)}${quote}` : whole;
    })
    .replace(BARE, (path) => {
      const names = namesIn(path);
      // "and/or" has no slash in front; "/exercises" alone could be anywhere.
      return names.length > 1 ? (names.at(-1) as string) : path;
    });
}

/** Of folders and a file, without a drive. */
function namesIn(path: string): string[] {
  const names = path
    .replace(/^file:\/\//, '')
    .split(/[\\/]/)
    .filter((name) => name !== '');
  return /^[A-Za-z]:$/.test(names[0] ?? '') ? names.slice(1) : names;
}
