/** What keeps a sandbox in, by level. */
/**
 * bubblewrap: no network, no file but node, its libraries and the runtime, own process ids, no environment.
 * permissions: Node's permission model; no files, child processes, workers or add-ons, but the network is open.
 */
export type Isolation = 'bubblewrap' | 'permissions';
