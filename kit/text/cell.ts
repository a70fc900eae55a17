/** Cells of a table that a spreadsheet may open. */
import { plain } from './plain.ts';

/** With one of these in front a spreadsheet takes text for a formula, the wide forms in some languages too. */
const FORMULA = /^[\s'"]*[=+\-@＝＋－＠]/;

/** Text on one line that no spreadsheet computes: what looks like a formula gets an apostrophe in front, which says that it is text. */
export function cell(text: string): string {
  const shown = plain(text).trim();
  return FORMULA.test(shown) ? `'${shown}` : shown;
}
