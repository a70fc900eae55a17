/** Tests only: pages in a headless Chromium, with whatever they say or ask for written down. */
import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';

const CHROMIUM = [
  process.env.CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find((file) => file !== undefined && existsSync(file));

export const hasBrowser = CHROMIUM !== undefined;
if (!hasBrowser) console.log('No Chromium found, so pages are not tested in one; CHROMIUM=<file> names it.');

export const launchBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });

export interface Opened {
  page: Page;
  /** Errors, dialogs, and requests for anything but the page itself. */
  trouble: string[];
}

export async function openPage(
  browser: Browser,
  file: string,
  { width = 1000, dark = false }: { width?: number; dark?: boolean } = {},
): Promise<Opened> {
  const page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme: dark ? 'dark' : 'light' });
  const trouble: string[] = [];
  const address = `file://${file}`;
  page.on('console', (message) => trouble.push(message.text()));
  page.on('pageerror', (error) => trouble.push(error.message));
  page.on('dialog', (dialog) => {
    trouble.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    if (request.url() !== address && request.url() !== 'data:,') trouble.push(`request: ${request.url()}`);
  });
  await page.goto(address);
  return { page, trouble };
}
