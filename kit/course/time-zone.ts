/** How far the clock of a place is from UTC. */

/** Whether this machine knows the zone. */
export function isTimeZone(name: string): boolean {
  try {
    offsetIn(name, 0);
    return true;
  } catch {
    return false;
  }
}

/** Between the clock there and UTC, in milliseconds. @throws RangeError if there is no such zone */
export function offsetIn(zone: string, at: number): number {
  const parts = formatterFor(zone).formatToParts(at);
  const name = parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
  return offsetFrom(name);
}

/** Of a time with a zone. */
export const offsetOf = (time: string): number => offsetFrom(time.slice(time.indexOf('T')));

/** As in ISO 8601: "+01:00". */
export function offsetText(offset: number): string {
  const minutes = Math.round(Math.abs(offset) / 60_000);
  const two = (n: number) => String(n).padStart(2, '0');
  return `${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** "GMT-04:00", "23:59:00+01:00"; 0 for "GMT" and "Z". */
function offsetFrom(text: string): number {
  const [, sign, hours, minutes, seconds = 0] = text.match(/([+-])(\d\d):(\d\d)(?::(\d\d))?$/) ?? [];
  if (sign === undefined) return 0;
  const ms = Number(hours) * 3_600_000 + Number(minutes) * 60_000 + Number(seconds) * 1000;
  return sign === '-' ? -ms : ms;
}

const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterFor(zone: string): Intl.DateTimeFormat {
  const known = formatters.get(zone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
  formatters.set(zone, made);
  return made;
}
