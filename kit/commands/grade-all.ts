import { existsSync, mkdirSync, statSync } from 'node:fs';
import { cpus } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { readAttempts } from '../class/attempts.ts';
import { type Correction, readCorrections, withoutStudent } from '../class/corrections.ts';
import { hashOfGraders } from '../class/fingerprint.ts';
import { gitIsInstalled } from '../class/git-commit.ts';
import { gradeClass } from '../class/grade-class.ts';
import { hashOf } from '../class/grade-one.ts';
import { Journal, type JournalRecord, keyOf, readJournal } from '../class/journal.ts';
import { readClass, type Submission } from '../class/layouts.ts';
import { lockFolder } from '../class/lock.ts';
import { gradebookText, makeGradebook } from '../class/make-gradebook.ts';
import {
  clearScratch,
  dropSamePrevious,
  hashOfSecret,
  readSettings,
  refuseOtherRun,
  reportFiles,
  runPaths,
  type Shard,
  secretOf,
  setGradebookAside,
  writeSettings,
} from '../class/run-folder.ts';
import { hashOfClass, isInShard, parseShard } from '../class/shard.ts';
import { readSubmittedTimes } from '../class/submitted-at.ts';
import { findCourseApart } from '../course/course.ts';
import { InputError } from '../course/input-error.ts';
import { writeWhole } from '../files/write-whole.ts';
import type { Gradebook } from '../report/gradebook.ts';
import { jsonReport } from '../report/json.ts';
import { findName } from '../roster/same-name.ts';
import { plain } from '../text/plain.ts';
import { goneSince, lastMoment, noteLine, passedOverLine, unknownTimes } from './class-notes.ts';
import { classRoster } from './class-roster.ts';
import { courseSecret } from './course-secret.ts';
import { fromOutside } from './from-outside.ts';
import { chosenWork, refuseWeakIsolation } from './grade.ts';
import { onStop } from './on-stop.ts';
import { ProgressLine } from './progress-line.ts';
import { backendNamed, backendOrSay, positive } from './session.ts';
import { classSummary } from './summary-lines.ts';

interface Options {
  assignment?: string;
  exercise?: string[];
  prefix?: string;
  seed?: string;
  backend: string;
  timeout: string;
  jobs?: string;
  shard?: string;
  regrade?: string[];
  submitted?: string;
  lastInTime?: boolean;
  roster?: string;
  requireIsolation?: string;
  out?: string;
  json?: boolean;
}

export async function run(named: string, given: Options): Promise<number> {
  const { folder, options } = fromOutside(named, given);
  const course = await findCourseApart(folder);
  const work = chosenWork(course, options);
  const backend = backendNamed(options.backend);
  const timeout = positive('--timeout', options.timeout);
  const jobs = options.jobs ? Math.ceil(positive('--jobs', options.jobs)) : cpus().length;
  const shard = options.shard === undefined ? null : parseShard(options.shard);
  const times = options.submitted === undefined ? new Map<string, string>() : readSubmittedTimes(options.submitted);
  refuseWeakIsolation(options.requireIsolation);
  refuseFolder(folder);
  const notAfter = options.lastInTime ? lastMoment(work.assignment) : null;
  const { submissions: everybody, notes } = readClass(folder, options);
  const again = regrading(options.regrade ?? [], everybody);
  for (const note of notes) say(noteLine(note));
  const timed = withTimes(everybody, times, options.submitted);
  const roster = classRoster(options.roster, timed, work.assignment);
  for (const note of roster.notes) say(note);
  const submissions = timed.filter(({ student }) => !shard || isInShard(student, shard));

  const isRepository = ({ submission }: Submission) => existsSync(join(folder, submission, '.git'));
  if (!gitIsInstalled() && submissions.some(isRepository))
    say('git is not installed, so the times of commits are unknown; give the times with --submitted.');

  const out = options.out ?? besides(folder, shard);
  refuseOut(out, folder);
  mkdirSync(out, { recursive: true, mode: 0o700 });
  const unlock = lockFolder(out);
  try {
    const earlier = readSettings(out);
    const assignment = work.assignment?.name ?? null;
    const { exercises } = work;
    const names = timed.map(({ student }) => student);
    refuseOtherRun(out, earlier, { exercises, shard, everybody: names });
    const corrections = readCorrections(out);
    const { secret, drawn } = secretOf(out, courseSecret(options.seed), (options.regrade ?? []).includes('all'));
    if (drawn)
      say(`The seed was drawn at random and is kept in ${runPaths(out).seed}: keep it, it replays the grades.`);
    clearScratch(out);
    const graders = hashOfGraders(course, work.exercises);
    const judgedWith = { exercises: work.exercises, backend, timeout, graders };
    const students = [...new Set(submissions.map(({ student }) => student))];
    if (earlier && earlier.assignment !== assignment)
      say(`Other rules than before; the gradebook by the old ones is kept in ${runPaths(out).previous}.`);
    setGradebookAside(out);
    writeSettings(out, {
      schema: 'attention-kit/run/v1',
      assignment,
      ...judgedWith,
      seed: hashOfSecret(secret),
      shard,
      students,
      class: hashOfClass(timed, roster.dueOf),
    });

    const journal = new Journal(runPaths(out).journal);
    const progress = new ProgressLine('grading', submissions.length, process.stderr, 4);
    const before = readJournal(runPaths(out).journal);
    for (const note of goneSince(before.values(), everybody)) say(noteLine(note));
    const tally = { judged: 0, unchanged: 0 };
    const started = Date.now();
    const grading = gradeClass({
      submissions,
      course,
      config: {
        courseRoot: course.root,
        hosts: { backend },
        work: {
          folder: resolve(folder),
          exercises: work.exercises,
          secret,
          timeout,
          settings: hashOf(JSON.stringify(judgedWith)),
          scratch: resolve(runPaths(out).scratch),
          notAfter,
        },
      },
      jobs,
      before,
      attempts: readAttempts(runPaths(out).journal),
      again,
      onAttempt: (line) => journal.append(line),
      onRecord: (record, how) => {
        if (how !== 'unchanged' || record.submittedAt !== before.get(keyOf(record))?.submittedAt)
          journal.append(record);
        if (how === 'again') return;
        tally[how]++;
        progress.done(lineOf(record, how));
      },
      onFewer: (fewer, reason) => say(`Judging ${fewer} at a time, since ${reason}.`),
    });
    const carryOn = onStop(() => {
      progress.end();
      grading.stop();
      clearScratch(out);
      unlock();
      const done = tally.judged + tally.unchanged;
      say(`Stopped: ${done} of ${submissions.length} are judged and kept; the same command goes on from there.`);
    });
    try {
      await backendOrSay(grading.ended);
    } finally {
      carryOn();
      progress.end();
      journal.close();
      clearScratch(out);
    }
    const seconds = (Date.now() - started) / 1000;
    const records = readJournal(runPaths(out).journal);
    const gradebook = makeGradebook(
      work,
      submissions.map((submission) => records.get(keyOf(submission)) as JournalRecord),
      { ...roster, corrections },
    );
    sayWaiting(withoutStudent(gradebook, corrections));
    writeResults(out, gradebook);
    for (const note of unknownTimes(gradebook, work.assignment)) say(noteLine(note));
    process.stdout.write(
      options.json
        ? `${JSON.stringify({ out, ...tally, seconds, gradebook: runPaths(out).gradebook, ...countsOf(gradebook) }, null, 2)}\n`
        : classSummary(gradebook, { facts: factsOf(tally, seconds), file: runPaths(out).gradebook }),
    );
    return gradebook.entries.some(({ status }) => status === 'not-judged') ? 3 : 0;
  } finally {
    unlock();
  }
}

function factsOf({ judged, unchanged }: { judged: number; unchanged: number }, seconds: number): string {
  return `${judged} judged in ${seconds.toFixed(0)} s${unchanged ? `, ${unchanged} unchanged` : ''}`;
}

/** The gradebook, and each student's report. */
export function writeResults(out: string, gradebook: Gradebook): void {
  const files = reportFiles(
    out,
    gradebook.entries.map(({ student }) => student),
  );
  for (const [i, { report }] of gradebook.entries.entries()) {
    if (report) writeWhole(files[i], jsonReport(report), { isPrivate: true });
  }
  // Last, so that where it is the others are.
  writeWhole(runPaths(out).gradebook, gradebookText(gradebook), { isPrivate: true });
  dropSamePrevious(out);
}

function countsOf({ entries }: Gradebook): Record<GradebookStatus, number> {
  const count = (status: GradebookStatus) => entries.filter((entry) => entry.status === status).length;
  return { graded: count('graded'), 'not-judged': count('not-judged'), unreadable: count('unreadable') };
}
type GradebookStatus = Gradebook['entries'][number]['status'];

function lineOf(record: JournalRecord, how: 'judged' | 'unchanged'): string {
  const { student, status, report, problem } = record;
  const result = status === 'graded' && report ? `${report.score}/${report.maxScore}` : `${status}: ${problem}`;
  return `${plain(student)}  ${result}${how === 'unchanged' ? '  unchanged' : ''}${passedOverLine(record)}`;
}

/** Beside the class's folder, since whatever is in it is a submission. */
function besides(folder: string, shard: Shard | null): string {
  const name = `${basename(resolve(folder))}-grades${shard ? `-${shard.index}-of-${shard.count}` : ''}`;
  return join(dirname(resolve(folder)), name);
}

function refuseFolder(folder: string): void {
  if (!existsSync(folder)) throw new InputError(`there is no folder "${folder}"`);
  if (!statSync(folder).isDirectory())
    throw new InputError(`"${folder}" is a file; a class is a folder of submissions, so unpack it first`);
  if (existsSync(join(folder, 'exercises')) || existsSync(join(folder, 'graders')))
    throw new InputError(`"${folder}" is one submission; \`kit grade\` grades it, or name the folder around it`);
}

function refuseOut(out: string, folder: string): void {
  if (`${resolve(out)}/`.startsWith(`${resolve(folder)}/`))
    throw new InputError(
      `--out "${out}" is inside the folder of the class, where it would count as a submission; give another folder`,
    );
  if (existsSync(out) && !statSync(out).isDirectory()) throw new InputError(`--out "${out}" is a file; name a folder`);
  const { gradebook, settings } = runPaths(out);
  if (existsSync(gradebook) && !existsSync(settings))
    throw new InputError(
      `"${out}" holds a gradebook, but not what it was judged with; go on in the folder of the run that made it (of a merge: the shards', then merge again), or name another --out`,
    );
}

function regrading(words: string[], submissions: Submission[]): (record: JournalRecord) => boolean {
  const names = [...new Set(submissions.map(({ student }) => student))];
  const students = words
    .filter((word) => !/^(all|changed|failed)$/.test(word) || names.includes(word))
    .map((word) => {
      const found = findName(names, word);
      if (found) return names[found.index];
      throw new InputError(`--regrade takes all, changed, failed or a student; there is no student "${word}"`);
    });
  return ({ student, report }) =>
    words.includes('all') ||
    students.includes(student) ||
    (words.includes('failed') && (report === null || report.score < report.maxScore));
}

function withTimes(submissions: Submission[], times: Map<string, string>, file = ''): Submission[] {
  for (const student of times.keys()) {
    const own = submissions.filter((submission) => submission.student === student).length;
    if (own === 0) throw new InputError(`${file}: there is no submission of "${plain(student)}"`);
    if (own > 1) throw new InputError(`${file}: "${plain(student)}" has ${own} submissions; keep the one that counts`);
  }
  return submissions.map((submission) => ({
    ...submission,
    submittedAt: times.get(submission.student) ?? submission.submittedAt,
  }));
}

/** In a shard, most are somebody else's. */
function sayWaiting(corrections: Correction[]): void {
  const students = [...new Set(corrections.map(({ student }) => plain(student)))];
  if (students.length > 0) say(`Corrections are kept of students who are not here: ${students.join(', ')}`);
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
