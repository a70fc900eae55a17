/** The list of usual mistakes in a lecture's handout, and which known mistakes each item is about. */

export const USUAL_MISTAKES = 'The usual mistakes';

const ITEM = /^(\d+)\. /;
/** At the end of an item, unseen: `<!-- noScale, scaleByD -->`. */
const NAMES = /<!--([^>]*)-->/g;

/** The number of the item by mistake. A lecture's exercises share the list; a name may stand in several items: the first counts. */
export function usualMistakes(handout: string): Record<string, number> {
  const found: Record<string, number> = {};
  const [, section = ''] = handout.split(new RegExp(`^## ${USUAL_MISTAKES}$`, 'm'));
  let item = 0;
  for (const line of section.split(/^## /m)[0].split('\n')) {
    item = Number(line.match(ITEM)?.[1] ?? item);
    for (const [, names] of line.matchAll(NAMES)) {
      for (const name of names.split(',')) found[name.trim()] ??= item;
    }
  }
  return found;
}
