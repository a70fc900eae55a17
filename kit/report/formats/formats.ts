/** Every format by its name. Its code is loaded only when it is asked for. */
import { InputError } from '../../course/input-error.ts';
import type { Gradebook } from '../gradebook.ts';
import type { Report } from '../report.ts';
import type { FillOptions } from './fill-table.ts';
import type { Filled } from './grades.ts';
import type { VisibilityOf } from './visibility.ts';

export interface ReportFormat {
  /** Of a file in this format. */
  extension: string;
  load: (options?: ReportFormatOptions) => Promise<(report: Report) => string>;
}

export interface ReportFormatOptions {
  /** For Gradescope alone. */
  visibility?: VisibilityOf;
}

export interface GradebookFormat {
  extension: string;
  /** The file that it fills in, where it fills one in. */
  fills?: string;
  /** It can do without. */
  fillsIfGiven?: true;
  load: () => Promise<(gradebook: Gradebook, exported: string, options: FillOptions) => Filled>;
}

/** Those for people are terminal, markdown and html; the others are for programs. */
export const REPORT_FORMATS: Record<string, ReportFormat> = {
  terminal: {
    extension: 'txt',
    load: async () => {
      const { terminalReport } = await import('../terminal.ts');
      return (report) => terminalReport(report, { explain: 'all' });
    },
  },
  json: { extension: 'json', load: async () => (await import('../json.ts')).jsonReport },
  student: {
    extension: 'json',
    load: async () => {
      const { studentView } = await import('../student-view.ts');
      return (report) => `${JSON.stringify(studentView(report), null, 2)}\n`;
    },
  },
  markdown: { extension: 'md', load: async () => (await import('./markdown.ts')).markdown },
  annotations: { extension: 'txt', load: async () => (await import('./annotations.ts')).annotations },
  classroom: { extension: 'txt', load: async () => (await import('./classroom.ts')).classroom },
  classroom50: {
    extension: 'json',
    load: async () => {
      const { classroom50, classroom50Identity } = await import('./classroom50.ts');
      const identity = classroom50Identity(process.env, new Date());
      return (report) => classroom50(report, identity);
    },
  },
  gradescope: {
    extension: 'json',
    load: async ({ visibility } = {}) => {
      const { gradescope } = await import('./gradescope.ts');
      return (report) => gradescope(report, visibility);
    },
  },
  junit: { extension: 'xml', load: async () => (await import('./junit.ts')).junit },
};

export const GRADEBOOK_FORMATS: Record<string, GradebookFormat> = {
  json: {
    extension: 'json',
    load: async () => (gradebook) => ({ text: `${JSON.stringify(gradebook, null, 2)}\n`, notes: [] }),
  },
  csv: { extension: 'csv', load: async () => (await import('./csv.ts')).csv },
  canvas: {
    extension: 'csv',
    fills: 'a gradebook exported from Canvas',
    load: async () => (await import('./canvas.ts')).canvas,
  },
  moodle: {
    extension: 'csv',
    fills: "an assignment's grading worksheet or a gradebook exported from Moodle",
    fillsIfGiven: true,
    load: async () => (await import('./moodle.ts')).moodle,
  },
  'gradescope-csv': {
    extension: 'csv',
    fills: 'the scores exported from Gradescope',
    load: async () => (await import('./gradescope-csv.ts')).gradescopeCsv,
  },
  'classroom-csv': { extension: 'csv', load: async () => (await import('./csv.ts')).classroomCsv },
  'classroom50-scores': {
    extension: 'json',
    fills: "Classroom 50's scores.json",
    load: async () => (await import('./classroom50-scores.ts')).classroom50Scores,
  },
};

/** @throws InputError that lists those there are */
export function formatNamed<T>(formats: Record<string, T>, name: string): T {
  if (!Object.hasOwn(formats, name)) {
    throw new InputError(`there is no format "${name}"; there are ${Object.keys(formats).join(', ')}`);
  }
  return formats[name];
}
