import type { LoadProfiled } from './profile.ts';
import type { FromWorker, ToWorker } from '../protocol.ts';
import { answerCalls } from '../runtime-process.ts';
import type { Answer, Call } from '../runtime.ts';
import type { Load } from '../sessions.ts';
import { startWork, type Work } from '../work.ts';

/** Makes this process an inference process: from here on it does what the one that started it says, until that is gone. */
export function listen(load: Load, loadProfiled?: LoadProfiled): void {
  const tell = (message: FromWorker | Answer) => {
    if (process.connected) process.send?.(message);
  };
  const answer = answerCalls(load, tell);
  let work: Work | null = null;
  process.on('message', (message: ToWorker | Call) => {
    if (message.type === 'plan') work = startWork(message.plan, load, tell, loadProfiled);
    else if (message.type === 'task') work?.add(message.task);
    else if (message.type === 'check') work?.check(message.task);
    else answer(message);
  });
  // Nobody is left to work for. A plain exit would tear down sessions that may be running.
  process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
}
