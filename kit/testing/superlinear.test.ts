import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import jsTokens from 'js-tokens';
import { describe, expect, it } from 'vitest';
import { PACKAGE_ROOT } from '../course/course.ts';
import { superlinear } from './superlinear.ts';

/** By file and expression: why it may stay. What a submission can shape is never among the reasons. */
const TRUSTED: Record<string, string> = {
  'kit/author/rearrange.ts: /\\(([^)]*)\\)|\\S+/g': 'a pattern that a grader has written',
  'kit/class/naming.ts: /^(.+?)_(\\d+)_assignsubmission_(file|onlinetext)(_.*)?$/':
    'the name of a file or folder, which no system lets grow beyond some hundred letters',
  'kit/course/usual-mistakes.ts: /<!--([^>]*)-->/g': 'a handout of the course',
  'kit/export/student-readme.ts: /^(.*)T(\\d\\d:\\d\\d).*?(Z|[+-]\\d\\d:\\d\\d)$/': 'a date of assignments.yaml',
  'kit/judge/option-pairs.ts: /\\b(?:interface|type) \\w*Options\\b[^{]*\\{([^}]*)\\}/g': 'a stub of the course',
  'kit/judge/option-pairs.ts: /^\\s*(\\w+?)(?:_[A-Z0-9]+)?\\??:/gm': 'a stub of the course',
  'kit/report/cost-table.ts: /\\B(?=(\\d{3})+$)/g': 'digits of a number',
  'kit/subject/machine.ts: /Kernel Module.*?\\s(\\d+(?:\\.\\d+)+)/': 'what the driver says of itself',
  'kit/verify/given-problems.ts: /\\b(?:from|import)\\s*\\(?\\s*[\'"](\\.[^\'"]*)[\'"]/g':
    'files that the course gives',
  'kit/watch/type-check.ts: /^(.+?)\\((\\d+),\\d+\\): error TS\\d+: (.*)$/':
    'the learner’s own compiler, on their screen',
  'kit/watch/type-check.ts: /import\\("[^"]*\\/node_modules\\/((?:@[^/"]+\\/)?[^/"]+)[^"]*"\\)/g':
    'the learner’s own compiler, on their screen',
};

/** Made of text at run time, so that nothing can be said of them here: by file, why they are harmless. */
const MADE_UP: Record<string, string> = {
  'kit/course/usual-mistakes.ts': 'of a constant, for a handout of the course',
  'kit/judge/checks/same-message.ts': 'of names in an exercise’s YAML; it stops at the next parenthesis',
  'kit/vitest/describe-exercise.ts': 'of a name in an exercise’s YAML, for lines of the learner’s own tests',
};

interface Literal {
  file: string;
  line: number;
  source: string;
  flags: string;
}

const files = readdirSync(join(PACKAGE_ROOT, 'kit'), { recursive: true, encoding: 'utf8' })
  .map((file) => `kit/${file.replaceAll('\\', '/')}`)
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && !file.startsWith('kit/testing/'));

function literalsOf(file: string): Literal[] {
  const found: Literal[] = [];
  let line = 1;
  for (const { type, value } of jsTokens(readFileSync(join(PACKAGE_ROOT, file), 'utf8'))) {
    if (type === 'RegularExpressionLiteral') {
      const end = value.lastIndexOf('/');
      found.push({ file, line, source: value.slice(1, end), flags: value.slice(end + 1) });
    }
    line += value.split('\n').length - 1;
  }
  return found;
}

describe('a regular expression', () => {
  it.each([
    ['(a+)+$', ''],
    ['^(a+)+$', ''],
    ['^(a|a)*b', ''],
    ['\\s+$', ''],
    ['^\\s+|\\s+$', 'g'],
    ['a.*b', ''],
    ['a[^]*b', ''],
    ['^a.*b.*c$', ''],
    ['^(.*)T(\\d\\d:\\d\\d).*?(Z|[+-]\\d\\d:\\d\\d)$', ''],
    ['\\/\\*[^]*?\\*\\/', 'g'],
    ['^import\\s+type\\b[^;]*\\bx\\b[^;]*\\bfrom\\b', 'm'],
    ['(\\w+)\\.', ''],
    ['\\B(?=(\\d{3})+$)', 'g'],
    ['^\\s*#', 'm'],
    ['(?<=x.*)y', ''],
  ])('that takes more time than in proportion is found: /%s/%s', (source, flags) => {
    expect(superlinear(source, flags)).not.toBeNull();
  });

  it.each([
    ['^a.*b', ''],
    ['a+', 'g'],
    ['x\\w*', ''],
    ['^(\\w+): (\\d+)$', ''],
    ['^at .*> (\\d+)$', 'm'],
    ['Size\\((\\d+)\\) must', ''],
    ['\\b(\\w+)\\.', 'g'],
    ['a.{0,200}b', ''],
    ['\\[[\\d,]*\\]', ''],
  ])('that does not is none: /%s/%s', (source, flags) => {
    expect(superlinear(source, flags)).toBeNull();
  });
});

describe('in the kit', () => {
  it('every regular expression is linear, but for those on what the course’s own people write', () => {
    const found = files.flatMap(literalsOf).flatMap(({ file, line, source, flags }) => {
      const problem = superlinear(source, flags);
      const isTrusted = `${file}: /${source}/${flags}` in TRUSTED;
      return problem && !isTrusted ? [`${file}:${line}: /${source}/${flags}: ${problem}`] : [];
    });
    expect(found).toEqual([]);
  });

  it('none is made at run time of what a submission says', () => {
    const makers = files.filter((file) => /\bRegExp\(/.test(readFileSync(join(PACKAGE_ROOT, file), 'utf8')));
    expect(makers.sort()).toEqual(Object.keys(MADE_UP).sort());
  });

  it('what is trusted is still there', () => {
    const there = new Set(files.flatMap(literalsOf).map(({ file, source, flags }) => `${file}: /${source}/${flags}`));
    expect(Object.keys(TRUSTED).filter((each) => !there.has(each))).toEqual([]);
  });
});
