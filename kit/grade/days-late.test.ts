import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { daysLate } from './days-late.ts';

describe('days late', () => {
  it.each([
    ['over the end of summer time', '2027-11-06T20:00:00-04:00', '2027-11-07T19:30:00-05:00', 1],
    ['a minute into the next day, over it', '2027-11-06T20:00:00-04:00', '2027-11-07T20:01:00-05:00', 2],
    ['over the beginning of summer time', '2027-03-13T20:00:00-05:00', '2027-03-14T20:00:00-04:00', 1],
    ['a minute into the next day, over it', '2027-03-13T20:00:00-05:00', '2027-03-14T20:01:00-04:00', 2],
    ['a week, over the end', '2027-11-04T20:00:00-04:00', '2027-11-11T20:00:00-05:00', 7],
    ['in winter alone', '2027-12-01T20:00:00-05:00', '2027-12-02T20:00:00-05:00', 1],
    ['at the hour that comes twice, the second time', '2027-11-06T01:30:00-04:00', '2027-11-07T01:30:00-05:00', 1],
    ['at the hour that is left out', '2027-03-13T02:30:00-05:00', '2027-03-14T03:30:00-04:00', 1],
    ['in time', '2027-12-01T20:00:00-05:00', '2027-12-02T01:00:00Z', 0],
  ])('%s are those of the clock on the wall', (_, due, at, days) => {
    expect(daysLate(due, new Date(at).toISOString(), 'America/New_York')).toBe(days);
  });

  it('without a named zone are counted in favour of the student, in a zone that the due date may be of', () => {
    expect(daysLate('2027-11-06T20:00:00-04:00', '2027-11-08T00:30:00.000Z')).toBe(1);
    expect(daysLate('2027-10-30T23:59:00+02:00', '2027-10-31T22:30:00.000Z')).toBe(1);
    expect(daysLate('2027-02-15T23:59:00+01:00', '2027-02-16T23:00:00.000Z'), 'no clock is changed').toBe(2);
    expect(daysLate('2027-11-06T20:00:00Z', '2027-11-07T20:30:00.000Z'), 'UTC has no summer time').toBe(2);
  });

  const zones = fc.constantFrom(
    'Europe/Berlin',
    'America/New_York',
    'Australia/Lord_Howe',
    'Africa/Casablanca',
    undefined,
  );
  const moments = fc.date({ min: new Date('2026-01-01'), max: new Date('2028-12-31'), noInvalidDate: true });
  const HOUR = 3_600_000;

  it('are whole days to within the hours that a clock is changed by, and never fewer for coming later', () => {
    fc.assert(
      fc.property(zones, moments, fc.nat(400 * HOUR), fc.nat(60 * HOUR), (zone, due, late, more) => {
        const days = (ms: number) => daysLate(due.toISOString(), new Date(due.getTime() + ms).toISOString(), zone);
        expect(days(late + more)).toBeGreaterThanOrEqual(days(late));
        expect(Math.abs(days(late) * 24 * HOUR - late)).toBeLessThanOrEqual(25 * HOUR);
        expect(days(0)).toBe(0);
      }),
    );
  });
});
