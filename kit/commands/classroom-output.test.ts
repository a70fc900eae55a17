import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { classroomResult } from '../report/formats/classroom.ts';
import { sampleReport } from '../testing/sample-report.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { classroomOutput, stepOutput } from './classroom-output.ts';

describe('kit run --classroom', () => {
  it("appends the result to the step's outputs, as base64 in one line", () => {
    const file = join(temporaryFolder({ output: 'earlier=1\n' }), 'output');
    classroomOutput(sampleReport, file);
    const [, line] = readFileSync(file, 'utf8').match(/^earlier=1\nresult=([A-Za-z0-9+/=]+)\n$/) ?? [];
    const result = JSON.parse(Buffer.from(line, 'base64').toString('utf8'));
    expect(result).toEqual(classroomResult(sampleReport));
  });

  it('prints the report where the runner obeys nothing of it, behind another word each time', () => {
    const file = join(temporaryFolder(), 'output');
    const words = [0, 1].map(() => {
      const printed = classroomOutput(sampleReport, file);
      const [, word, , end] = printed.match(/^::stop-commands::(\S+)\n([\s\S]*)\n::(\S+)::\n$/) ?? [];
      expect(end).toBe(word);
      return word;
    });
    expect(words[0]).not.toBe(words[1]);
  });

  it('is refused outside a workflow', () => {
    expect(() => stepOutput({})).toThrow(/GITHUB_OUTPUT/);
    expect(stepOutput({ GITHUB_OUTPUT: 'file' })).toBe('file');
  });
});
