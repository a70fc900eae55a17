import type { Report } from './report.ts';

/** The report as it is. The same grade gives the same bytes. */
export function jsonReport(report: Report): string {
  return `${JSON.stringify(report, null, 2)}\n`;
}
