/** The proof of an exercise: wrong answers fail and are named, right ones pass with room to spare, and its parts agree. */
import { existsSync, readFileSync } from 'node:fs';
import { deriveSeed } from '../author/draw.ts';
import { type Course, pathsOf, specOf } from '../course/course.ts';
import type { CheckSpec, ExerciseSpec } from '../course/exercise.ts';
import { loadGrader, loadOracle } from '../course/modules.ts';
import { writeWhole } from '../files/write-whole.ts';
import { canMove } from '../judge/cost-sizes.ts';
import { diagnose } from '../judge/diagnose.ts';
import { type Fixture, fixtureText, readFixture } from '../judge/fixture.ts';
import { HiddenCases } from '../judge/hidden-cases.ts';
import { type Judgement, judge, observationOf } from '../judge/judge.ts';
import type { Materials } from '../judge/materials.ts';
import { unpairedOptions } from '../judge/option-pairs.ts';
import type { Timing } from '../judge/timing.ts';
import type { HostPool } from '../subject/host-pool.ts';
import { Sandbox } from '../subject/sandbox.ts';
import { Subject } from '../subject/subject.ts';
import { type Candidate, candidatesOf } from './candidates.ts';
import { disagreements } from './disagreements.ts';
import { givenProblems } from './given-problems.ts';
import { makeFixture } from './make-fixture.ts';

/** A right answer may use so much of the tolerance at most … */
export const MOST_OF_TOLERANCE = 0.25;
/** … and a wrong one must miss by so many tolerances at least. */
export const LEAST_MISS = 10;

const SEED = deriveSeed('kit verify', 'hidden');

export interface Proof {
  id: string;
  /** What is not proven; empty for a sound exercise. */
  problems: string[];
  stub: { checks: number; message: string };
  /** Right answers: the largest error, in tolerances, by backend. */
  right: { name: string; margin: Record<string, number>; times: TimeOf[] }[];
  /** Wrong ones: the checks that kill it, by how many tolerances it misses, what its author is told. */
  mistakes: { name: string; killedBy: string[]; miss: number; feedback: string }[];
}

/** A right answer's, in a time check. */
interface TimeOf extends Timing {
  check: string;
  backend: string;
}

export interface ProofOptions {
  /** One for each backend to prove on. */
  hosts: Map<string, HostPool>;
  /** Makes the fixture. */
  cpu: HostPool;
  /** Seconds for one call. */
  timeout?: number;
  /** Whether the fixture is written. */
  update: boolean;
}

export async function prove(course: Course, id: string, { hosts, cpu, timeout, update }: ProofOptions): Promise<Proof> {
  const spec = specOf(course, id);
  const [grader, oracle, { candidates, mistakes: known, problems }] = await Promise.all([
    loadGrader(course, id),
    loadOracle(course, id),
    candidatesOf(course, id),
  ]);
  const proof: Proof = {
    id,
    problems: [
      ...problems,
      ...disagreements(spec, grader, oracle, candidates),
      ...givenProblems(course, id, spec),
      ...unpaired(spec, readFileSync(pathsOf(course, id).stub, 'utf8')),
      ...unmoved(spec),
    ],
    stub: { checks: 0, message: '' },
    right: [],
    mistakes: [],
  };
  const { fixture, mistakes: onCpu } = await makeFixture({
    course,
    materials: { id, spec, grader },
    oracle,
    candidates,
    known,
    hosts: cpu,
    before: fixtureBefore(pathsOf(course, id).fixture),
  });
  proof.problems.push(...fixtureProblems(pathsOf(course, id).fixture, fixture, update));
  const materials: Materials = { id, spec, grader, fixture };

  const solution = candidates.find(({ kind }) => kind === 'solution');
  const [first] = hosts.keys();
  const besides = new Sandbox([...hosts.values(), cpu][0]);
  const hidden = new HiddenCases(SEED, materials, oracle, solution?.bundle, besides);
  for (const [backend, pool] of hosts) {
    const sandbox = new Sandbox(pool);
    for (const candidate of candidates) {
      const { bundle, path } = candidate;
      const subject = new Subject(sandbox, { exports: spec.exports, bundle, path, timeout });
      const shown = await judgePublic(subject, pool, onCpu.get(candidate.name));
      // Hidden cases differ from public ones in sizes and seeds: what a mistake does in them, one backend shows.
      const isShown = candidate.kind === 'mistake' && backend !== first;
      // As in grading, where nothing is kept from the public cases.
      if (!isShown) subject.startAfresh();
      const unseen = isShown ? shown : await judgeHidden(subject, candidate, shown);
      const judged = { public: shown.filter(isJudgedHere), hidden: unseen.filter(isJudgedHere) };
      proof.problems.push(...proveCandidate(proof, candidate, judged, backend, materials));
    }
    await sandbox.close();
  }
  await besides.close();
  return proof;

  /** A refusal computes nothing, so that no backend has a part in it: of a mistake it was judged on the cpu. */
  async function judgePublic(subject: Subject, pool: HostPool, known?: Judgement[]): Promise<Judgement[]> {
    if (!known) return judge(subject, materials, { kind: 'public' });
    if (pool === cpu) return known;
    const others = spec.checks.filter((check) => !isOfRefusals(check));
    return [
      ...(await judge(subject, materials, { kind: 'public' }, others)),
      ...known.filter(({ check }) => isOfRefusals(check)),
    ];
  }

  /**
   * Only checks with cases differ between public and hidden; a mistake need not be run twice on the others. Right answers
   * alone are timed: a mistake is known by what it does, not by how long that takes.
   */
  async function judgeHidden(subject: Subject, { kind }: Candidate, shown: Judgement[]): Promise<Judgement[]> {
    if (kind === 'solution' || kind === 'alternate') return judge(subject, materials, hidden);
    if (kind === 'stub') return judge(subject, materials, hidden, spec.checks.filter(isUntimed));
    const withCases = spec.checks.filter(({ cases }) => cases);
    return [
      ...(await judge(subject, materials, hidden, withCases)),
      ...shown.filter(({ check }) => !withCases.includes(check)),
    ];
  }
}

const unpaired = (spec: ExerciseSpec, stub: string) =>
  unpairedOptions(spec, stub).map(
    (option) => `no two public cases differ in the option ${option} alone, so what is kept from call to call can hide`,
  );

const unmoved = ({ checks }: ExerciseSpec) =>
  checks
    .filter((check) => check.kind === 'cost' && !canMove(check))
    .map(({ id }) => `${id} has a case without any size of 8 or more, so it has the public sizes in grading too`);

const isOfRefusals = ({ kind, case: called }: CheckSpec) => kind === 'hygiene' && !called;
const isUntimed = ({ kind }: CheckSpec) => kind !== 'time';
const isJudgedHere = ({ setAside }: Judgement) => !setAside;

interface Judged {
  public: Judgement[];
  hidden: Judgement[];
}

function proveCandidate(
  proof: Proof,
  { kind, name }: Candidate,
  judged: Judged,
  backend: string,
  materials: Materials,
): string[] {
  const all = [...judged.public, ...judged.hidden];
  const unjudged = all.find(({ status }) => status === 'not-judged');
  if (unjudged) return [`${name} on ${backend}: ${unjudged.check.id} could not be judged: ${unjudged.reason}`];
  if (kind === 'stub') return proveStub(proof, judged.public);
  if (kind === 'mistake') return proveMistake(proof, name, judged, backend, materials);
  return proveRight(proof, name, all, backend);
}

function proveStub(proof: Proof, judgements: Judgement[]): string[] {
  proof.stub = { checks: judgements.length, message: judgements[0]?.failure?.message ?? '' };
  const passed = judgements.filter(({ status }) => status === 'pass').map(({ check }) => `the stub passes ${check.id}`);
  return proof.stub.message.includes('TODO')
    ? passed
    : [...passed, `the stub does not say what to do next: ${proof.stub.message}`];
}

function proveRight(proof: Proof, name: string, judgements: Judgement[], backend: string): string[] {
  const problems: string[] = judgements
    .filter(({ failure }) => failure !== null)
    .map(({ check, failure }) => `${name} on ${backend} fails ${check.id}: ${failure?.message}`);
  const margins = judgements.map(({ outcome }) => outcome?.ratio?.() ?? 0);
  const margin = Math.max(...margins);
  if (margin > MOST_OF_TOLERANCE && problems.length === 0) {
    const used = `${margin.toFixed(2)} of the tolerance of ${judgements[margins.indexOf(margin)].check.id}`;
    problems.push(`${name} on ${backend} uses ${used}; ${MOST_OF_TOLERANCE} is allowed`);
  }
  const known = proof.right.find((right) => right.name === name);
  const entry = known ?? { name, margin: {}, times: [] };
  if (!known) proof.right.push(entry);
  entry.margin[backend] = margin;
  for (const { check, outcome } of judgements) {
    if (outcome?.timing) entry.times.push({ check: check.id, backend, ...outcome.timing });
  }
  return [...new Set(problems)];
}

function proveMistake(proof: Proof, name: string, judged: Judged, backend: string, { fixture }: Materials): string[] {
  const problems: string[] = [];
  for (const [cases, judgements] of Object.entries(judged) as [string, Judgement[]][]) {
    const failed = judgements.filter(({ failure }) => failure);
    if (failed.length === 0) problems.push(`${name} on ${backend} passes everything (${cases} cases)`);
    else if (missOf(failed) < LEAST_MISS) {
      problems.push(
        `${name} on ${backend} misses by ${missOf(failed).toFixed(1)} tolerances only (${cases} cases); at least ${LEAST_MISS} are needed`,
      );
    }
  }
  const failedAtHome = judged.public.filter(({ failure }) => failure).map(({ check }) => check.id);
  const unseen = judged.hidden.filter(({ check, failure }) => failure && !failedAtHome.includes(check.id));
  for (const { check } of unseen) {
    problems.push(`${name} on ${backend} fails ${check.id} by hidden cases alone; a public case must show it too`);
  }
  const told = [...new Set(Object.values(diagnose(observationOf(judged.public), fixture)).flat())];
  if (String(told) !== name) {
    problems.push(`${name} on ${backend} is taken for ${told.join(' and ') || 'no known mistake'}`);
  }
  if (!proof.mistakes.some((known) => known.name === name)) {
    const failed = judged.hidden.filter(({ failure }) => failure);
    const feedback = fixture.mistakes[name].says;
    proof.mistakes.push({ name, killedBy: failed.map(({ check }) => check.id), miss: missOf(failed), feedback });
  }
  return problems;
}

/** In tolerances; a broken property or budget is a miss by any measure. */
function missOf(failed: Judgement[]): number {
  return Math.max(0, ...failed.map(({ outcome }) => outcome?.ratio?.() ?? Infinity));
}

/** Undefined where it is not there or not of the form that this kit reads. */
function fixtureBefore(file: string): Fixture | undefined {
  try {
    return readFixture(file);
  } catch {
    return undefined;
  }
}

function fixtureProblems(file: string, fixture: Fixture, update: boolean): string[] {
  const text = fixtureText(fixture);
  const there = existsSync(file) ? readFileSync(file, 'utf8') : '';
  if (there === text) return [];
  if (update) {
    writeWhole(file, text);
    return [];
  }
  if (!there) return [`${file} is not there; kit verify --update writes it`];
  return [
    `${file} does not regenerate to the same bytes: ${firstDifference(there, text)}; kit verify --update writes it`,
  ];
}

/** A fixture has a line for each case and each mistake, so the first line that differs names the culprit. */
function firstDifference(there: string, made: string): string {
  const [before, now] = [there.split('\n'), made.split('\n')];
  const at = now.findIndex((line, i) => line !== before[i]);
  const [, name] = (now[at] ?? before[now.length] ?? '').match(/^(?:\{"name":)?"([^"]*)"/) ?? [];
  return `line ${at < 0 ? now.length + 1 : at + 1}${name ? `, ${name}` : ''}`;
}
