/** Two known mistakes at once, which is what people really hand in: what they look like, for the fixture. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { transform } from 'esbuild';
import type { Grader } from '../author/grader.ts';
import type { Edit } from '../author/mistakes.ts';
import { type Course, pathsOf } from '../course/course.ts';
import { type PreparedCase, sizeOfCase } from '../judge/cases.ts';
import { runCase } from '../judge/checks/values.ts';
import { signOfFault } from '../judge/checks/wrong-output.ts';
import { FEW_NUMBERS, isTold } from '../judge/diagnose.ts';
import type { Fixture } from '../judge/fixture.ts';
import type { Mistake, PairSigns } from '../judge/known-mistake.ts';
import type { Materials } from '../judge/materials.ts';
import { type CaseSign, isSign, shortened } from '../judge/signs.ts';
import { type Bundle, bundleText } from '../subject/bundle.ts';
import { SubmissionFault } from '../subject/failure.ts';
import type { HostPool } from '../subject/host-pool.ts';
import { Sandbox } from '../subject/sandbox.ts';
import { Subject } from '../subject/subject.ts';
import { EditFailed, edited, isEdit } from './edits.ts';
import type { KnownMistakes } from './mistakes.ts';
import { editedSolutions } from './mistakes-module.ts';

/** Of the cases in which both fail, the smallest are tried: more would tell no more, and there are many pairs. */
const TRIED_CASES = 2;

export interface Pair {
  one: string;
  other: string;
  /** The solution with both. */
  text: string;
}

/** All pairs of mistakes that compute something wrong and can both be made out of the solution. */
export async function pairsOf(
  course: Course,
  id: string,
  known: KnownMistakes['mistakes'],
  { mistakes }: Pick<Fixture, 'mistakes'>,
): Promise<Pair[]> {
  const source = readFileSync(pathsOf(course, id).solution, 'utf8');
  const names = Object.keys(mistakes).filter((name) => isEdit(known[name]) && isTold(mistakes[name]));
  const pairs: Pair[] = [];
  for (const [i, one] of names.entries()) {
    for (const other of names.slice(i + 1)) {
      const text = bothEdited(source, known[one] as Edit, known[other] as Edit);
      if (text !== null && (await isValid(text))) pairs.push({ one, other, text });
    }
  }
  return pairs;
}

/** So many share a script: to bundle one by one takes long, and so does loading many. */
const IN_ONE_SCRIPT = 8;

/** Each pair as code to be judged. */
export async function* bundledPairs(
  course: Course,
  id: string,
  pairs: Pair[],
): AsyncGenerator<{ pair: Pair; bundle: Bundle; path: string[] }> {
  const { solution } = pathsOf(course, id);
  for (let start = 0; start < pairs.length; start += IN_ONE_SCRIPT) {
    const some = pairs.slice(start, start + IN_ONE_SCRIPT);
    const texts = Object.fromEntries(some.map(({ text }, at) => [`p${at}`, text]));
    const entry = some.map((_, at) => `export * as p${at} from 'edited:p${at}';`).join('\n');
    const bundle = await bundleText(entry, { root: course.root, plugins: [editedSolutions(solution, texts)] });
    for (const [at, pair] of some.entries()) yield { pair, bundle, path: [`p${at}`] };
  }
}

/** Null where they change the same words, so that nobody makes both. */
function bothEdited(source: string, one: Edit, other: Edit): string | null {
  for (const [first, second] of [
    [one, other],
    [other, one],
  ]) {
    const isThere = second.with !== undefined && first.with?.includes(second.with.trim());
    const rest = isThere ? { ...second, with: undefined } : second;
    if (namesIn(rest.with).some((name) => namesIn(first.with).includes(name))) continue;
    try {
      return edited(edited(source, first), rest);
    } catch (error) {
      if (!(error instanceof EditFailed)) throw error;
    }
  }
  return null;
}

/** Each of two edits may declare a name that the other one declares too. */
async function isValid(text: string): Promise<boolean> {
  return transform(text, { loader: 'ts', logLevel: 'silent' }).then(
    () => true,
    () => false,
  );
}

/** What a file's own lines declare. */
const namesIn = (text = '') => [...text.matchAll(/^(?:function|const|let) (\w+)/gm)].map(([, name]) => name);

/** Of pairs whose signs are stored, so many are tried again. */
const TRIED_AGAIN = 20;

export interface PairsToSign {
  course: Course;
  pairs: Pair[];
  materials: Materials;
  hosts: HostPool;
  /** As it was before. */
  before?: Pick<Fixture, 'pairs' | 'pairsFrom'>;
}

/**
 * What pairs look like in the checks of values, which tell most and cost least. They are many: while nothing changes that
 * they are made of, those of the fixture are taken, and some are tried again.
 */
export async function pairSigns(sources: PairsToSign): Promise<Pick<Fixture, 'pairs' | 'pairsFrom'>> {
  const { pairs, materials, before } = sources;
  const pairsFrom = hashOf(pairs, materials.fixture);
  if (before?.pairsFrom === pairsFrom) {
    const some = pairs.filter((_, i) => i % Math.ceil(pairs.length / TRIED_AGAIN) === 0);
    const again = await signsOfAll(some, sources);
    const isSame = some.every(({ one, other }) => {
      const name = `${one}+${other}`;
      return isDeepStrictEqual(again[name], before.pairs[name]);
    });
    if (isSame) return { pairs: before.pairs, pairsFrom };
  }
  return { pairs: await signsOfAll(pairs, sources), pairsFrom };
}

/** Changes with the edits, the solution, and the cases. */
function hashOf(pairs: Pair[], { cases, mistakes }: Pick<Fixture, 'cases' | 'mistakes'>): string {
  const hash = createHash('sha256');
  for (const { one, other, text } of pairs) hash.update(JSON.stringify([one, other, text]));
  for (const { says: _, see: __, ...look } of Object.values(mistakes)) hash.update(JSON.stringify(look));
  const drawn = Object.values(cases).flat();
  for (const { name, params, inputs } of drawn) hash.update(JSON.stringify([name, params, inputs]));
  return hash.digest('hex').slice(0, 16);
}

async function signsOfAll(pairs: Pair[], { course, materials, hosts }: PairsToSign): Promise<Fixture['pairs']> {
  const { id, spec, fixture } = materials;
  const sandbox = new Sandbox(hosts);
  const found: Fixture['pairs'] = {};
  try {
    for await (const { pair, bundle, path } of bundledPairs(course, id, pairs)) {
      const { one, other } = pair;
      const subject = new Subject(sandbox, { exports: spec.exports, bundle, path });
      const signs = await signsOf(subject, materials, [fixture.mistakes[one], fixture.mistakes[other]]);
      if (Object.keys(signs).length > 0) found[`${one}+${other}`] = signs;
    }
  } finally {
    await sandbox.close();
  }
  return found;
}

async function signsOf(subject: Subject, { spec, grader, fixture }: Materials, alone: Mistake[]): Promise<PairSigns> {
  const found: PairSigns = {};
  const cases = spec.checks
    .filter(({ kind }) => kind === 'values' || kind === 'stability')
    .flatMap(({ id }) => fixture.cases[id].map((prepared, index) => ({ id, index, prepared })))
    .filter(({ id, prepared }) => alone.every(({ signs }) => signs[id]?.[prepared.name]))
    .sort((a, b) => worth(a.prepared) - worth(b.prepared));
  for (const { id, index, prepared } of cases.slice(0, TRIED_CASES)) {
    const sign = await signIn(subject, grader, prepared);
    if (sign && alone.every(({ signs }) => isSign(sign, signs[id][prepared.name]))) continue;
    found[id] = { ...found[id], [index]: sign && shortened(sign) };
  }
  return found;
}

/** The least comes first: a small case, but not one of a number or two. */
function worth(prepared: PreparedCase): number {
  const size = sizeOfCase(prepared);
  return size < FEW_NUMBERS ? Number.MAX_VALUE : size;
}

async function signIn(subject: Subject, grader: Grader, prepared: PreparedCase): Promise<CaseSign | null> {
  try {
    return (await runCase({ subject, grader }, prepared)).sign;
  } catch (error) {
    if (error instanceof SubmissionFault) return signOfFault(error);
    throw error;
  }
}
