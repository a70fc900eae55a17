/**
 * Submissions that try to get points without the work, or to harm the judge: a folder each, `<family>-<name>`, with the
 * families of the list that the corpus began from. `attack.yaml` says what it tries and what must come of it.
 */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';

export interface Attack {
  name: string;
  /** In a few words. */
  tries: string;
  /** What it hands in; most do softmax, the first. */
  exercise: string;
  /** Points that its honest part is worth, if it has one. */
  due: number;
  /** What a message of the report must say. */
  says: RegExp;
  /** It holds the host for so long that the grader may end it. */
  mayEndHost?: boolean;
  /** Seconds for one call, where it hangs. */
  timeout?: number;
  plant: Plant;
}

/** What cannot lie in this repository: tools would follow links, ignore node_modules and read the configurations. By path. */
interface Plant {
  files?: Record<string, string>;
  /** To where in the course they lead. */
  links?: Record<string, string>;
  /** To where on the machine they lead. */
  absolute?: Record<string, string>;
  /** Sources of so many bytes. */
  big?: Record<string, number>;
  /** Sources that are one text many times over. */
  repeated?: Record<string, { begins?: string; text: string; times: number; ends?: string }>;
}

const HERE = import.meta.dirname;
const COURSE = dirname(HERE);
/** Given to every attack, for those that look for Node's own modules, and those that speak on the pipe themselves. */
const GIVEN = ['ways-out.ts', 'forged-frames.ts'];

export const ATTACKS: Attack[] = readdirSync(HERE, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .sort()
  .map((name) => {
    const { says, plant = {}, ...rest } = parse(readFileSync(join(HERE, name, 'attack.yaml'), 'utf8'));
    return { name, exercise: '01-attention-fundamentals/softmax', says: new RegExp(says), plant, ...rest };
  });

/** Makes the attack's submission in `folder`. */
export function plantAttack({ name, plant }: Attack, folder: string): void {
  const place = (path: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    return join(folder, path);
  };
  if (existsSync(join(HERE, name, 'exercises'))) {
    cpSync(join(HERE, name, 'exercises'), join(folder, 'exercises'), { recursive: true });
    for (const file of GIVEN) cpSync(join(HERE, file), join(folder, 'exercises', file));
  }
  for (const [path, text] of Object.entries(plant.files ?? {})) writeFileSync(place(path), text);
  for (const [path, target] of Object.entries(plant.links ?? {})) symlinkSync(join(COURSE, target), place(path));
  for (const [path, target] of Object.entries(plant.absolute ?? {})) symlinkSync(target, place(path));
  for (const [path, { begins = '', text, times, ends = '' }] of Object.entries(plant.repeated ?? {}))
    writeFileSync(place(path), begins + text.repeat(times) + ends);
  for (const [path, size] of Object.entries(plant.big ?? {}))
    writeFileSync(place(path), `export const softmax = (x) => x;\n//${'x'.repeat(size)}`);
}
