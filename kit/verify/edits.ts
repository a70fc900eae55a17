/** The source of a mistake, or of another right answer: the model solution with other words in it. */
import type { Alternate, Edit, Mistake } from '../author/mistakes.ts';

/** An edit that does not fit the solution: what `kit verify` reports. */
export class EditFailed extends Error {
  override name = 'EditFailed';
}

interface Replacement {
  start: number;
  end: number;
  by: string;
}

/** @throws EditFailed naming the text that does not stand there exactly once (or, with `everywhere`, at all) */
export function edited(solution: string, { edit = [], everywhere = [], with: added }: Edit): string {
  const once = pairs(edit).map(([from, to]) => {
    const places = placesOf(from, solution);
    if (places.length === 0) throw new EditFailed(`${quoted(from)} is not in the solution`);
    if (places.length > 1) {
      throw new EditFailed(`${quoted(from)} is ${places.length} times in the solution; an edit must match once`);
    }
    return { start: places[0], end: places[0] + from.length, by: to };
  });
  const all = pairs(everywhere).flatMap(([from, to]) => {
    const places = placesOf(from, solution);
    if (places.length === 0) throw new EditFailed(`${quoted(from)} is not in the solution`);
    return places.map((start): Replacement => ({ start, end: start + from.length, by: to }));
  });
  const replacements = [...once, ...all].sort((a, b) => a.start - b.start);
  const overlap = replacements.find(({ start }, i) => i > 0 && start < replacements[i - 1].end);
  if (overlap) throw new EditFailed(`two edits overlap at ${quoted(solution.slice(overlap.start, overlap.end))}`);
  if (replacements.length === 0) throw new EditFailed('it edits nothing');
  let text = '';
  let end = 0;
  for (const { start, end: next, by } of replacements) {
    text += solution.slice(end, start) + by;
    end = next;
  }
  text += solution.slice(end);
  return added ? `${text}\n${added}\n` : text;
}

function pairs(list: readonly string[]): [from: string, to: string][] {
  if (list.length % 2 !== 0) throw new EditFailed('an edit is a list of pairs; one has no right side');
  return Array.from({ length: list.length / 2 }, (_, i) => [list[2 * i], list[2 * i + 1]]);
}

function placesOf(text: string, source: string): number[] {
  const places: number[] = [];
  if (text === '') throw new EditFailed('an edit has an empty left side');
  for (let at = source.indexOf(text); at >= 0; at = source.indexOf(text, at + text.length)) places.push(at);
  return places;
}

export function isEdit(made: Mistake | Alternate): made is Edit {
  const { edit, everywhere } = made as Edit;
  return Array.isArray(edit) || Array.isArray(everywhere);
}

/** What stands in the solution and what the learner writes, for people to read; none where a mistake is not an edit. */
export function editsOf(mistake: Mistake): [from: string, to: string][] {
  return isEdit(mistake) ? [...pairs(mistake.edit ?? []), ...pairs(mistake.everywhere ?? [])] : [];
}

const quoted = (text: string) => JSON.stringify(text.length > 80 ? `${text.slice(0, 77)}…` : text);
