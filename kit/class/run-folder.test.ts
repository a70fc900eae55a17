import { basename } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { reportFiles } from './run-folder.ts';

const namesOf = (students: string[]) => reportFiles('out', students).map((file) => basename(file));

it("students' reports have their names, and where only the letter case differs, two files on any disk", () => {
  expect(namesOf(['ada', 'Bob', 'José'])).toEqual(['ada.json', 'Bob.json', 'Jos%c3%a9.json']);
  expect(new Set(namesOf(['Ada', 'ada', 'ADA']).map((name) => name.toLowerCase())).size).toBe(3);
});

it('no two have one file, whatever they are called', () => {
  const name = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.stringMatching(/^[aA./%]{1,3}$/),
    fc.string({ minLength: 250 }),
  );
  fc.assert(
    // Names that are no text are one and the same once written.
    fc.property(fc.uniqueArray(name, { selector: (student) => Buffer.from(student).toString('hex') }), (students) => {
      const files = namesOf(students);
      expect(new Set(files.map((file) => file.toLowerCase())).size).toBe(students.length);
      for (const file of files) expect(file).toMatch(/^[A-Za-z0-9_@ %-][A-Za-z0-9_@ .%-]*\.json$|^\.json$/);
    }),
  );
});
