/** Which build of the kit this is: what one build has kept, another must not take for its own. */

// Put in by scripts/build.js.
declare const KIT_BUILD: string | undefined;

/** A hash of the sources and the locked dependencies; undefined where the kit runs from its sources, which may change. */
export const BUILD: string | undefined = typeof KIT_BUILD === 'undefined' ? undefined : KIT_BUILD;
