/** The shell of every page: one file that asks for nothing, and runs and styles nothing but what is named here. */
import { createHash } from 'node:crypto';
import { type Content, Html, html } from './html.ts';
import { STYLE } from './style.ts';

export interface Page {
  title: string;
  /** What the page is part of, above its title. */
  kicker?: Content;
  /** Under the title. */
  lead?: Content;
  body: Content;
  footer?: Content;
  /** Trusted code of the kit's own. */
  scripts?: string[];
}

export function page({ title, kicker, lead, body, footer, scripts = [] }: Page): string {
  const script = scripts.join('\n');
  // Anything that slips into the text as code or style has the wrong hash.
  const policy = [
    "default-src 'none'",
    `style-src '${hash(STYLE)}'`,
    `script-src ${script ? `'${hash(script)}'` : "'none'"}`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return `<!doctype html>\n${
    html`<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${new Html(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<link rel="icon" href="data:,">
<title>${title}</title>
<style>${new Html(STYLE)}</style>
</head>
<body>
<header>
${kicker && html`<p class="kicker">${kicker}</p>`}
<h1>${title}</h1>
${lead && html`<div class="lead">${lead}</div>`}
</header>
<main>
${body}
</main>
${footer && html`<footer>${footer}</footer>`}
${script && html`<script>${new Html(script)}</script>`}
</body>
</html>
`.text
  }`;
}

function hash(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
