/**
 * Text of a submission's making, fit to be printed: no control characters, so no colours, cursor moves or forged lines.
 * Nor what GitHub's runner obeys: `::name` at the beginning of a line, which any word may be at once the text is
 * wrapped (the runner skips the blanks before it), and `##[name]` anywhere.
 */
export function plain(text: string): string {
  return plainLine(text.replace(/\s+/g, ' '));
}

/** The same for a line that keeps its blanks. */
export function plainLine(line: string): string {
  return line
    .replace(/\s/g, ' ')
    .replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}]/gu, '\u{fffd}')
    .replace(/(?<!\S)::+|##(?=\[)/g, (command) => [...command].join(' '));
}
