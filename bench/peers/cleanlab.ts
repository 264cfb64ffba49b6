import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { median } from '../median.ts';
import { layOut, openScanned } from './cleanlab/stored.ts';
import type { Found, Measured } from './cleanlab/winnow.ts';

/**
 * Winnow beside cleanlab's two calls for segmentation, on the probabilities a scan has stored (docs/peers.md): whether
 * both say the same, and what it takes. Each side runs in a process of its own, on one thread. cleanlab's has all
 * probabilities in memory before its clock starts; Winnow's reads its files as it goes, and finds cases besides.
 *
 *     node bench/peers/cleanlab.ts --data DATASET --project PROJECT [--python python3] [--limit N]… [--repeat N]
 *       [--network FOLD0.onnx --network FOLD1.onnx …]
 *
 * With networks, one of each fold in folds.json, cleanlab is also given what these themselves say, not rounded to bytes.
 */
const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    project: { type: 'string' },
    python: { type: 'string', default: 'python3' },
    limit: { type: 'string', multiple: true, default: ['100', '468'] },
    repeat: { type: 'string', default: '3' },
    network: { type: 'string', multiple: true, default: [] },
  },
});
const { data, project, python } = values;
if (!data || !project) throw new Error('Expected --data DATASET --project PROJECT.');

type Peer = Measured & { calls: Record<string, number> };

const here = join(import.meta.dirname, 'cleanlab');
const env = { ...process.env, UV_THREADPOOL_SIZE: '1', OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' };
const folder = await mkdtemp(join(tmpdir(), 'winnow-peers-'));
try {
  await layOut(await openScanned(data, project), folder, values.network.length ? await readFolds(data) : {});
  const limits = values.limit.map(Number).sort((a, b) => a - b);
  const rows = [];
  for (const limit of limits) rows.push(await compare(limit, limit === limits.at(-1)));
  console.table(rows);
} finally {
  await rm(folder, { recursive: true });
}

/** `check`: compares what both find as well. */
async function compare(limit: number, check: boolean) {
  const rounds: { peer: Peer; own: Measured }[] = [];
  for (let i = 0; i < Number(values.repeat); i++) {
    const options = ['--limit', String(limit), ...(check && i === 0 ? ['--check'] : [])];
    const peer = await run<Peer>(python, [join(here, 'peer.py'), folder, ...options]);
    const own = await run<Measured>(process.execPath, [
      ...[join(here, 'winnow.ts'), '--data', String(data), '--project', String(project)],
      ...options,
    ]);
    if (peer.pictures !== own.pictures)
      throw new Error(`Expected as many pictures on both sides, found ${peer.pictures} and ${own.pictures}.`);
    if (check && i === 0) agree(peer, own, values.network.length ? await unrounded(limit) : undefined);
    rounds.push({ peer, own });
  }
  const of = (read: (round: (typeof rounds)[number]) => number) => median(rounds.map(read));
  const pictures = rounds[0].own.pictures;
  const perPicture = (seconds: number) => Number(((1000 * seconds) / pictures).toFixed(1));
  const megabytes = (bytes: number) => Math.round(bytes / 1e6);
  return {
    pictures,
    'cleanlab scores, ms': perPicture(of(({ peer }) => peer.calls.get_label_quality_scores)),
    'cleanlab issues, ms': perPicture(of(({ peer }) => peer.calls.find_label_issues)),
    'cleanlab, ms': perPicture(of(({ peer }) => peer.seconds)),
    'Winnow, ms': perPicture(of(({ own }) => own.seconds)),
    share: Number(of(({ peer, own }) => own.seconds / peer.seconds).toFixed(2)),
    'cleanlab, ms of the processor': perPicture(of(({ peer }) => peer.cpu)),
    'Winnow, ms of the processor': perPicture(of(({ own }) => own.cpu)),
    'share of that': Number(of(({ peer, own }) => own.cpu / peer.cpu).toFixed(2)),
    'cleanlab, MB': megabytes(of(({ peer }) => peer.peak)),
    'Winnow, MB': megabytes(of(({ own }) => own.peak)),
  };
}

async function readFolds(dataset: string): Promise<Record<string, number>> {
  return JSON.parse(await readFile(join(dataset, 'folds.json'), 'utf8')) as Record<string, number>;
}

function unrounded(limit: number): Promise<Peer> {
  const script = [join(here, 'peer.py'), folder, '--limit', String(limit)];
  return run<Peer>(python, [...script, '--check', '--networks', ...values.network]);
}

async function run<Output>(command: string, args: string[]): Promise<Output> {
  const { stdout } = await promisify(execFile)(command, args, { env, maxBuffer: 1 << 26 });
  return JSON.parse(stdout) as Output;
}

/** Shows how far both are apart; fails where they should not be. */
function agree(peer: Measured, own: Measured, unrounded?: Measured): void {
  const farthest = (a: readonly (number | null)[], b: readonly (number | null)[]) =>
    Math.max(...a.map((value, i) => Math.abs((value ?? -1) - (b[i] ?? -1))));
  const row = (ours: Found | undefined, theirs: Found | undefined) => {
    if (!ours || !theirs) throw new Error('Expected results of both sides to compare, found none.');
    return {
      'softmin differs by': farthest(ours.softmin, theirs.softmin),
      'thresholds differ by': farthest(ours.thresholds, theirs.thresholds),
      'Winnow, suspects': ours.suspects,
      'cleanlab, suspects': theirs.suspects,
    };
  };
  const rows = {
    'ignored pixels as certain ones': row(own.whole, peer.whole),
    'labelled pixels alone': row(own.labelled, peer.labelled),
  };
  console.table({
    ...rows,
    ...(unrounded && { 'labelled pixels alone, cleanlab without rounding': row(own.labelled, unrounded.labelled) }),
  });
  for (const found of Object.values(rows))
    if (found['softmin differs by'] > 1e-6 || found['thresholds differ by'] > 1e-6) process.exitCode = 1;
}
