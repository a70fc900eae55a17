import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError } from '../course/input-error.ts';
import { readTable, setCell, tableText, valuesOf } from './foreign-table.ts';

const isHead = (names: string[]) => names[0] === 'Student' && names.length > 1;
const read = (text: string) => {
  const table = readTable(text, isHead, 'the file');
  if (!table) throw new Error('no head');
  return table;
};

/** Tables as programs write them: all that they differ in. */
const dialect = fc.record({
  separator: fc.constantFrom(',', ';', '\t', '|'),
  end: fc.constantFrom('\n', '\r\n', '\r'),
  before: fc.constantFrom('', '\u{feff}', '\n', '\u{feff}sep=;\n'),
  endsWhole: fc.boolean(),
  quotesAll: fc.boolean(),
});
const body = fc.array(
  fc.array(fc.string({ unit: fc.constantFrom(...'aü,;"\t|\n\r 7=') }), { minLength: 3, maxLength: 3 }),
);

describe('a table of another program', () => {
  it('is read with its own separator, and written back to the letter, whatever its dialect', () => {
    fc.assert(
      fc.property(dialect, body, ({ separator, end, before: first, endsWhole, quotesAll }, values) => {
        const before = first.replace('\n', end);
        const rows = [['Student', 'ID', 'Grade'], ...values];
        const written = rows.map((row) =>
          row
            .map((value) =>
              quotesAll || /[,;"\t|\n\r]|^\s|\s$/.test(value) ? `"${value.replaceAll('"', '""')}"` : value,
            )
            .join(separator),
        );
        const text = before + written.join(end) + (endsWhole ? end : '');
        const table = read(text);
        expect(table.separator).toBe(separator);
        expect(table.rows.map(valuesOf)).toEqual(rows);
        expect(tableText(table)).toBe(text);
        for (const row of table.rows.slice(1)) setCell(table, row, 2, `7${separator}"`);
        const changed = parse(tableText(table).slice(before.length), {
          delimiter: separator,
          record_delimiter: end,
        });
        expect(changed).toEqual([rows[0], ...values.map(([a, b]) => [a, b, `7${separator}"`])]);
      }),
    );
  });

  it('can be written with some of its columns and rows', () => {
    const table = read('Student;ID;"No;te";x\r\n"A";1;"n";\r\n\r\nB;2;;y');
    expect(tableText(table, { columns: [0, 2] })).toBe('Student;"No;te"\r\n"A";"n"\r\n\r\nB;');
    expect(tableText(table, { rows: table.rows.slice(0, 2) })).toBe('Student;ID;"No;te";x\r\n"A";1;"n";\r\n');
  });

  it('has no head where no separator gives one, and is refused where it is not CSV, with the line', () => {
    expect(readTable('Name,Grade\na,1\n', isHead, 'the file')).toBeNull();
    expect(readTable('', isHead, 'the file')).toBeNull();
    for (const [text, line] of [
      ['Student,ID\na,"b\n', 2],
      ['Student,ID\n"a"b,1\n', 2],
    ] as const) {
      expect(() => read(text)).toThrow(InputError);
      expect(() => read(text)).toThrow(`the file is not valid CSV: line ${line} `);
    }
  });
});
