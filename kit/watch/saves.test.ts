import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { type Save, watchSaves } from './saves.ts';

const ID = '01-x/a';

it('a save that empties the file first and fills it later is told of again once it is filled', async () => {
  const root = temporaryFolder({ [`exercises/${ID}.ts`]: 'old' });
  const file = join(root, `exercises/${ID}.ts`);
  const saves: Save[] = [];
  const { ready, stop } = watchSaves({ root, exercises: [ID] }, (save) => {
    saves.push(save);
    // So soon after the first change, chokidar does not tell of another.
    if (saves.length === 1) writeFileSync(file, 'export const whole = 1;');
  });
  try {
    await ready;
    writeFileSync(file, '');
    await vi.waitFor(() => expect(saves.length).toBeGreaterThan(1), { timeout: 10_000 });
    expect(saves.map(({ written }) => written)).toEqual([[ID], [ID]]);
  } finally {
    stop();
  }
});
