/** Makes an exercise's public fixture: from its grader, its oracle, its solution's costs and its known mistakes. */

import { deriveSeed } from '../author/draw.ts';
import type { Oracle } from '../author/grader.ts';
import { sizeOf } from '../author/ndarray.ts';
import type { CheckSpec } from '../course/exercise.ts';
import { drawCase } from '../judge/cases.ts';
import { measure } from '../judge/checks/cost.ts';
import { storedOutputs } from '../judge/diagnose.ts';
import type { Fixture, Mistake } from '../judge/fixture.ts';
import { type Judgement, judge, observationOf } from '../judge/judge.ts';
import type { Materials } from '../judge/materials.ts';
import { isPlainValue, partsOf, type Value } from '../judge/outputs.ts';
import type { HostPool } from '../subject/host-pool.ts';
import { Sandbox } from '../subject/sandbox.ts';
import { Subject } from '../subject/subject.ts';
import type { Candidate } from './candidates.ts';
import type { KnownMistakes } from './mistakes.ts';

export interface FixtureSources {
  materials: Omit<Materials, 'fixture'>;
  oracle: Oracle;
  candidates: Candidate[];
  /** By name, for what their authors are told. */
  known: KnownMistakes['mistakes'];
  /** The plain cpu backend: the same bytes on every machine. */
  hosts: HostPool;
}

/** Failing cases kept of a mistake: enough to know it by. The smallest of those that say much are kept. */
const KEPT_CASES = 2;

/** Also returns how the mistakes were judged on the public cases, by name, since that is the costly part. */
export async function makeFixture({
  materials,
  oracle,
  candidates,
  known,
  hosts,
}: FixtureSources): Promise<{ fixture: Fixture; mistakes: Map<string, Judgement[]> }> {
  const { id, spec, grader } = materials;
  const sandbox = new Sandbox(hosts);
  const subjectOf = ({ bundle, path }: Candidate) => new Subject(sandbox, { exports: spec.exports, bundle, path });
  try {
    const fixture: Fixture = { exercise: id, cases: {}, costs: {}, mistakes: {} };
    for (const check of spec.checks) {
      const shown = check.cases?.filter(({ hidden }) => !hidden);
      if (!shown) continue;
      fixture.cases[check.id] = shown.map((params) =>
        drawCase(spec, grader, oracle, check, params, deriveSeed('public', id)),
      );
    }
    const views = drawViews(materials, oracle);
    if (views) fixture.views = views;
    const solution = candidates.find(({ kind }) => kind === 'solution');
    for (const check of spec.checks.filter(({ kind }) => kind === 'cost')) {
      if (solution) fixture.costs[check.id] = await measure(subjectOf(solution), grader, check.case ?? {}, id);
    }
    const mistakes = new Map<string, Judgement[]>();
    for (const candidate of candidates.filter(({ kind }) => kind === 'mistake')) {
      const judgements = await judge(subjectOf(candidate), { ...materials, fixture }, { kind: 'public' });
      fixture.mistakes[candidate.name] = { says: known[candidate.name].says, ...mistakeOf(judgements, fixture) };
      mistakes.set(candidate.name, judgements);
    }
    return { fixture, mistakes };
  } finally {
    await sandbox.close();
  }
}

/** Cases that are only looked at are drawn and computed like those of a check. */
export function drawViews({ id, spec, grader }: FixtureSources['materials'], oracle: Oracle): Fixture['views'] {
  if (!grader.views) return undefined;
  const views = Object.entries(grader.views).map(([name, view]) => {
    const inputs: typeof grader.inputs = (draw, params) => view.inputs(grader.inputs(draw, params), params);
    const check: CheckSpec = { id: 'view', kind: 'values', title: name, points: 0 };
    const params = { ...view.params, name };
    return [name, drawCase(spec, { ...grader, inputs }, oracle, check, params, deriveSeed('public', id))];
  });
  return Object.fromEntries(views);
}

function mistakeOf(judgements: Judgement[], fixture: Fixture): Omit<Mistake, 'says'> {
  const { codes, outputs } = observationOf(judgements);
  const unjudged = judgements.find(({ status, setAside }) => status === 'not-judged' && !setAside);
  if (unjudged) throw new Error(`${fixture.exercise}, ${unjudged.check.id}: ${unjudged.reason}`);
  const cases = Object.entries(outputs).map(([key, values]) => ({ key, values, size: sizeOfAll(values) }));
  const telling = cases
    .filter(({ size }) => size > 1)
    .map((each) => ({ ...each, says: saysMuch(each.values) }))
    .sort((a, b) => Number(b.says) - Number(a.says) || a.size - b.size)
    .slice(0, KEPT_CASES);
  // One value says little, but all of them together may say enough.
  const kept = telling.length > 0 ? telling : cases;
  return { codes, outputs: Object.fromEntries(kept.map(({ key, values }) => [key, storedOutputs(values)])) };
}

const sizeOfAll = (values: Record<string, Value>) =>
  Object.values(values).reduce(
    (sum, value) => sum + (isPlainValue(value) ? partsOf(value).length : sizeOf(value.shape)),
    0,
  );

/** Many mistakes give the same where all is zero, or no number. */
function saysMuch(values: Record<string, Value>): boolean {
  return new Set(Object.values(values).flatMap(partsOf)).size > 1;
}
