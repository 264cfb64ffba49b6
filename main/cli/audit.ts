import type { Command } from 'commander';
import type { Bulk } from '../../common/audit.ts';
import type { Estimate } from '../../common/expected.ts';
import { stoppingOf } from '../../common/stopping.ts';
import { wilson } from '../../common/wilson.ts';
import { auditOf, listBulks } from '../engine/audit.ts';
import { reviewedOf } from '../engine/reviewed.ts';
import type { Workspace } from '../engine/workspace.ts';
import { wholeNumber, type Common } from './options.ts';
import { facts, percent, rounded, table, type Output } from './output.ts';
import { run, UsageError } from './run.ts';
import { withWorkspace } from './space.ts';

interface Options extends Common {
  action?: string;
  sample?: number;
}

export function auditCommand(program: Command): void {
  program
    .command('audit')
    .argument('<dataset>', 'dataset folder')
    .description('what was decided many at once, how much of it was found right, and how many errors are left')
    .option('--action <id>', 'with --sample: one of them')
    .option('--sample <n>', 'its first n cases of a random order that is always the same', wholeNumber)
    .option('--project <dir>', 'project folder (default: DATASET/.winnow)')
    .option('--json', 'print one JSON document')
    .action((folder: string, options: Options) =>
      run((job) => {
        const tell = chosen(options);
        return withWorkspace(folder, options.project, job, tell);
      }, options),
    );
}

function chosen({ action, sample }: Options): (workspace: Workspace) => Promise<Output> {
  if (action !== undefined && sample !== undefined) return (workspace) => sampleOf(workspace, action, sample);
  if (action === undefined && sample === undefined) return overview;
  throw new UsageError('Expected --action ID together with --sample N, or neither.');
}

async function overview(workspace: Workspace): Promise<Output> {
  const bulks = (await listBulks(workspace)).map(measured);
  const left = await leftOf(workspace);
  const rows = bulks.map(({ action, text, expected, judged, precision, live }) => [
    action,
    text + (live ? '' : ' (rolled back)'),
    expected === null ? '–' : percent(expected),
    judged,
    precision ? `${percent(precision.share)} (${percent(precision.low)} to ${percent(precision.high)})` : '–',
  ]);
  const list = bulks.length
    ? table(['action', 'what', 'expected right', 'judged', 'found right (95 %)'], rows)
    : 'Nothing was decided many at once.';
  const head = facts([
    ['reviewed one by one', left.reviewed],
    ['errors found', left.found],
    ['errors left in the queue', `${Math.round(left.left.expected)} (${left.left.low} to ${left.left.high})`],
    [
      'share found',
      left.share ? `${percent(left.share.expected)} (${percent(left.share.low)} to ${percent(left.share.high)})` : '–',
    ],
  ]);
  return { json: { bulks, ...left }, text: `${head}\n\n${list}` };
}

function measured({ id, judged, right, items, expected, leastScore, ...rest }: Bulk) {
  const { low, high } = wilson(right, judged, items);
  const precision = judged ? { share: rounded(right / judged), low: rounded(low), high: rounded(high) } : null;
  return {
    ...{ action: id, items, judged, right, precision },
    expected: expected === null ? null : rounded(expected),
    leastScore: leastScore === null ? null : rounded(leastScore),
    ...rest,
  };
}

async function leftOf(workspace: Workspace) {
  const { seen, found, left, share } = stoppingOf(await reviewedOf(workspace));
  return { reviewed: seen, found, left: roundedOf(left), share: share && roundedOf(share) };
}

const roundedOf = ({ expected, low, high }: Estimate): Estimate => ({
  expected: rounded(expected),
  low: rounded(low),
  high: rounded(high),
});

async function sampleOf(workspace: Workspace, action: string, count: number): Promise<Output> {
  const { bulk, cases } = await auditOf(workspace, action, count);
  const rows = cases.map(({ case: id, sample, score, right, verdict }) => [
    id,
    sample,
    rounded(score),
    right === null ? '' : right ? 'right' : 'wrong',
    verdict ?? 'open',
  ]);
  const list = table(['case', 'picture', 'score', 'judged', 'verdict'], rows);
  return { json: { ...measured(bulk), cases }, text: `${bulk.text}\n\n${list}` };
}
