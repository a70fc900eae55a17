/** Text of at most so many characters; what is longer ends in an ellipsis. */
export function shortened(text: string, most: number): string {
  if (text.length <= most) return text;
  const kept = text.slice(0, most - 1);
  // Half of a character that takes two would be none.
  return `${kept.replace(/[\ud800-\udbff]$/, '')}…`;
}
