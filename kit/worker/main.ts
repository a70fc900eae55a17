/** A worker: a process that judges submissions, one at a time, for the supervisor that started it. */
import { gradeOne, type Job } from '../class/grade-one.ts';
import type { GraderWorker } from '../class/graders.ts';
import { findCourse } from '../course/course.ts';
import { MaterialsCache } from '../judge/materials.ts';
import { HostPool } from '../subject/host-pool.ts';
import { endWithParent } from './orphan-watch.ts';

const ALIVE_EVERY_MS = 1000;
/** A grader that has grown beyond this judges no further submission: whatever it keeps is not worth its memory. */
const WHOLE_BYTES = 1024 ** 3;

type Said = GraderWorker['says'];
type Heard = GraderWorker['hears'];

let judgeOne: ((job: Job) => Promise<Said>) | undefined;

async function start({ courseRoot, hosts: options, work }: GraderWorker['config']): Promise<Said> {
  const course = await findCourse(courseRoot);
  const hosts = new HostPool({ ...options, keepStandby: true });
  const tools = { course, cache: new MaterialsCache(course), hosts };
  const { backend, isolation } = await hosts.get();
  judgeOne = async (job) => {
    const result = await gradeOne(work, job, tools, (note) => say({ op: 'note', note }));
    await hosts.keepIfWhole();
    return { op: 'done', result, whole: process.memoryUsage().rss < WHOLE_BYTES };
  };
  return { op: 'ready', ready: { backend, isolation } };
}

process.on('message', async (message: Heard) => {
  try {
    if (message.op === 'start') say(await start(message.config));
    else if (judgeOne) say(await judgeOne(message.job));
  } catch (error) {
    const { name, message } = error as Error;
    say({ op: 'failed', name, message });
  }
});

function say(message: Said): void {
  if (process.connected) process.send?.(message);
}

// Its host ends with it, and the sandboxes with the host.
process.on('disconnect', () => process.exit(0));
setInterval(() => say({ op: 'alive' }), ALIVE_EVERY_MS);
endWithParent();
