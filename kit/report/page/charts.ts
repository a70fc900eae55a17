/** Small charts. */
import { type Html, html } from './html.ts';

/** How much of it there is: a bar that fills its cell. For the eye only, so the number stands beside it. */
export function shareBar(share: number): Html {
  const width = Math.round(1000 * Math.max(0, Math.min(1, share))) / 10;
  return html`<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect class="track" width="100" height="10"/><rect class="fill" width="${width}" height="10"/></svg>`;
}

export interface Bin {
  label: string;
  count: number;
}

/** @param caption what is counted, for those who hear it */
export function histogram(bins: Bin[], caption: string): Html {
  const [width, tall, base] = [360, 110, 128];
  const most = Math.max(1, ...bins.map(({ count }) => count));
  const step = width / bins.length;
  const bars = bins.map(({ label, count }, i) => {
    const height = count === 0 ? 0 : Math.max(2, (count / most) * tall);
    const middle = i * step + step / 2;
    return html`<rect class="fill" x="${i * step + 2}" y="${base - height}" width="${step - 4}" height="${height}" rx="1.5"><title>${label}: ${count}</title></rect>
${count > 0 && html`<text class="count" x="${middle}" y="${base - height - 4}" text-anchor="middle">${count}</text>`}
<text x="${middle}" y="${base + 14}" text-anchor="middle">${label}</text>`;
  });
  const spoken = bins.map(({ label, count }) => `${label}: ${count}`).join(', ');
  return html`<svg class="histogram" viewBox="0 0 ${width} 148" role="img" aria-label="${caption}: ${spoken}">
${bars}<line x1="0" x2="${width}" y1="${base}" y2="${base}"/></svg>`;
}
