import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../course/input-error.ts';
import { randomReport } from '../../testing/random-report.ts';
import { sampleReport } from '../../testing/sample-report.ts';
import type { Gradebook } from '../gradebook.ts';
import { classroom50, classroom50Identity } from './classroom50.ts';
import { classroom50Scores } from './classroom50-scores.ts';

const ENV = {
  CLASSROOM: 'ml-26',
  ASSIGNMENT: 'attention',
  USERNAME: 'ada',
  SUBMISSION_TAG: 'submit/20270215T100000Z-abc1234',
  COMMIT_URL: 'https://x/commit',
  RELEASE_URL: 'https://x/release',
};
const identity = classroom50Identity(ENV, new Date('2027-02-15T10:00:00.123Z'));

interface Result {
  score: number;
  'max-score': number;
  tests: { 'test-name': string; passed: boolean; score: number; 'max-score': number }[];
}

describe('result.json of Classroom 50', () => {
  it('has the keys that it knows and no others', () => {
    const [attend] = sampleReport.exercises;
    const report = {
      ...sampleReport,
      score: 2,
      maxScore: 2,
      exercises: [{ ...attend, maxScore: 2, checks: [attend.checks[0]] }],
    };
    expect(JSON.parse(classroom50(report, identity))).toEqual({
      schema: 'classroom50/result/v1',
      classroom: 'ml-26',
      assignment: 'attention',
      assignment_type: 'individual',
      owner: 'ada',
      submission: 'submit/20270215T100000Z-abc1234',
      commit: 'https://x/commit',
      release: 'https://x/release',
      review: 'https://x/commit',
      datetime: '2027-02-15T10:00:00Z',
      score: 2,
      'max-score': 2,
      tests: [{ 'test-name': 'Each output is a weighted mean', passed: true, score: 2, 'max-score': 2 }],
    });
  });

  it('is 0 of 0 without tests, its error, where something could not be judged', () => {
    expect(JSON.parse(classroom50(sampleReport, identity))).toMatchObject({ score: 0, 'max-score': 0, tests: [] });
  });

  it('adds up in whole numbers, no test above its points, whatever the report', () => {
    fc.assert(
      fc.property(randomReport({ unjudged: false }), (report) => {
        const result = JSON.parse(classroom50(report, identity)) as Result;
        expect([result.score, result['max-score']]).toEqual([report.score, report.maxScore]);
        expect(result.tests.reduce((sum, test) => sum + test.score, 0)).toBe(report.score);
        expect(result.tests.reduce((sum, test) => sum + test['max-score'], 0)).toBe(report.maxScore);
        for (const test of result.tests) {
          expect(test.score).toBeLessThanOrEqual(test['max-score']);
          expect(Number.isInteger(test.score) && test.score >= 0).toBe(true);
          expect(test['test-name']).toMatch(/^[^\p{Cc}\p{Cs}]+$/u);
        }
      }),
    );
  });

  it('is refused where its runner has not said whose it is', () => {
    const { CLASSROOM: _, ...less } = ENV;
    expect(() => classroom50Identity(less, new Date())).toThrow(/sets CLASSROOM; not set here/);
    expect(() => classroom50Identity({ ...ENV, SUBMISSION_TAG: 'v1' }, new Date())).toThrow(InputError);
    expect(() => classroom50Identity({ ...ENV, ASSIGNMENT_TYPE: 'pair' }, new Date())).toThrow(InputError);
  });
});

describe('scores.json of Classroom 50', () => {
  const record = {
    commit: 'https://x/commit',
    submission: 'submit/2',
    score: 0,
    'max-score': 3,
    tests: [],
    late: true,
  };
  const entryOf = (owner: string) => ({ owner, submissions: [record, { ...record, submission: 'submit/1' }], kept: 1 });
  const collected = JSON.stringify({
    schema: 'classroom50/scores/v1',
    assignments: { attention: { type: 'individual', entries: ['Ada', 'bob', 'carol'].map(entryOf) } },
  });
  const entry = { student: 'ada', submission: 'a', submittedAt: null, problem: null, report: null, maxScore: 8 };
  const gradebook: Gradebook = {
    schema: 'attention-kit/gradebook/v1',
    assignment: 'attention',
    title: 'Attention',
    maxScore: 8,
    entries: [
      { ...entry, status: 'graded', score: 5 },
      { ...entry, student: 'bob', status: 'not-judged', score: null },
      { ...entry, student: 'dora', status: 'graded', score: 8 },
    ],
  };

  it('gets grades as overrides of the newest submission, and keeps everything else', () => {
    const { text, notes } = classroom50Scores(gradebook, collected);
    const { entries } = JSON.parse(text).assignments.attention;
    expect(entries[0]).toEqual({
      ...entryOf('Ada'),
      override: true,
      'attention-kit': { score: 5 },
      submissions: [{ ...record, score: 5, 'max-score': 8 }, entryOf('Ada').submissions[1]],
    });
    expect(entries.slice(1)).toEqual([entryOf('bob'), entryOf('carol')]);
    expect(notes).toEqual(['no grade, since not judged: bob', 'not found in scores.json, so not filled in: dora']);
  });

  it("keeps a teacher's own override, replaces its own from before, and either when told to", () => {
    const [ada] = gradebook.entries;
    const fill = (score: number, collected: string, overwrite = false) =>
      classroom50Scores({ ...gradebook, entries: [{ ...ada, score }] }, collected, { overwrite });
    const scoreIn = (text: string) => JSON.parse(text).assignments.attention.entries[0].submissions[0].score;
    const teachers = collected.replace('"owner":"Ada"', '"owner":"Ada","override":true');
    const kept = fill(5, teachers);
    expect(scoreIn(kept.text)).toBe(0);
    expect(kept.notes.join()).toContain('kept; --overwrite replaces it: ada (0 there, 5 here)');
    expect(scoreIn(fill(5, teachers, true).text)).toBe(5);
    const ours = fill(5, collected).text;
    expect(scoreIn(fill(6, ours).text)).toBe(6);
    const changedByHand = ours.replace(
      '"score": 5,\n              "max-score"',
      '"score": 7,\n              "max-score"',
    );
    expect(scoreIn(changedByHand)).toBe(7);
    expect(scoreIn(fill(6, changedByHand).text)).toBe(7);
  });

  it('keeps its indentation, line ends and byte order mark', () => {
    const windows = `${JSON.stringify(JSON.parse(collected), null, '\t').replaceAll('\n', '\r\n')}\r\n`;
    const { text } = classroom50Scores({ ...gradebook, entries: [] }, `\u{feff}${windows}`);
    expect(text).toBe(windows);
  });

  it('gives one owner to one student: the one who is named just so', () => {
    const [ada] = gradebook.entries;
    const both = [
      { ...ada, score: 1, student: 'ADA' },
      { ...ada, score: 2, student: 'Ada' },
    ];
    const { text, notes } = classroom50Scores({ ...gradebook, entries: both }, collected);
    expect(JSON.parse(text).assignments.attention.entries[0].submissions[0].score).toBe(2);
    expect(notes).toContain('two students are one owner in scores.json; the first was filled in: ADA and Ada');
  });

  it('is refused where it is something else, or has another assignment', () => {
    for (const wrong of ['', '[]', 'null', '{"schema":"classroom50/scores/v1","assignments":{"a":1}}'])
      expect(() => classroom50Scores(gradebook, wrong), wrong).toThrow(InputError);
    const two = collected.replace('"attention":', '"one":{"type":"individual","entries":[]},"two":');
    expect(() => classroom50Scores(gradebook, two)).toThrow('it has one, two');
  });
});
