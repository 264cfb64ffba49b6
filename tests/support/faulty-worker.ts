import { listen } from '../../main/engine/inference/device/listen.ts';
import type { Load } from '../../main/engine/inference/sessions.ts';
import { load as loadOnCpu } from './ort.ts';

/**
 * A double of an inference process on a machine with devices it does not have: every provider is the CPU in disguise, with
 * the faults that WINNOW_TEST_FAULTS names, as JSON {provider: fault}:
 * - ends: the process is killed while the first graph is loaded, as by a driver that crashes
 * - wrong: labels are moved on by one class
 * - slow: a run takes 60 ms longer
 * - large: runs of pictures wider than 100 pixels fail for want of memory
 * - once: the fifth run fails for want of memory
 * - lost: after ten runs nothing runs any more
 * - dies: the process is killed by pictures wider than 100 pixels
 */
const faults = JSON.parse(process.env.WINNOW_TEST_FAULTS ?? '{}') as Record<string, string>;

/** Width of the blank picture on which a member is asked whether it runs at all. */
const BLANK = 256;

let runs = 0;

const load: Load = async (graph, provider) => {
  const fault = faults[provider];
  if (fault === 'ends') process.kill(process.pid, 'SIGKILL');
  const session = await loadOnCpu(graph, 'cpu');
  return {
    ...session,
    async run(feeds) {
      const width = feeds['winnow.pixels']?.dims[2] ?? 0;
      const wide = width > 100 && width !== BLANK;
      if (fault === 'dies' && wide) process.kill(process.pid, 'SIGKILL');
      runs++;
      if ((fault === 'large' && wide) || (fault === 'lost' && runs > 10) || (fault === 'once' && runs === 5))
        throw new Error('Out of memory, as told.');
      if (fault === 'slow') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60);
      const out = await session.run(feeds);
      const planes = out['winnow.planes'];
      if (fault === 'wrong' && planes)
        for (let i = 0; i < planes.data.length / 4; i++) planes.data[i] = (Number(planes.data[i]) + 1) % 4;
      return out;
    },
  };
};

listen(load);
