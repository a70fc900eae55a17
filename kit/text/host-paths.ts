/** Where something lies on the machine that grades is nobody's business but its owner's. */

/** Quoted, so that it may have blanks in it, or up to the next blank. A web address is none. */
const QUOTED = /(["'`])(?:file:\/\/)?(?:[A-Za-z]:)?[\\/][^"'`\n]*[\\/]([^"'`\n]*?)[\\/]?\1/g;
const BARE = /(?<![\w.:/\\-])(?:file:\/\/)?(?:[A-Za-z]:)?(?:[\\/][^\s"'`,;:()[\]{}<>\\/]+)+[\\/]?/g;

/** Of every absolute path only the last name, or … where it has but one. */
export function withoutHostPaths(text: string): string {
  return text
    .replace(QUOTED, (_, quote: string, name: string) => `${quote}${name || '…'}${quote}`)
    .replace(BARE, (path) => {
      const names = path
        .replace(/^file:\/\//, '')
        .split(/[\\/]/)
        .filter((name) => name !== '');
      if (/^[A-Za-z]:$/.test(names[0] ?? '')) names.shift();
      // "and/or" has no slash in front; "/exercises" alone could be anywhere.
      return names.length > 1 ? (names.at(-1) as string) : path;
    });
}
