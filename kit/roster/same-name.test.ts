import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findName, folded, lettersOf } from './same-name.ts';

const JUERGEN = 'Müller, Jürgen';

describe('a name among others', () => {
  it.each([
    ['as it is', ['ada', 'bob'], 'bob', 1],
    ['in another letter case', ['Ada', 'bob'], 'ada', 0],
    ['in another Unicode form', [JUERGEN.normalize('NFD'), 'bob'], JUERGEN.normalize('NFC'), 0],
    ['in both', [JUERGEN.normalize('NFD')], JUERGEN.normalize('NFC').toUpperCase(), 0],
    ['exactly, where another differs in letter case only', ['Ada', 'ada'], 'ada', 1],
    ['with other blanks', ['Ada  Lovelace '], 'Ada\u00a0Lovelace', 0],
    ['with the capital form of ß', ['Strauß'], 'STRAUSS', 0],
  ])('is found %s', (_, names, wanted, index) => {
    expect(findName(names, wanted)?.index).toBe(index);
  });

  it('is not found where two would do, where none does, or where it is blank', () => {
    expect(findName(['Ada', 'aDA'], 'ada')).toBeNull();
    expect(findName(['ada', 'ada'], 'ada')).toBeNull();
    expect(findName(['ada'], 'adá')).toBeNull();
    expect(findName(['', ' '], ' ')).toBeNull();
  });

  it('is found exactly if it is there once, whoever else is', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string({ unit: 'grapheme' })), fc.nat(), (names, at) => {
        const wanted = names[at % (names.length || 1)];
        if (wanted === undefined || wanted.trim() === '') return;
        expect(findName(names, wanted)).toEqual({ index: names.indexOf(wanted), isExact: true });
      }),
    );
  });

  it('folds to the same in every form of Unicode and in upper case', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'aäÄßéẛ̣ſςΣǆﬁé'), maxLength: 8 }), (name) => {
        for (const other of [name.normalize('NFC'), name.normalize('NFD'), name.toUpperCase()])
          expect(folded(other)).toBe(folded(name));
      }),
    );
  });
});

it('in a file name has letters and digits only', () => {
  expect(lettersOf('O’Neil-Smith, Ann Marie')).toBe('oneilsmithannmarie');
});
