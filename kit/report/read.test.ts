import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError } from '../course/input-error.ts';
import { randomGradebook } from '../testing/random-report.ts';
import { sampleReport } from '../testing/sample-report.ts';
import { temporaryFolder, writeFiles } from '../testing/temporary-folder.ts';
import { isGradebook, readGrades } from './read.ts';

const folder = temporaryFolder();
const read = (text: string) => {
  writeFiles(folder, { 'grades.json': text });
  return readGrades(join(folder, 'grades.json'));
};
const gradebook = { schema: 'attention-kit/gradebook/v1', assignment: null, title: 'A', maxScore: 1, entries: [] };

describe('stored grades', () => {
  it('are a report or a gradebook', () => {
    expect(read(JSON.stringify(sampleReport))).toEqual(sampleReport);
    expect(isGradebook(read(JSON.stringify(sampleReport)))).toBe(false);
    expect(isGradebook(read(JSON.stringify(gradebook)))).toBe(true);
  });

  it('are read as they were written, whatever is in them', () => {
    fc.assert(
      fc.property(randomGradebook, (random) => {
        const text = JSON.stringify(random);
        expect(read(text)).toEqual(JSON.parse(text));
      }),
      { numRuns: 30 },
    );
  });

  it.each([
    ['', 'is not valid JSON'],
    ['null', 'not a report'],
    ['{"schema":"http://json-schema.org/draft-07/schema"}', 'not a report'],
    [JSON.stringify({ ...sampleReport, score: 0.5 }), 'not as its schema says: /score must be integer'],
    [JSON.stringify({ ...gradebook, entries: [{}] }), 'not as its schema says: /entries/0 must have'],
    [JSON.stringify({ ...gradebook, note: 1 }), 'not as its schema says: it must NOT have additional properties'],
  ])('are refused, by file and place: %s', (text, problem) => {
    expect(() => read(text)).toThrow(InputError);
    expect(() => read(text)).toThrow(problem);
  });

  it('are refused where there is no such file', () => {
    expect(() => readGrades('/no/such.json')).toThrow('/no/such.json cannot be read');
  });
});
