/**
 * The colours of heat maps: one hue a scale, its lightness rising or falling all the way, so that they can be told apart
 * in grey and by the colour-blind. Blue for values, orange for errors; pale is little on paper, dark is little at night.
 */

export const LEVELS = 12;

const RAMPS = {
  light: { v: ['#eef4fa', '#6aa5d8', '#08305f'], e: ['#fff0e2', '#f08a3c', '#8a2a00'] },
  dark: { v: ['#17222e', '#2f78b7', '#d6ebff'], e: ['#241a13', '#b95a14', '#ffd2a8'] },
};

/** `.v0` to `.v11` for values, `.e0` to `.e11` for errors. */
export function rampStyle(theme: keyof typeof RAMPS): string {
  return Object.entries(RAMPS[theme])
    .flatMap(([letter, stops]) => levels(stops).map((colour, i) => `.${letter}${i}{fill:${colour}}`))
    .join('');
}

function levels(stops: string[]): string[] {
  return Array.from({ length: LEVELS }, (_, i) => {
    const place = (i / (LEVELS - 1)) * (stops.length - 1);
    const below = Math.min(Math.floor(place), stops.length - 2);
    return mixed(stops[below], stops[below + 1], place - below);
  });
}

function mixed(from: string, to: string, share: number): string {
  const part = (colour: string, i: number) => Number.parseInt(colour.slice(1 + 2 * i, 3 + 2 * i), 16);
  const channels = [0, 1, 2].map((i) => Math.round(part(from, i) + (part(to, i) - part(from, i)) * share));
  return `#${channels.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`;
}
