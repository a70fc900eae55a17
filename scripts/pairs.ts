/**
 * How many pairs of known mistakes are told as exactly these two: `npx tsx scripts/pairs.ts [exercise …] [--list]`.
 *
 * Every pair is judged as a submission would be, on all public checks, on wasm. A pair that fails no more and in no other way
 * than one of its two is left out: nobody can see the other one in it. With --list each pair that is told otherwise is named.
 */
import { isDeepStrictEqual } from 'node:util';
import { findCourse, selectExercises } from '../kit/course/course.ts';
import { diagnose } from '../kit/judge/diagnose.ts';
import { judge, observationOf } from '../kit/judge/judge.ts';
import type { Look, Mistake } from '../kit/judge/known-mistake.ts';
import { type Materials, MaterialsCache } from '../kit/judge/materials.ts';
import { isSign } from '../kit/judge/signs.ts';
import type { Bundle } from '../kit/subject/bundle.ts';
import { HostPool } from '../kit/subject/host-pool.ts';
import { Sandbox } from '../kit/subject/sandbox.ts';
import { Subject } from '../kit/subject/subject.ts';
import { knownMistakes } from '../kit/verify/mistakes.ts';
import { bundledPairs, type Pair, pairsOf } from '../kit/verify/pairs.ts';

const list = process.argv.includes('--list');
const course = await findCourse();
const exercises = selectExercises(
  course,
  process.argv.slice(2).filter((word) => !word.startsWith('--')),
);
const cache = new MaterialsCache(course);
const hosts = new HostPool({ backend: 'wasm' });

interface Told {
  pair: Pair;
  as: string[];
}

try {
  for (const id of exercises) {
    const materials = await cache.materials(id);
    const { mistakes } = await knownMistakes(course, id);
    const pairs = await pairsOf(course, id, mistakes, materials.fixture);
    const told: Told[] = [];
    let hidden = 0;
    for await (const { pair, ...code } of bundledPairs(course, id, pairs)) {
      const look = await lookOf(code, materials);
      if ([pair.one, pair.other].some((name) => looksAs(look, materials.fixture.mistakes[name]))) hidden++;
      else told.push({ pair, as: [...new Set(Object.values(diagnose(look, materials.fixture)).flat())].sort() });
    }
    report(id, pairs.length, hidden, told);
  }
} finally {
  await hosts.stop();
}

async function lookOf({ bundle, path }: { bundle: Bundle; path: string[] }, materials: Materials): Promise<Look> {
  const sandbox = new Sandbox(hosts);
  try {
    const subject = new Subject(sandbox, { exports: materials.spec.exports, bundle, path });
    return observationOf(await judge(subject, materials, { kind: 'public' }));
  } finally {
    await sandbox.close();
  }
}

/** As the mistake alone, in every case. */
function looksAs(look: Look, { codes, signs }: Mistake): boolean {
  const cases = ({ signs }: Pick<Look, 'signs'>) =>
    Object.entries(signs).flatMap(([check, all]) => Object.keys(all).map((name) => `${check}/${name}`));
  return (
    isDeepStrictEqual(Object.keys(codes).sort(), Object.keys(look.codes).sort()) &&
    isDeepStrictEqual(cases(look).sort(), cases({ signs }).sort()) &&
    Object.entries(signs).every(([check, all]) =>
      Object.entries(all).every(([name, sign]) => isSign(look.signs[check][name], sign)),
    )
  );
}

function report(id: string, pairs: number, hidden: number, told: Told[]): void {
  const both = ({ pair, as }: Told) => isDeepStrictEqual(as, [pair.one, pair.other].sort());
  const one = ({ pair, as }: Told) => as.length === 1 && [pair.one, pair.other].includes(as[0]);
  const silent = ({ as }: Told) => as.length === 0;
  const exact = told.filter(both).length;
  const others = told.filter((each) => !both(each) && !one(each) && !silent(each));
  const share = told.length === 0 ? '–' : `${((100 * exact) / told.length).toFixed(0)}%`;
  process.stdout.write(
    `${id}: ${pairs} pairs, ${hidden} of them look as one of the two; of ${told.length}: told as both ${exact} (${share}), ` +
      `as one ${told.filter(one).length}, as others ${others.length}, as none ${told.filter(silent).length}\n`,
  );
  if (!list) return;
  for (const { pair, as } of told.filter((each) => !both(each)))
    process.stdout.write(`  ${pair.one} + ${pair.other}: ${as.join(', ') || 'nothing'}\n`);
}
