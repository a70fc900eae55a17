/** What a submission prints, as far as it is kept. */

/** In a line of its own at the end, where there was more: nobody counts what is thrown away. */
export const MORE_PRINTED = '(more was printed, and left out)';

/** At most about so many characters, and whole lines unless one alone is longer. */
export function cutPrinted(text: string, most: number): string {
  if (text.length <= most) return text;
  const kept = text.slice(0, most);
  return `${kept.slice(0, kept.lastIndexOf('\n') + 1) || `${kept}\n`}${MORE_PRINTED}`;
}
