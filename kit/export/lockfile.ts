/**
 * The student's package-lock.json, cut out of the kit's own without asking a registry: a part of a tree that fits
 * together fits together too. No package names a host, so npm takes each from the registry that it is set up for.
 */

export interface LockedPackage {
  version: string;
  resolved?: string;
  integrity?: string;
  license?: string;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  peerDependenciesMeta?: Record<string, { optional?: boolean }>;
  dev?: true;
  optional?: true;
  devOptional?: true;
  [field: string]: unknown;
}

export interface Lock {
  packages: Record<string, LockedPackage>;
}

export interface Manifest {
  name: string;
  version: string;
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
  [field: string]: unknown;
}

/** What a package is needed for; the less needed, the later. */
const NEEDS = ['required', 'optional', 'dev', 'devOptional'] as const;
type Need = (typeof NEEDS)[number];

/** @throws Error if a package that is needed is not in the kit's lock */
export function cutLockfile(manifest: Manifest, lock: Lock): Lock & Record<string, unknown> {
  const needs = new Map<string, Set<Need>>();
  const visit = (from: string, name: string, need: Need) => {
    const place = placeOf(lock, from, name);
    if (place === null) {
      if (need === 'optional' || need === 'devOptional') return;
      throw new Error(`package-lock.json has no ${name}, which ${from || manifest.name} needs; run npm install`);
    }
    const known = needs.get(place) ?? new Set();
    if (known.has(need)) return;
    needs.set(place, known.add(need));
    const found = lock.packages[place];
    const weaker: Need = need === 'required' || need === 'optional' ? 'optional' : 'devOptional';
    const isOptionalPeer = (peer: string) => found.peerDependenciesMeta?.[peer]?.optional === true;
    for (const peer of Object.keys(found.peerDependencies ?? {})) if (!isOptionalPeer(peer)) visit(place, peer, need);
    for (const each of Object.keys(found.dependencies ?? {})) visit(place, each, need);
    for (const each of Object.keys(found.optionalDependencies ?? {})) visit(place, each, weaker);
  };
  for (const name of Object.keys(manifest.dependencies)) visit('', name, 'required');
  for (const name of Object.keys(manifest.devDependencies)) visit('', name, 'dev');

  const { name, version, dependencies, devDependencies } = manifest;
  const packages: Record<string, LockedPackage> = { '': { name, version, dependencies, devDependencies } };
  for (const place of [...needs.keys()].sort()) {
    // Where a registry is, is the installing machine's business.
    const { dev: _d, optional: _o, devOptional: _b, peer: _p, resolved, ...entry } = lock.packages[place];
    const local = resolved?.startsWith('file:') && { resolved };
    packages[place] = { ...entry, ...local, ...flagsOf(needs.get(place) as Set<Need>) } as LockedPackage;
  }
  return { name, version, lockfileVersion: 3, requires: true, packages };
}

function flagsOf(needs: Set<Need>): Pick<LockedPackage, 'dev' | 'optional' | 'devOptional'> {
  if (needs.has('required')) return {};
  if (needs.has('optional')) return needs.has('dev') ? { devOptional: true } : { optional: true };
  return needs.has('dev') ? { dev: true } : { dev: true, optional: true };
}

/** Where Node would find `name` from the package at `from`. */
function placeOf(lock: Lock, from: string, name: string): string | null {
  for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf('node_modules/') - 1))) {
    const place = `${at ? `${at}/` : ''}node_modules/${name}`;
    if (place in lock.packages) return place;
    if (at === '') return null;
  }
}
