/** In characters, of what a submission's author chose. What is longer is cut, and ends in an ellipsis. */
export const TEXT_LIMITS = {
  /** A name or path, or what is quoted from a file. */
  name: 200,
  /** What is said of a check or a file. */
  message: 4000,
  /** Where it was thrown. */
  stack: 16_000,
} as const;

/** Text of at most so many characters; what is longer ends in an ellipsis. */
export function shortened(text: string, most: number): string {
  if (text.length <= most) return text;
  const kept = text.slice(0, most - 1);
  // Half of a character that takes two would be none.
  return `${kept.replace(/[\ud800-\udbff]$/, '')}…`;
}
