/** The files of a new exercise verify as they stand, whatever tensors it takes. */
import { cpSync, mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { findCourse, PACKAGE_ROOT, pathsOf } from '../course/course.ts';
import { InputError } from '../course/input-error.ts';
import { HostPool } from '../subject/host-pool.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { prove } from './prove.ts';
import { skeleton, tensorsNamed } from './skeleton.ts';

const PATIENT = 120_000;
const cpu = new HostPool({ backend: 'cpu' });
afterAll(() => cpu.stop());

/** A course that has just this new exercise. */
function courseOf(id: string, takes: string) {
  const { stub, solution, reference, spec, grader, mistakes } = skeleton(id, takes);
  const root = temporaryFolder({
    [`exercises/${id}.ts`]: stub,
    [`solutions/${id}.ts`]: solution,
    [`reference/${id}.ts`]: reference,
    [`graders/${id}.yaml`]: spec,
    [`graders/${id}.ts`]: grader,
    [`graders/${id}.mistakes.ts`]: mistakes,
  });
  for (const path of ['exercises/arguments.ts', 'kit/author', 'package.json'])
    cpSync(join(PACKAGE_ROOT, path), join(root, path), { recursive: true });
  symlinkSync(join(PACKAGE_ROOT, 'node_modules'), join(root, 'node_modules'));
  return findCourse(root);
}

describe('a new exercise', () => {
  it.each(['scores_BHTS', 'q_BHTD,k_BHSD,v_BHSV', 'x_BTM,w_MV'])(
    'that takes %s is proven as it stands',
    async (takes) => {
      const course = await courseOf('01-x/row-mean', takes);
      mkdirSync(dirname(pathsOf(course, '01-x/row-mean').fixture), { recursive: true });
      const proof = await prove(course, '01-x/row-mean', { hosts: new Map([['cpu', cpu]]), cpu, update: true });
      expect(proof.problems).toEqual([]);
      expect(proof.mistakes.length).toBeGreaterThanOrEqual(6);
    },
    PATIENT,
  );
});

it.each([
  ['q', '"q" is not a tensor'],
  ['q_bhtd', 'is not a tensor'],
  ['', 'is not a tensor'],
  ['q_TD,q_SD', '"q" is there twice'],
  ['q_TT', 'has an axis twice'],
  ['q_BHTDEN', 'more than 5 axes'],
])('the tensors "%s" are refused', (takes, message) => {
  expect(() => tensorsNamed(takes)).toThrow(InputError);
  expect(() => tensorsNamed(takes)).toThrow(message);
});
