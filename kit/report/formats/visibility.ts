/** Which checks students see on Gradescope, and when: rules from the command line. */
import type { CheckKind } from '../../course/exercise.ts';
import { InputError } from '../../course/input-error.ts';

/** Each of them: the type sees to that. */
const KINDS = Object.keys({
  values: 1,
  stability: 1,
  property: 1,
  gradient: 1,
  cost: 1,
  time: 1,
  hygiene: 1,
} satisfies Record<CheckKind, 1>);

export const VISIBILITIES = ['visible', 'after_due_date', 'after_published', 'hidden'] as const;
export type Visibility = (typeof VISIBILITIES)[number];

/** Of a check, by its kind and its name. */
export type VisibilityOf = (check: { kind: string; id: string }) => Visibility;

export const ALL_VISIBLE: VisibilityOf = () => 'visible';

/**
 * `all=…`, `<kind>=…`, `<kind>/<name>=…`: what says more of a check goes before what says less.
 * @throws InputError for a kind or a visibility that there is not
 */
export function visibilityRules(rules: string[]): VisibilityOf {
  const byName = new Map<string, Visibility>();
  for (const rule of rules) {
    const [, what, when] = rule.match(/^([^=]+)=(.*)$/) ?? [];
    const visibility = VISIBILITIES.find((known) => known === when);
    if (!what || !visibility)
      throw new InputError(
        `--visibility takes <check>=<when>, such as time=after_published, not "${rule}"; when is ${VISIBILITIES.join(', ')}`,
      );
    const [kind] = what.split('/');
    if (kind !== 'all' && !KINDS.includes(kind))
      throw new InputError(
        `--visibility: there is no kind of check "${kind}"; there are all, ${KINDS.join(', ')}, or one check as in values/plain`,
      );
    byName.set(what, visibility);
  }
  return ({ kind, id }) => byName.get(id) ?? byName.get(kind) ?? byName.get('all') ?? 'visible';
}
