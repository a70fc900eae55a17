/** Each of these would take hours, or never end, in the square or the cube of its length. */
import { describe, expect, it } from 'vitest';
import { TEXT_LIMITS } from '../text/shortened.ts';
import { causeInWords } from './thrown.ts';
import { thrownFault } from './thrown-fault.ts';
import { nextStep } from './todo.ts';
import { asyncScript } from './top-level-await.ts';
import { unavailableIn } from './unavailable.ts';

const MANY = 300_000;
const map = '{"version":3,"sources":["x.ts"],"names":[],"mappings":"AAAA"}';

describe('a long text is read once:', () => {
  it('a file of beginnings of imports, where a name is not defined', () => {
    for (const line of ['import type q q\n', 'import type q from q\n', 'import   \n'])
      expect(causeInWords('q is not defined', { source: line.repeat(MANY) })).toContain('q is ');
  });

  it('a TODO of blanks that ends as no line does', () => {
    const source = `// TODO 1${' '.repeat(MANY)}\u2028x\n// TODO 2 do this`;
    expect(nextStep('TODO 2: f is not written yet', source)).toContain('do this');
  });

  it('a message of what numbers are made of, of shapes, of arguments', () => {
    const texts = [
      ', '.repeat(MANY),
      "Argument 'a' passed to 'b' must be ".repeat(MANY),
      'Softmax along a non-last dimension'.repeat(MANY),
      'shape comprised of positive integers but got shape ['.repeat(MANY),
    ];
    for (const message of texts) {
      const thrown = { op: 'threw', name: 'Error', message, stack: 'at f (submission.js:1:1)\n'.repeat(MANY) } as const;
      const { failure } = thrownFault(thrown as never, { code: '', map });
      expect(failure.message.length).toBeLessThan(2 * TEXT_LIMITS.message);
    }
  });

  it('a script that ends in blanks, or exports without end', () => {
    expect(asyncScript(`a;${' '.repeat(MANY)}b\n\nexport {\n  a,\n  b as c\n};\n`)).toContain('{ a, c: b }');
    expect(asyncScript(`a;${'\nexport {\n'.repeat(MANY)}`)).toContain('module.exports = {  };');
    expect(asyncScript(`a;${'//# sourceMappingURL='.repeat(MANY)}\n`)).toContain('module.exports');
  });

  it('a script in which TensorFlow.js has very many names', () => {
    const names = Array.from({ length: 20_000 }, (_, i) => `var tf${i} = require("@tensorflow/tfjs");`).join('\n');
    const uses = Array.from({ length: 20_000 }, (_, i) => `x.tf${i}.matMul;`).join('\n');
    expect(unavailableIn({ code: `${names}\n${uses}`, map })).toBeNull();
    expect(unavailableIn({ code: `${names}\n${uses}\ntf19999?.layers.dense`, map })?.message).toContain('tf.layers');
  });
});

it('a script whose map is in its last line keeps it there', () => {
  const script = asyncScript('var a = 1;\nexport {\n  a as default\n};\n//# sourceMappingURL=data:x\n');
  expect(script).toBe(
    'return (async () => {var a = 1;\nmodule.exports = { default: a };\n})();\n//# sourceMappingURL=data:x\n',
  );
});
