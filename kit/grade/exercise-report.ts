/** A judged exercise as the report has it. */
import type { ExerciseSpec } from '../course/exercise.ts';
import { maxPoints } from '../course/points.ts';
import { USUAL_MISTAKES } from '../course/usual-mistakes.ts';
import type { Diagnosis } from '../judge/diagnose.ts';
import type { Fixture } from '../judge/fixture.ts';
import { isDeath, type Judgement, setAside } from '../judge/judge.ts';
import type { Mistake } from '../judge/known-mistake.ts';
import type { Materials } from '../judge/materials.ts';
import type { CheckReport, ExerciseReport } from '../report/report.ts';
import { shortened, TEXT_LIMITS } from '../text/shortened.ts';
import { cutPrinted } from '../wire/printed.ts';
import { isUnearned } from './earned.ts';

export function exerciseReport(
  id: string,
  materials: Materials,
  judgements: Judgement[],
  diagnosis: Diagnosis,
): ExerciseReport {
  const checks = judgements.map((judgement) =>
    checkReport(judgement, misconceptionOf(judgement, diagnosis, materials)),
  );
  return {
    id,
    title: materials.spec.title,
    score: sum(checks.map(({ points }) => points)),
    maxScore: reachable(materials.spec, judgements),
    problem: null,
    checks,
  };
}

/** Two at once are told one after the other. */
function misconceptionOf(judgement: Judgement, diagnosis: Diagnosis, { fixture }: Materials) {
  const { check, status } = judgement;
  const names = diagnosis[check.id] ?? (isWrongWhereCounted(judgement) ? ofValues(diagnosis) : []);
  if (names.length === 0 || status !== 'fail' || isUnearned(judgement)) return null;
  return { id: names.join('+'), feedback: names.map((name) => feedbackOf(fixture.mistakes[name])).join(' Also: ') };
}

/** A cost check that fails by what it returns: public cases are only counted, so no mistake is known by it. */
const isWrongWhereCounted = ({ check, outcome }: Judgement) => check.kind === 'cost' && outcome?.ratio !== undefined;

/** Of the first values that are explained. */
function ofValues(diagnosis: Diagnosis): string[] {
  const [, names = []] = Object.entries(diagnosis).find(([id]) => /^(values|stability)\//.test(id)) ?? [];
  return names;
}

function feedbackOf({ says, see }: Mistake): string {
  return see === undefined ? says : `${says} (Handout: ${USUAL_MISTAKES}, ${see}.)`;
}

function checkReport(judgement: Judgement, misconception: CheckReport['misconception']): CheckReport {
  const { check, status, failure, reason, outcome } = judgement;
  const { id, kind, title } = check;
  // What is worth nothing keeps no grade from being final either.
  const aside = judgement.setAside ? reason : status === 'not-judged' && check.points === 0 ? UNDECIDED : undefined;
  const points = aside ? 0 : check.points;
  const { byName: _, ...cost } = outcome?.cost ?? { byName: {} };
  return {
    id,
    kind,
    title,
    status,
    ...(isUnearned(judgement) && { holds: true as const }),
    points: status === 'pass' ? points : 0,
    maxPoints: points,
    message: bounded(failure?.message ?? reason ?? null),
    ...(failure?.at && { at: shortened(failure.at, TEXT_LIMITS.name) }),
    ...(isDeath(failure?.code) && { fault: failure.code }),
    misconception,
    ...(failure?.smallest && { smallest: bounded(failure.smallest) }),
    ...(failure?.picture && { picture: failure.picture }),
    cost: outcome?.cost ? cost : null,
    ...(outcome?.timing && { timing: outcome.timing }),
    ...(aside && { setAside: aside }),
  };
}

/** A report says the same of many checks, and is read by people. */
const bounded = <T extends string | null>(text: T) => (text === null ? text : shortened(text, TEXT_LIMITS.message));

const UNDECIDED = 'not judged, and worth no points';

/** Nothing in it could be run. @param obstacle why nothing can be timed here */
export function unrunnable(id: string, spec: ExerciseSpec, problem: string, obstacle: string | null): ExerciseReport {
  const failure = { code: 'unrunnable', message: problem };
  const judgements = spec.checks.map(
    (check): Judgement =>
      check.kind === 'time' && obstacle ? setAside(check, obstacle) : { check, status: 'fail', failure },
  );
  const checks = judgements.map((judgement) => checkReport(judgement, null));
  return { id, title: spec.title, score: 0, maxScore: reachable(spec, judgements), problem, checks };
}

/** All points but those of what cannot be judged here. */
function reachable(spec: ExerciseSpec, judgements: Judgement[]): number {
  return maxPoints(spec) - sum(judgements.map(({ check, setAside }) => (setAside ? check.points : 0)));
}

/** The fixture's are of the same cases, with the same inputs. */
export function withSolutionCosts(report: ExerciseReport, { costs }: Fixture): ExerciseReport {
  const checks = report.checks.map((check) => {
    if (check.cost === null || !Object.hasOwn(costs, check.id)) return check;
    const { byName: _, ...solutionCost } = costs[check.id];
    return { ...check, solutionCost };
  });
  return { ...report, checks };
}

const MOST_PRINTED = 4000;
const UNPRINTABLE = /(?![\n\t])[\p{Cc}\p{Cf}\p{Co}\p{Cs}]/gu;

/** What was printed during the check that is explained: the first that failed, or else the first that printed anything. */
export function printedIn(judgements: Judgement[]): { printed?: string } {
  const failed = judgements.find((judgement) => judgement.status === 'fail' && !isUnearned(judgement));
  const { printed = '' } = failed ?? judgements.find(({ printed }) => printed) ?? {};
  const text = cutPrinted(printed.trimEnd(), MOST_PRINTED).replace(UNPRINTABLE, '\u{fffd}');
  return text ? { printed: text } : {};
}

const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);
