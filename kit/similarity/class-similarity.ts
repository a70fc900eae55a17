/** A class's folder in, its like pairs out. Nothing of it is run. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Unreachable, Unreadable } from '../class/entries.ts';
import { findSubmissions, type LayoutOptions } from '../class/layouts.ts';
import { withExercises } from '../class/locate.ts';
import { type Course, specOf } from '../course/course.ts';
import { type Given, givenTo } from '../course/given.ts';
import { bundleExercise } from '../grade/prepare.ts';
import type { SimilarityReport } from '../report/similarity.ts';
import { bundle, isBundleError } from '../subject/bundle.ts';
import { comparePairs, type Submitted } from './compare.ts';
import { groupsOf } from './groups.ts';
import { type SourceTokens, tokensOf } from './tokens.ts';

export interface SimilarityRequest {
  folder: string;
  course: Course;
  exercises: string[];
  /** Only pairs at least so much alike: 0 to 1. */
  above: number;
  layout?: LayoutOptions;
}

/**
 * Of several submissions of a student the last is compared; what cannot be read, or does not parse, is left out. What
 * several students handed in together is compared once, under the first one's name.
 */
export async function classSimilarity({
  folder,
  course,
  exercises,
  above,
  layout,
}: SimilarityRequest): Promise<SimilarityReport> {
  const groups = groupsOf(findSubmissions(folder, layout));
  const submitted = new Map<string, Submitted[]>(exercises.map((id) => [id, []]));
  const given = new Map(exercises.map((id) => [id, givenTo(course, id, specOf(course, id))]));
  const scratch = mkdtempSync(join(tmpdir(), 'kit-similarity-'));
  try {
    for (const { students, submission, partners } of groups) {
      const [student] = students;
      await withExercises(join(folder, submission), scratch, async ({ folder: root }) => {
        for (const id of exercises) {
          const tokens = await tokensIn(root, id, student, given.get(id));
          if (tokens) submitted.get(id)?.push({ student, partners, tokens });
        }
      }).catch((error) => {
        if (!(error instanceof Unreadable || error instanceof Unreachable)) throw error;
      });
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  const compared = [];
  for (const [id, ones] of submitted) {
    const stub = await tokensIn(course.root, id, 'stub', given.get(id));
    const known = await givenTokens(given.get(id) ?? {});
    compared.push(comparePairs(id, ones, stub ? [stub, ...known] : known, above));
  }
  return {
    schema: 'attention-kit/similarity/v1',
    submissions: groups.length,
    groups: groups.map(({ students }) => students).filter(({ length }) => length > 1),
    pairs: compared
      .flatMap(({ pairs, summary }) => pairs.map((pair) => ({ pair, above: pair.similarity - summary.usual })))
      .sort((a, b) => b.above - a.above || b.pair.similarity - a.pair.similarity || b.pair.longest - a.pair.longest)
      .map(({ pair }) => pair),
    exercises: compared.map(({ summary }) => summary),
  };
}

async function tokensIn(root: string, id: string, name: string, given?: Given): Promise<SourceTokens | null> {
  const bundled = await bundleExercise(root, id, given);
  return isBundleError(bundled) ? null : tokensOf(name, bundled, `${id}.ts`);
}

/** The stub's bundle has only what the stub uses of them. */
async function givenTokens(given: Given): Promise<SourceTokens[]> {
  const all = Object.entries(given).map(async ([path, file]) => {
    const within = file.slice(0, -path.length - 1);
    const bundled = await bundle({ entry: file, within, given });
    return isBundleError(bundled) ? [] : [tokensOf(path, bundled, path)];
  });
  return (await Promise.all(all)).flat();
}
