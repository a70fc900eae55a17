import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { InputError } from '../course/input-error.ts';
import { refuseUnwritable, writeWhole } from '../files/write-whole.ts';
import { sampleReport } from '../testing/sample-report.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { jsonReport } from './json.ts';
import schema from './report.schema.json' with { type: 'json' };
import { type CheckReport, type Report, verdictOf } from './report.ts';

const validate = new Ajv({ allowUnionTypes: true }).compile(schema);

const withStatuses = (...statuses: CheckReport['status'][]): Report => ({
  ...sampleReport,
  exercises: statuses.map((status) => ({
    ...sampleReport.exercises[0],
    checks: [{ ...sampleReport.exercises[0].checks[0], status }],
  })),
});

describe('a report', () => {
  it('is as its schema says, and so is what JSON makes of it', () => {
    expect(validate(sampleReport), JSON.stringify(validate.errors)).toBe(true);
    const text = jsonReport(sampleReport);
    expect(validate(JSON.parse(text))).toBe(true);
    expect(JSON.parse(text)).toEqual(sampleReport);
    expect(text.endsWith('}\n')).toBe(true);
  });

  it.each([
    ['a word too many', { ...sampleReport, note: '' }],
    ['half a point', { ...sampleReport, score: 0.5 }],
    ['less than nothing', { ...sampleReport, score: -1 }],
    ['no seed', { ...sampleReport, seed: undefined }],
    ['another schema', { ...sampleReport, schema: 'attention-kit/report/v2' }],
    ['another verdict', withStatuses('skipped' as 'pass')],
  ])('is refused by the schema with %s', (_, report) => {
    expect(validate(JSON.parse(JSON.stringify(report)))).toBe(false);
  });
});

/** One check passed on a GPU, another that nothing can be said of here. */
const passed = sampleReport.exercises[0].checks[0];
const aside: CheckReport = {
  ...passed,
  kind: 'time',
  status: 'not-judged',
  points: 0,
  maxPoints: 0,
  message: 'not judged: no GPU',
  setAside: 'not judged: no GPU',
};

it('may tell of times, of the device, and of what it left to the cpu', () => {
  const timing = { ratio: 1.1, low: 1, high: 1.2, pairs: 24, budget: 2, noise: 1.05, ms: 3, fractionOfRoofline: 0.2 };
  const roofline = { matMulGflops: 9000, matMulSize: 4096, copyGBs: 1500, copyBytes: 1e8 };
  const report: Report = {
    ...sampleReport,
    machine: { driver: null, memoryBytes: 8e10, roofline },
    fallbacks: { FFT: 2 },
    exercises: [{ ...sampleReport.exercises[0], checks: [{ ...passed, kind: 'time', timing }, aside] }],
  };
  expect(validate(report), JSON.stringify(validate.errors)).toBe(true);
});

describe('the verdict', () => {
  it('is not touched by a check that is set aside', () => {
    const withAside = (status: CheckReport['status']): Report => ({
      ...sampleReport,
      exercises: [{ ...sampleReport.exercises[0], checks: [{ ...passed, status }, aside] }],
    });
    expect(verdictOf(withAside('pass'))).toBe('all-passed');
    expect(verdictOf(withAside('fail'))).toBe('not-all-passed');
    expect(verdictOf(withAside('not-judged'))).toBe('not-judged');
  });

  it.each([
    ['all-passed', ['pass', 'pass']],
    ['not-all-passed', ['pass', 'fail']],
    ['not-judged', ['pass', 'not-judged']],
    ['not-judged', ['fail', 'not-judged']],
  ] as const)('is %s for checks that are %j', (verdict, statuses) => {
    expect(verdictOf(withStatuses(...statuses))).toBe(verdict);
  });
});

describe('writeWhole', () => {
  it('replaces a file whole and leaves nothing beside it', () => {
    const folder = temporaryFolder({ 'report.json': 'before' });
    writeWhole(join(folder, 'report.json'), 'after');
    expect(readFileSync(join(folder, 'report.json'), 'utf8')).toBe('after');
    expect(readdirSync(folder)).toEqual(['report.json']);
  });

  it('says which file cannot be written, and leaves nothing behind', () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'taken/full'), { recursive: true });
    expect(() => writeWhole(join(folder, 'taken'), 'x')).toThrow(InputError);
    expect(readdirSync(folder)).toEqual(['taken']);
    const file = join(temporaryFolder({ file: '' }), 'file');
    expect(() => writeWhole(join(file, 'below.json'), 'x')).toThrow(/below\.json cannot be written: /);
  });
});

describe('refuseUnwritable', () => {
  it('finds out beforehand, and leaves nothing behind', () => {
    const folder = temporaryFolder({ 'report.json': 'before' });
    refuseUnwritable(join(folder, 'report.json'));
    refuseUnwritable(join(folder, 'other.json'));
    expect(readdirSync(folder)).toEqual(['report.json']);
    expect(readFileSync(join(folder, 'report.json'), 'utf8')).toBe('before');
    expect(() => refuseUnwritable(folder)).toThrow(/is a folder; name a file in it/);
    expect(() => refuseUnwritable(join(folder, 'report.json/below'))).toThrow(InputError);
  });
});
