/** The course's secret, from which hidden cases are drawn, without showing it in the list of processes. */

/**
 * As given with --seed, else `KIT_SEED` of the environment. It is taken out of there: what the kit starts from here on
 * (the host, the bundler) has no use for it. The sandbox has an empty environment anyway.
 */
export function courseSecret(given: string | undefined, env: NodeJS.ProcessEnv = process.env): string | undefined {
  // A workflow whose secret is not set gives an empty one.
  const kept = env.KIT_SEED || undefined;
  delete env.KIT_SEED;
  return given ?? kept;
}
