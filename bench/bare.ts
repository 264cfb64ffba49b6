import { readFileSync } from 'node:fs';
import { InferenceSession, Tensor } from 'onnxruntime-node';

/** What a bare process is asked for: each model at one size, over and over for so many seconds. */
export interface BareJob {
  files: string[];
  width: number;
  height: number;
  seconds: number;
}

/** Seconds of each run, by model: on the clock, and of processor time. */
export type BareTimes = Record<string, { wall: number[]; cpu: number[] }>;

async function measure({ files, width, height, seconds }: BareJob): Promise<BareTimes> {
  const pixels = Float32Array.from({ length: 3 * width * height }, (_, i) => ((i * 7919) % 511) / 128 - 2);
  const input = new Tensor('float32', pixels, [1, 3, height, width]);
  const sessions = await Promise.all(files.map((file) => InferenceSession.create(readFileSync(file), options)));
  const times: BareTimes = Object.fromEntries(files.map((file) => [file, { wall: [], cpu: [] }]));
  for (const session of sessions) await session.run({ [session.inputNames[0]]: input });
  process.send?.('warm');
  await new Promise((go) => process.once('message', go));
  const end = performance.now() + seconds * 1000;
  // Several runs of one model in a row, as in a scan, where one member serves many pictures.
  while (performance.now() < end)
    for (const [i, session] of sessions.entries())
      for (let n = 0; n < 5; n++) {
        const [began, cpuBegan] = [performance.now(), process.cpuUsage()];
        await session.run({ [session.inputNames[0]]: input });
        const { user, system } = process.cpuUsage(cpuBegan);
        times[files[i]].wall.push((performance.now() - began) / 1000);
        times[files[i]].cpu.push((user + system) / 1e6);
      }
  return times;
}

/** The same as in an inference process of a scan. */
const options: InferenceSession.SessionOptions = {
  executionProviders: ['cpu'],
  graphOptimizationLevel: 'all',
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  logSeverityLevel: 3,
  extra: { session: { intra_op: { allow_spinning: '0' } } },
};

process.once('message', (job: BareJob) => {
  void measure(job).then((times) => process.send?.(times));
});
