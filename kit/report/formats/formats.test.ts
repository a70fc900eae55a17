import { describe, expect, it } from 'vitest';
import { InputError } from '../../course/input-error.ts';
import { sampleReport } from '../../testing/sample-report.ts';
import type { Report } from '../report.ts';
import { formatNamed, REPORT_FORMATS } from './formats.ts';

const [attend] = sampleReport.exercises;
const [passed, failed, , unjudged] = attend.checks;
const SECRET = 'x731secret';
const picture = { caption: SECRET, shape: [1, 1], origin: [0, 0], got: [731_731], want: [731_731], tolerance: 731_731 };

const hidden: Report = {
  ...sampleReport,
  seed: 'ab'.repeat(32),
  score: 1,
  adjustments: [{ reason: 'one day late', points: -1 }],
  exercises: [
    {
      ...attend,
      printed: SECRET,
      checks: [
        { ...passed, cost: { flops: 731_731 } },
        { ...failed, message: SECRET, at: `${SECRET}:1`, smallest: SECRET, picture, cost: { flops: 731_731 } },
      ],
    },
    { ...attend, problem: SECRET, checks: [passed, { ...unjudged, message: SECRET }] },
  ],
};
const judged = { ...hidden, exercises: [hidden.exercises[0]] };

/** Those for the instructor, who may see all. */
const WHOLE = ['terminal', 'json'];

describe('a format that students see', () => {
  const names = Object.keys(REPORT_FORMATS).filter((name) => !WHOLE.includes(name) && name !== 'classroom50');
  it.each(names)('has of hidden checks title, points and fixed feedback, and no more: %s', async (name) => {
    const write = await REPORT_FORMATS[name].load();
    for (const report of [hidden, judged]) {
      const text = name === 'classroom' ? Buffer.from(write(report), 'base64').toString() : write(report);
      expect(text).not.toContain(SECRET);
      expect(text).not.toContain('731');
      expect(text).not.toContain('abab');
    }
    const text = write(judged);
    if (!['classroom'].includes(name)) expect(text).toContain('The mask has no effect.');
  });
});

describe('formatNamed', () => {
  it('lists those there are', () => {
    expect(() => formatNamed(REPORT_FORMATS, 'pdf')).toThrow(/there is no format "pdf"; there are terminal, json, /);
    expect(() => formatNamed(REPORT_FORMATS, 'constructor')).toThrow(InputError);
  });
});
