import { describe, expect, it, vi } from 'vitest';
import { comparePairs, type Submitted } from './compare.ts';
import { longestCommonRun } from './longest-run.ts';
import { MOST_TOKENS, tokensOf } from './tokens.ts';

vi.mock('./longest-run.ts', { spy: true });

const program = (seed: number): string =>
  Array.from({ length: 30 }, (_, i) => `a${seed}.${'xyz'[(i * seed) % 3]}${(i * i * seed) % 7}(b[${i}], c);`).join(
    '\n',
  );
const submitted = (student: string, code: string): Submitted => ({
  student,
  tokens: tokensOf(student, { code, map: mapOf(code) }, 'a.ts'),
});

/** Every line of the program is the same line of the file. */
function mapOf(code: string): string {
  const mappings = code
    .split('\n')
    .map((_, i) => (i === 0 ? 'AAAA' : 'AACA'))
    .join(';');
  return JSON.stringify({ version: 3, sources: ['a.ts'], names: [], mappings });
}

describe('pairs of a class', () => {
  it('are the same whoever else has the same program', () => {
    const [one, other] = [program(1), `${program(1)}\n${program(2)}`];
    const pairsOf = (...all: [string, string][]) => {
      const { pairs } = comparePairs(
        'e',
        all.map(([name, code]) => submitted(name, code)),
        [],
        0.01,
      );
      return new Map(pairs.map(({ left, right, exercise: _, ...pair }) => [`${left} ${right}`, pair]));
    };
    const alone = pairsOf(['ada', one], ['bob', other]).get('ada bob');
    expect(alone?.similarity).toBeGreaterThan(0.3);
    const crowd = pairsOf(['ada', one], ['bob', other], ['cem', one], ['dan', other]);
    for (const pair of ['ada bob', 'ada dan']) expect(crowd.get(pair)).toEqual(alone);
    expect(crowd.get('ada cem')?.similarity).toBe(1);
    const { leftLines, rightLines, ...turned } = crowd.get('bob cem') as NonNullable<typeof alone>;
    expect({ ...turned, leftLines: rightLines, rightLines: leftLines }).toEqual(alone);
  });

  it('are searched for runs only where they are listed, and once for all who have the same two programs', () => {
    vi.mocked(longestCommonRun).mockClear();
    const distinct = Array.from({ length: 30 }, (_, i) => submitted(`s${i}`, program(i + 2)));
    const same = Array.from({ length: 30 }, (_, i) => submitted(`t${i}`, program(1)));
    const { pairs } = comparePairs('e', [...distinct, ...same], [], 0.999);
    expect(pairs.length).toBeGreaterThanOrEqual(435);
    const searches = vi.mocked(longestCommonRun).mock.calls.length;
    expect(searches).toBeGreaterThan(0);
    expect(searches).toBeLessThan(100);
  });

  it('of a line that is there twelve thousand times are found too, in as many tokens as are looked at', () => {
    const line = 'a = a.add(b, c);\n'.repeat(12_000);
    const { pairs } = comparePairs('e', [submitted('ada', line), submitted('bob', `${line}\nlast(a);`)], [], 0.5);
    expect(pairs).toHaveLength(1);
    expect(pairs[0].longest).toBeGreaterThan(MOST_TOKENS / 2);
    expect(pairs[0].longest).toBeLessThanOrEqual(MOST_TOKENS);
  });
});
