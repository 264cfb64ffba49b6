import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PLAIN } from '../../common/ensemble.ts';
import type { ScanSettings } from '../../common/scan.ts';
import { openDataset } from '../../main/engine/dataset/open.ts';
import { openEnsemble } from '../../main/engine/inference/ensemble.ts';
import { Held } from '../../main/engine/inference/held.ts';
import type { FromWorker, Plan, Task } from '../../main/engine/inference/protocol.ts';
import type { Load } from '../../main/engine/inference/sessions.ts';
import { startWork } from '../../main/engine/inference/work.ts';
import { makeJob } from '../support/job.ts';
import { load as loadOnCpu } from '../support/ort.ts';

const task = (id: number, members: number[]): Task => ({
  ...{ id, members, heldOut: true, size: null, known: null },
  sample: { name: `${id}`, image: `${id}.png`, mask: `${id}.png`, width: 4, height: 3 },
});

describe('what was said of measured pictures', () => {
  const made = (bytes: number) => ({ planes: new Uint8Array(bytes).fill(7), votes: null });

  it('is there once, for the same picture, bytes and members alone', () => {
    const held = new Held();
    held.keep(task(0, [1, 2]), 'hash', made(48));
    expect(held.take(task(0, [1]), 'hash')).toBeNull();
    expect(held.take(task(0, [1, 2]), 'another')).toBeNull();
    expect(held.take(task(9, [1, 2]), 'hash')).toBeNull();
    expect(held.take(task(0, [1, 2]), 'hash')?.planes[47]).toBe(7);
    expect(held.take(task(0, [1, 2]), 'hash')).toBeNull();
  });

  it('is given back at once where it would take too much memory', () => {
    const held = new Held();
    const [large, small] = [made(200e6), made(48)];
    held.keep(task(0, [0]), 'large', large);
    held.keep(task(1, [0]), 'small', small);
    expect([held.take(task(0, [0]), 'large'), large.planes.length]).toEqual([null, 0]);
    expect(held.take(task(1, [0]), 'small')?.planes.length).toBe(48);
  });
});

it('a picture that was measured is not run again when it is scanned', async () => {
  const job = await makeJob({ labelled: 2, unlabelled: 0 });
  try {
    const dataset = await openDataset(job.folder, {});
    const settings: ScanSettings = { ...PLAIN, models: [job.models], folds: null, device: 'cpu', processes: 1 };
    const { members, record } = await openEnsemble(dataset, settings);
    const plan: Plan = {
      ...{ folder: job.folder, cache: join(job.place, 'cache'), scan: record.key, classMap: dataset.classMap },
      ...{ members, tta: PLAIN.tta, merge: PLAIN.merge, window: null, providers: ['cpu'], check: null },
    };
    let pictures = 0;
    const load: Load = async (graph, provider) => {
      const session = await loadOnCpu(graph, provider);
      const run: typeof session.run = (feeds) => {
        if (feeds['winnow.pixels']?.dims[2] === dataset.samples[0].width) pictures++;
        return session.run(feeds);
      };
      return { ...session, run };
    };
    const heard: FromWorker[] = [];
    const ended = (count: number) => expect.poll(() => heard.filter((one) => 'id' in one).length).toBe(count);
    const work = startWork(plan, load, (message) => heard.push(message));
    const asked = { members: [0], heldOut: true, size: null, known: null, sampled: true };
    const [measured, other] = dataset.samples;
    work.add({ id: 0, sample: measured, ...asked, measure: true });
    await ended(1);
    expect(pictures).toBe(1);
    work.add({ id: 1, sample: measured, ...asked });
    await ended(2);
    expect(pictures).toBe(1);
    work.add({ id: 2, sample: other, ...asked });
    await ended(3);
    expect(pictures).toBe(2);
    expect(heard.flatMap((one) => ('id' in one ? one.type : []))).toEqual(['measured', 'done', 'done']);
  } finally {
    await job.remove();
  }
});
