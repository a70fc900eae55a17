/** Makes an exercise's public fixture: from its grader, its oracle, its solution's costs and its known mistakes. */

import { existsSync, readFileSync } from 'node:fs';
import { deriveSeed } from '../author/draw.ts';
import type { Oracle } from '../author/grader.ts';
import { type Course, pathsOf } from '../course/course.ts';
import type { CheckSpec } from '../course/exercise.ts';
import { usualMistakes } from '../course/usual-mistakes.ts';
import { drawCase } from '../judge/cases.ts';
import type { Fixture } from '../judge/fixture.ts';
import { type Judgement, judge, observationOf } from '../judge/judge.ts';
import type { Look } from '../judge/known-mistake.ts';
import type { Materials } from '../judge/materials.ts';
import { measure } from '../judge/measure-cost.ts';
import type { HostPool } from '../subject/host-pool.ts';
import { Sandbox } from '../subject/sandbox.ts';
import { Subject } from '../subject/subject.ts';
import type { Candidate } from './candidates.ts';
import type { KnownMistakes } from './mistakes.ts';
import { pairSigns, pairsOf } from './pairs.ts';

export interface FixtureSources {
  course: Course;
  materials: Omit<Materials, 'fixture'>;
  oracle: Oracle;
  candidates: Candidate[];
  /** By name, for what their authors are told. */
  known: KnownMistakes['mistakes'];
  /** The plain cpu backend: the same bytes on every machine. */
  hosts: HostPool;
  /** The fixture as it is, if it can be read. */
  before?: Fixture;
}

/** Also returns how the mistakes were judged on the public cases, by name, since that is the costly part. */
export async function makeFixture({
  course,
  materials,
  oracle,
  candidates,
  known,
  hosts,
  before,
}: FixtureSources): Promise<{ fixture: Fixture; mistakes: Map<string, Judgement[]> }> {
  const { id, spec, grader } = materials;
  const sandbox = new Sandbox(hosts);
  const subjectOf = ({ bundle, path }: Candidate) => new Subject(sandbox, { exports: spec.exports, bundle, path });
  try {
    const fixture: Fixture = { exercise: id, cases: {}, costs: {}, mistakes: {}, pairs: {}, pairsFrom: '' };
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
      // With the inputs that a learner's own judgement draws.
      const seed = deriveSeed('public', `${id}/${check.id}`);
      if (solution) fixture.costs[check.id] = await measure(subjectOf(solution), grader, check.case ?? {}, seed);
    }
    const { handout } = pathsOf(course, id);
    const places = existsSync(handout) ? usualMistakes(readFileSync(handout, 'utf8')) : {};
    const mistakes = new Map<string, Judgement[]>();
    for (const candidate of candidates.filter(({ kind }) => kind === 'mistake')) {
      const judgements = await judge(subjectOf(candidate), { ...materials, fixture }, { kind: 'public' });
      const see = places[candidate.name];
      fixture.mistakes[candidate.name] = {
        says: known[candidate.name].says,
        ...(see !== undefined && { see }),
        ...lookOf(judgements, id),
      };
      mistakes.set(candidate.name, judgements);
    }
    const pairs = await pairsOf(course, id, known, fixture);
    Object.assign(fixture, await pairSigns({ course, pairs, materials: { ...materials, fixture }, hosts, before }));
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

function lookOf(judgements: Judgement[], id: string): Look {
  const unjudged = judgements.find(({ status, setAside }) => status === 'not-judged' && !setAside);
  if (unjudged) throw new Error(`${id}, ${unjudged.check.id}: ${unjudged.reason}`);
  const { codes, signs } = observationOf(judgements);
  return { codes, signs: Object.fromEntries(Object.entries(signs).filter(([, cases]) => Object.keys(cases).length)) };
}
