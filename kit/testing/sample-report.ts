/** Tests only: a report with something of everything. */
import type { CheckReport, Report } from '../report/report.ts';

const passed: CheckReport = {
  id: 'values/plain',
  kind: 'values',
  title: 'Each output is a weighted mean',
  status: 'pass',
  points: 2,
  maxPoints: 2,
  message: null,
  misconception: null,
  cost: null,
};

const failed: CheckReport = {
  ...passed,
  id: 'values/masks',
  title: 'A masked key gets no weight',
  status: 'fail',
  points: 0,
  maxPoints: 1,
  message: 'case "causal": out_BHTV[0,1]: expected 1, got 1.5 (1 of 2 values are wrong)\n\u001b[2Jforged',
  at: '01-x/attend.ts:12',
  misconception: { id: 'maskIgnored', feedback: 'The mask has no effect.' },
  smallest: 'B = 1, T = 2',
  picture: {
    caption: 'out_BHTV[0, …] in case "causal"',
    shape: [1, 3],
    origin: [0, 0],
    got: [1, 1.5, 1],
    want: [1, 1, 1],
    tolerance: 0.1,
  },
};

const unjudged: CheckReport = {
  ...passed,
  id: 'cost/kernels',
  kind: 'cost',
  title: 'All heads at once',
  status: 'not-judged',
  points: 0,
  maxPoints: 1,
  message: 'the host ended (SIGKILL)',
};

export const sampleReport: Report = {
  schema: 'attention-kit/report/v1',
  submission: { id: 'ada', commit: null },
  seed: 'public',
  backend: { name: 'wasm', device: 'WebAssembly with SIMD', accelerated: false },
  isolation: 'bubblewrap',
  score: 2,
  maxScore: 8,
  exercises: [
    {
      id: '01-x/attend',
      title: 'Attention',
      score: 2,
      maxScore: 5,
      problem: null,
      checks: [
        passed,
        failed,
        { ...failed, id: 'hygiene/memory', kind: 'hygiene', title: 'Leaves no tensor behind' },
        unjudged,
      ],
    },
    {
      id: '02-y/heads',
      title: 'Heads',
      score: 0,
      maxScore: 3,
      problem: '02-y/heads.ts:3: Unexpected ";"',
      checks: [{ ...failed, maxPoints: 3, misconception: null }],
    },
  ],
};
