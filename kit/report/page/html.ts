/** HTML that is escaped by its making: only what this tag built goes in as it is; text of any kind goes in as text. */

import { withoutHostPaths } from '../../text/host-paths.ts';

export class Html {
  constructor(readonly text: string) {}
}

export type Content = Html | string | number | null | undefined | false | Content[];

/**
 * A template tag. Values may stand between tags or within quoted attributes, and can end neither.
 * An address in `href` must be of the kit's own making: `javascript:` needs no character that is escaped.
 */
export function html(strings: TemplateStringsArray, ...values: Content[]): Html {
  return new Html(strings.reduce((text, string, i) => text + rendered(values[i - 1]) + string));
}

function rendered(value: Content): string {
  if (value === null || value === undefined || value === false) return '';
  if (value instanceof Html) return value.text;
  if (Array.isArray(value)) return value.map(rendered).join('');
  return escaped(withoutHostPaths(String(value)));
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Nor may text turn the reading direction of what follows, or hide: such characters are shown as unknown. */
function escaped(text: string): string {
  return text
    .replace(/[^\n\t\P{Cc}]|[\p{Cf}\p{Co}\p{Cs}]/gu, '\u{fffd}')
    .replace(/[&<>"']/g, (character) => ENTITIES[character]);
}
