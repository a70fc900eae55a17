import { expect, it } from 'vitest';
import { usualMistakes } from './usual-mistakes.ts';

it('the handout’s list of usual mistakes says which known mistakes an item is about', () => {
  const handout = `# Lecture
1. Not this one. <!-- before -->

## The usual mistakes

1. **Scale forgotten.** Divide. <!-- noScale, scaleByD -->
2. **Nothing known.** Two
   lines.
10. **Mask.** It
   goes on. <!-- maskIgnored,noScale -->

## Sources

1. Vaswani <!-- after -->
`;
  expect(usualMistakes(handout)).toEqual({ noScale: 1, scaleByD: 1, maskIgnored: 10 });
  expect(usualMistakes('# Lecture')).toEqual({});
});
