import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ShownCase } from '../judge/show-case.ts';
import { hasBrowser, launchBrowser, openPage } from '../testing/browser.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { showPage } from './show-page.ts';

const want = Float64Array.from({ length: 2 * 3 * 4 }, (_, i) => i / 24);
/** Wrong in the second head only, and no number at one place. */
const got = want.map((value, i) => (i === 12 ? Number.NaN : i > 16 ? value + 1 : value));
const weights = { name: 'weights_HTS', shape: [2, 3, 4], want, got, tolerance: 1e-6 };
const shown: ShownCase = { name: 'causal', params: { T: 3 }, problem: null, outputs: [weights] };
const show = (one: ShownCase) => showPage({ id: '01-x/attend', title: 'Attention', cases: [one] });

describe('what a function computes', () => {
  it('counts what is off, and says of a map that it is right', () => {
    expect(show(shown)).toContain('8 of 24 values are off');
    expect(show({ ...shown, outputs: [{ ...weights, got: want }] })).toContain('as expected');
  });

  it('has the letter of each axis in the corner, and all numbers from 0 along both', () => {
    const [map] = show(shown).match(/<svg.*?<\/svg>/s) ?? [];
    const labels = [...(map ?? '').matchAll(/<text[^>]*>(.*?)<\/text>/g)].map(([, text]) => text);
    expect(labels).toEqual(['T', 'S', '0', '1', '2', '3', '0', '1', '2']);
  });

  it('is drawn as expected alone where it was not computed, with the reason as text', () => {
    const text = show({ ...shown, problem: '<i>TODO</i>', outputs: [{ ...weights, got: null }] });
    expect(text).toContain('&lt;i&gt;TODO&lt;/i&gt;');
    expect(text).not.toContain('got, 3 by 4');
    expect(text).toContain('expected, 3 by 4');
  });
});

describe.skipIf(!hasBrowser)('in a browser', () => {
  let browser: Browser;
  const file = join(temporaryFolder({ 'show.html': show(shown) }), 'show.html');
  beforeAll(async () => {
    browser = await launchBrowser();
  }, 60_000);
  afterAll(() => browser?.close());

  it('opens on the first matrix that is off, moves with the arrow keys, and reads a cell out', async () => {
    const { page, trouble } = await openPage(browser, file, { width: 375 });
    const chosen = () => page.textContent('[role=tab][aria-selected=true]');
    expect(await chosen()).toBe('h 1');
    await page.hover('[role=tabpanel]:not([hidden]) rect[data-i="0"]');
    expect(await page.textContent('[role=tabpanel]:not([hidden]) .readout')).toBe(
      'T 0, S 0: got no number, expected 0.5, error no number',
    );
    await page.focus('[role=tab][aria-selected=true]');
    await page.keyboard.press('ArrowRight');
    expect(await chosen()).toBe('h 0');
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(375);
    expect(trouble).toEqual([]);
    await page.close();
  });
});
