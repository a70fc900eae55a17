/** Opens a file in the reader's own program for it. */

/** Where there is a desktop, and the reader is at it. */
export function hasDesktop({ env, platform }: Pick<NodeJS.Process, 'env' | 'platform'> = process): boolean {
  if (env.CI) return false;
  return platform !== 'linux' || Boolean(env.DISPLAY || env.WAYLAND_DISPLAY);
}

/** A file that does not open is not a failure: whoever calls this has printed its name. */
export async function openFile(file: string, options: { app?: { name: string } } = {}): Promise<void> {
  const { default: open } = await import('open');
  const child = await open(file, options).catch(() => null);
  child?.on('error', () => {});
}
