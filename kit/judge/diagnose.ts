/** Recognises a known mistake by what it computes and by which checks it fails. */
import type { NdArray } from '../author/ndarray.ts';
import { sameButForRounding } from './compare-plain.ts';
import type { Fixture, Mistake, Stored } from './fixture.ts';
import { isPlainValue, type Value } from './outputs.ts';
import { packPlain, unpackPlain } from './pack-plain.ts';

/** What a submission did on the public checks. */
export interface Observation {
  /** Failure codes by check; passed checks are not in it. */
  codes: Record<string, string>;
  /** Outputs of failing cases, by `check/case`. */
  outputs: Record<string, Record<string, Value>>;
}

/** Mistakes are stored with six digits; two float32 computations of the same mistake agree to about four. */
const RELATIVE_TOLERANCE = 1e-3;

/** The one known mistake that explains what was observed; null if none does, or several equally well. */
export function diagnose(observed: Observation, { mistakes }: Pick<Fixture, 'mistakes'>): string | null {
  const candidates = Object.entries(mistakes)
    .map(([name, mistake]) => ({ name, score: explains(mistake, observed) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score);
  const [best, second] = candidates;
  return best && best.score > (second?.score ?? 0) ? best.name : null;
}

/** 0 if the mistake would look different; else the larger, the more of the observation it explains. */
function explains(mistake: Mistake, observed: Observation): number {
  const stored = Object.entries(mistake.outputs);
  const same = stored.every(([key, outputs]) => {
    const seen = observed.outputs[key];
    return seen !== undefined && Object.entries(outputs).every(([name, data]) => seen[name] && alike(seen[name], data));
  });
  if (!same) return 0;
  const failed = Object.entries(mistake.codes);
  const shared = failed.filter(([check, code]) => observed.codes[check] === code).length;
  const unexplained = Object.keys(observed.codes).filter((check) => !(check in mistake.codes)).length;
  // Without outputs to tell, the same checks must fail in the same way, and in the same cases.
  const isTold = stored.some(([, outputs]) => Object.values(outputs).some(saysMore));
  const isElsewhere = stored.length > 0 && Object.keys(observed.outputs).length > stored.length;
  if (!isTold && (shared < failed.length || unexplained > 0 || isElsewhere)) return 0;
  const exact = shared === failed.length && unexplained === 0 ? 1000 : 0;
  return exact + 10 * stored.length + shared / (1 + unexplained) + 1e-3;
}

/** Of true and false, the wrong one says no more than that it is wrong. */
function saysMore(stored: Stored): boolean {
  return Array.isArray(stored) || (typeof stored.plain !== 'boolean' && stored.plain !== null);
}

function alike(seen: Value, stored: Stored): boolean {
  if (Array.isArray(stored)) return !isPlainValue(seen) && alikeArrays(seen, stored);
  return isPlainValue(seen) && sameButForRounding(seen.plain, unpackPlain(stored.plain), RELATIVE_TOLERANCE);
}

function alikeArrays({ data }: NdArray, stored: (number | null)[]): boolean {
  if (data.length !== stored.length) return false;
  const finite = stored.flatMap((value) => (value === null ? [] : [Math.abs(value)]));
  const allowed = RELATIVE_TOLERANCE * Math.max(...finite, 1e-6);
  return stored.every((value, i) =>
    value === null ? !Number.isFinite(data[i]) : Math.abs(data[i] - value) <= allowed,
  );
}

/** Outputs as a fixture stores them: six digits, and null for what is not a number. */
export function storedOutputs(outputs: Record<string, Value>): Record<string, Stored> {
  return Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, stored(value)]));
}

const DIGITS = 6;

function stored(value: Value): Stored {
  if (isPlainValue(value)) return { plain: packPlain(value.plain, DIGITS) };
  return Array.from(value.data, (each) => (Number.isFinite(each) ? Number(each.toPrecision(DIGITS)) : null));
}
