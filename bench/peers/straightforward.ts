import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { NAMED_TTA, PLAIN } from '../../common/ensemble.ts';
import { openDataset } from '../../main/engine/dataset/open.ts';
import { openResults } from '../../main/engine/inference/results/results.ts';
import { scanDataset } from '../../main/engine/inference/scan.ts';
import { projectOf } from '../../main/engine/project.ts';
import { median } from '../median.ts';

/**
 * A scan beside the Python one writes in an afternoon, on the same labelled pictures with the same model and flip: both
 * from files to labels, confidence and picture score, the scan with its cases and files on disk besides. End to end: from
 * the start of the processes to their end, on either side; what a picture takes Python once it has started stands beside.
 *
 *     node bench/peers/straightforward.ts MODEL DATASET [--limit N] [--repeat N] [--python python3]
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    limit: { type: 'string', default: '150' },
    repeat: { type: 'string', default: '5' },
    python: { type: 'string', default: 'python3' },
  },
});
const [model, data] = positionals.map((path) => resolve(path));
if (!model || !data) throw new Error('Expected MODEL and DATASET.');
const limit = Number(values.limit);
const here = import.meta.dirname;

/** Seconds a picture, start and all, and once it has started. */
function straightforward(): { whole: number; started: number } {
  const script = join(here, 'straightforward.py');
  const began = performance.now();
  const out = execFileSync(values.python, [script, model, data, '--limit', String(limit)], { encoding: 'utf8' });
  const { pictures, seconds } = JSON.parse(out) as { pictures: number; seconds: number };
  return { whole: (performance.now() - began) / 1000 / pictures, started: seconds };
}

/** Seconds a picture, start of the processes and all. */
async function scan(): Promise<number> {
  const began = performance.now();
  const whole = await openDataset(data, {});
  const samples = whole.samples.filter(({ mask }) => mask !== null).slice(0, limit);
  const folder = await mkdtemp(join(tmpdir(), 'winnow-peers-'));
  try {
    const project = await projectOf(data, folder);
    const results = await openResults(project);
    const settings = {
      ...PLAIN,
      models: [model],
      folds: null,
      inFold: 0,
      tta: NAMED_TTA.hflip,
      device: 'cpu',
      processes: null,
    } as const;
    const workerFile = join(here, '..', '..', 'out', 'main', 'worker.js');
    const { scanned } = await scanDataset(
      { ...whole, samples },
      project,
      { ...settings, models: [model] },
      { results, workerFile },
    );
    return (performance.now() - began) / 1000 / scanned;
  } finally {
    await rm(folder, { recursive: true });
  }
}

const rounds: { python: ReturnType<typeof straightforward>; winnow: number }[] = [];
for (let i = 0; i < Number(values.repeat); i++) rounds.push({ python: straightforward(), winnow: await scan() });
const milliseconds = (seconds: number[]) => (1000 * median(seconds)).toFixed(1);
console.table([
  {
    'Python, ms a picture': milliseconds(rounds.map(({ python }) => python.whole)),
    'once it has started': milliseconds(rounds.map(({ python }) => python.started)),
    'Winnow, ms a picture': milliseconds(rounds.map(({ winnow }) => winnow)),
    'times as fast': median(rounds.map(({ python, winnow }) => python.whole / winnow)).toFixed(2),
  },
]);
