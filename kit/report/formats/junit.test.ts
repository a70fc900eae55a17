import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomReport } from '../../testing/random-report.ts';
import { sampleReport } from '../../testing/sample-report.ts';
import { junit } from './junit.ts';

interface Element {
  name: string;
  /** The characters directly in it. */
  text: string;
  attributes: Record<string, string>;
  children: Element[];
}

const ENTITIES: Record<string, string> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'" };

/** XML 1.0 without comments, sections and definitions: anything else is an error, as it is to a parser. */
function parseXml(text: string): Element {
  if (/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/u.test(text)) throw new Error('a character');
  const declaration = /^<\?xml version="1\.0" encoding="UTF-8"\?>\n/;
  if (!declaration.test(text)) throw new Error('no declaration');
  const root: Element = { name: '', text: '', attributes: {}, children: [] };
  const open = [root];
  const token = /<(\/?)([a-z]+)((?: [a-z]+="[^"<]*")*)(\/?)>|([^<]+)/gy;
  const body = text.replace(declaration, '');
  while (token.lastIndex < body.length) {
    const at = token.lastIndex;
    const found = token.exec(body);
    if (!found) throw new Error(`not well-formed at ${body.slice(at, at + 60)}`);
    const [, closing, name, attributes, empty, characters] = found;
    if (characters !== undefined) {
      const element = open.at(-1);
      if (element) element.text += decode(characters);
      if (characters.includes(']]>')) throw new Error('the end of a section');
    } else if (closing) {
      if (open.pop()?.name !== name) throw new Error(`</${name}> ends something else`);
    } else {
      const pairs = [...attributes.matchAll(/ ([a-z]+)="([^"]*)"/g)].map(([, key, value]) => [key, decode(value)]);
      const element = { name, text: '', attributes: Object.fromEntries(pairs) as Record<string, string>, children: [] };
      if (pairs.length !== Object.keys(element.attributes).length) throw new Error('an attribute twice');
      open.at(-1)?.children.push(element);
      if (!empty) open.push(element);
    }
  }
  if (open.length !== 1 || root.children.length !== 1) throw new Error('not one element');
  return root.children[0];
}

function decode(text: string): string {
  return text.replace(/&[^;]*;?/g, (entity) => {
    if (!(entity in ENTITIES)) throw new Error(`no such entity: ${entity}`);
    return ENTITIES[entity];
  });
}

function all(element: Element, name: string): Element[] {
  return element.children.flatMap((child) => [...(child.name === name ? [child] : []), ...all(child, name)]);
}

const total = (element: Element, name: string) =>
  all(element, 'property')
    .filter(({ attributes }) => attributes.name === name)
    .reduce((sum, { attributes }) => sum + Number(attributes.value), 0);

describe('JUnit XML', () => {
  it('has a suite an exercise and a case a check', () => {
    const suites = all(parseXml(junit(sampleReport)), 'testsuite');
    expect(suites.map(({ attributes }) => attributes)).toEqual([
      { name: 'Attention', tests: '4', failures: '2', errors: '1', skipped: '0', time: '0.000' },
      { name: 'Heads', tests: '1', failures: '1', errors: '0', skipped: '0', time: '0.000' },
    ]);
    expect(all(suites[0], 'failure')[0].attributes.message).toContain('out_BHTV[0,1]: expected 1, got 1.5');
    expect(all(suites[1], 'failure')[0].attributes.message).toBe('02-y/heads.ts:3: Unexpected ";"');
  });

  it('has what could not be judged as an error, and no points at all then', () => {
    const parsed = parseXml(junit(sampleReport));
    expect(all(parsed, 'error').map(({ attributes }) => attributes.type)).toEqual(['not-judged']);
    expect(all(parsed, 'property').filter(({ attributes }) => attributes.name === 'points')).toEqual([]);
  });

  it('is well-formed whatever is in the report, and its points add up', () => {
    fc.assert(
      fc.property(randomReport({ unjudged: false }), (report) => {
        const parsed = parseXml(junit(report));
        expect(total(parsed, 'points')).toBe(report.score);
        expect(total(parsed, 'maxPoints')).toBe(report.maxScore);
      }),
    );
    fc.assert(
      fc.property(randomReport(), (report) => {
        const checks = report.exercises.flatMap((exercise) => exercise.checks);
        const parsed = parseXml(junit(report));
        expect(all(parsed, 'testcase')).toHaveLength(checks.length);
        const aside = checks.filter(({ setAside }) => setAside).length;
        const holding = checks.filter(({ holds }) => holds).length;
        const unjudged = checks.filter(({ status }) => status === 'not-judged').length;
        expect(all(parsed, 'skipped')).toHaveLength(aside + holding);
        expect(all(parsed, 'error')).toHaveLength(unjudged - aside);
      }),
    );
  });

  it('has a time on every suite and case, and no failure or error without text, which common readers stumble over', () => {
    fc.assert(
      fc.property(randomReport(), (report) => {
        const parsed = parseXml(junit(report));
        for (const element of [parsed, ...all(parsed, 'testsuite'), ...all(parsed, 'testcase')])
          expect(Number.isFinite(Number.parseFloat(element.attributes.time)), element.name).toBe(true);
        for (const element of [...all(parsed, 'failure'), ...all(parsed, 'error')]) {
          expect(element.text.trim()).not.toBe('');
          expect(element.attributes.message.trim()).not.toBe('');
        }
      }),
    );
  });

  it('is read here by a parser that takes nothing malformed', () => {
    const head = '<?xml version="1.0" encoding="UTF-8"?>\n';
    for (const wrong of ['<a>&b;</a>', '<a></b>', '<a>', '<a>\u0001</a>', '<a/><a/>', '<a b="1" b="2"/>', '<a>]]></a>'])
      expect(() => parseXml(head + wrong), wrong).toThrow();
  });
});
