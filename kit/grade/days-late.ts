/** Days late by the clock on the wall: where it is put forward or back in between, a day has 23 or 25 hours. */
import { offsetIn, offsetOf } from '../course/time-zone.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Where courses are given and the clock is changed. A due date tells its distance from UTC, which several zones share: of
 * those that have it on that day the one that is best for the student counts, as long as the assignment names none.
 */
const ZONES = [
  'America/St_Johns',
  'America/Halifax',
  'America/New_York',
  'America/Chicago',
  'America/Denver',
  'America/Los_Angeles',
  'America/Anchorage',
  'America/Santiago',
  'Atlantic/Azores',
  'Europe/London',
  'Europe/Berlin',
  'Europe/Helsinki',
  'Africa/Cairo',
  'Asia/Beirut',
  'Asia/Jerusalem',
  'Australia/Adelaide',
  'Australia/Sydney',
  'Pacific/Auckland',
];

/**
 * How many days have begun since it was due; 0 in time. The n-th day ends n days later at the same time of day.
 *
 * @param due ISO 8601 with a zone
 * @param submittedAt ISO 8601
 * @param timeZone such as Europe/Berlin
 */
export function daysLate(due: string, submittedAt: string, timeZone?: string): number {
  const [dueAt, at] = [Date.parse(due), Date.parse(submittedAt)];
  if (at <= dueAt) return 0;
  if (timeZone !== undefined) return daysIn(timeZone, dueAt, at);
  const likely = ZONES.filter((zone) => offsetIn(zone, dueAt) === offsetOf(due));
  return Math.min(Math.ceil((at - dueAt) / DAY_MS), ...likely.map((zone) => daysIn(zone, dueAt, at)));
}

function daysIn(zone: string, dueAt: number, at: number): number {
  const wall = dueAt + offsetIn(zone, dueAt);
  let days = Math.max(1, Math.floor((at - dueAt) / DAY_MS) - 1);
  while (at > instantOf(zone, wall + days * DAY_MS)) days++;
  return days;
}

/** When the clock shows this. Of two times the later, and for one that is left out what it is put forward to: in favour of the student. */
function instantOf(zone: string, wall: number): number {
  const offsets = [wall - DAY_MS, wall + DAY_MS].map((near) => offsetIn(zone, near));
  const instants = offsets.map((offset) => wall - offset);
  const shown = instants.filter((instant, i) => offsetIn(zone, instant) === offsets[i]);
  return Math.max(...(shown.length > 0 ? shown : instants));
}
