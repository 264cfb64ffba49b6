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
 * from files to labels, confidence and picture score, the scan with its cases and files on disk besides.
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

function straightforward(): number {
  const script = join(here, 'straightforward.py');
  const out = execFileSync(values.python, [script, model, data, '--limit', String(limit)], { encoding: 'utf8' });
  return (JSON.parse(out) as { seconds: number }).seconds;
}

/** Seconds a picture, start of the processes and all. */
async function scan(): Promise<number> {
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
    const began = performance.now();
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

const rounds: { python: number; winnow: number }[] = [];
for (let i = 0; i < Number(values.repeat); i++) rounds.push({ python: straightforward(), winnow: await scan() });
console.table([
  {
    'Python, ms a picture': (1000 * median(rounds.map(({ python }) => python))).toFixed(1),
    'Winnow, ms a picture': (1000 * median(rounds.map(({ winnow }) => winnow))).toFixed(1),
    'times as fast': median(rounds.map(({ python, winnow }) => python / winnow)).toFixed(2),
  },
]);
