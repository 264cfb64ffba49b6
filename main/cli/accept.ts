import type { Command } from 'commander';
import { listBulks } from '../engine/audit.ts';
import { acceptCases, acceptPseudo } from '../engine/decide.ts';
import { coverage } from '../engine/pseudo/thresholds.ts';
import type { Workspace } from '../engine/workspace.ts';
import { classThreshold, confidence, share, type Common } from './options.ts';
import { facts, percent, rounded, table, type Output } from './output.ts';
import { shareOf } from './shares.ts';
import { run, UsageError, type Run } from './run.ts';
import { author, scanned, withWorkspace } from './space.ts';
import { checkWays, chooseThreshold, type ThresholdOptions } from './thresholds.ts';

interface Options extends Common, ThresholdOptions {
  cases?: boolean;
  minScore?: number;
  learned?: boolean;
  ignore?: boolean;
  pseudo?: boolean;
}

export function acceptCommand(program: Command): void {
  program
    .command('accept')
    .argument('<dataset>', 'dataset folder')
    .description('takes many proposals at once')
    .option('--cases', 'the proposal in every undecided case from --min-score up')
    .option('--min-score <s>', 'with --cases: 0 to 1', share)
    .option('--learned', 'with --cases: by the score that verdicts on single cases made of that of the scan')
    .option('--ignore', 'with --cases: make them ignore pixels instead of taking the proposal')
    .option('--pseudo', 'a pseudo-label for every scanned unlabelled picture; pixels under the threshold become ignore')
    .option('--threshold <t>', 'with --pseudo: one for all classes, 0 to 1', share)
    .option(
      '--class-threshold <name=t>',
      'with --pseudo: of one class, or NAME=none to keep nothing of it; any number of times',
      classThreshold,
    )
    .option('--share <p>', 'with --pseudo: by class, such that this share of every class is kept', confidence)
    .option('--precision <p>', 'with --pseudo: by class, such that this share agrees with held-out labels', confidence)
    .option('--floor <t>', 'with --share and --precision: no threshold below it (default: 0.5)', confidence)
    .option('--project <dir>', 'project folder (default: DATASET/.winnow)')
    .option('--json', 'print one JSON document')
    .action((folder: string, options: Options) =>
      run((job) => {
        const accept = chosen(options, job);
        return withWorkspace(folder, options.project, job, accept);
      }, options),
    );
}

function chosen(options: Options, job: Run): (workspace: Workspace) => Promise<Output> {
  const { cases, minScore, ignore = false, learned = false, pseudo } = options;
  const ways = checkWays(options);
  if (cases && !pseudo && !ways && minScore !== undefined)
    return (workspace) => takeCases(workspace, minScore, { ignore, learned });
  if (pseudo && !cases && !ignore && !learned && ways) return (workspace) => takePseudo(workspace, options, job);
  throw new UsageError(
    'Expected either --cases --min-score S (and --learned, --ignore) or --pseudo with --threshold T, --class-threshold NAME=T, --share P or --precision P.',
  );
}

async function takeCases(
  workspace: Workspace,
  minScore: number,
  { ignore, learned }: { ignore: boolean; learned: boolean },
): Promise<Output> {
  scanned(workspace);
  const { accepted, pixels, action, problems } = await acceptCases(
    workspace,
    author,
    minScore,
    ignore ? 'ignore' : 'accept',
    learned ? 'verdicts' : 'scan',
  );
  const bulk = action === null ? undefined : (await listBulks(workspace)).find(({ id }) => id === action);
  const expected = bulk?.expected == null ? null : rounded(bulk.expected);
  const totals = facts([
    [ignore ? 'ignored cases' : 'accepted cases', accepted],
    ['pixels', pixels],
    ...(expected === null ? [] : [['expected right', percent(expected)] satisfies [string, string]]),
    ...(action === null ? [] : [['action', action] satisfies [string, string]]),
  ]);
  return { json: { accepted, pixels, action, expected, problems }, text: [totals, ...problems].join('\n') };
}

async function takePseudo(workspace: Workspace, options: ThresholdOptions, job: Run): Promise<Output> {
  const { threshold, expected } = await chooseThreshold(workspace, options, job);
  const kept = coverage(workspace, threshold, null);
  const action = kept.samples ? (await acceptPseudo(workspace, author, threshold, null)).id : null;
  const rows = Object.entries(kept.byClass).map(([name, part]) => [
    name,
    kept.thresholds[name]?.toFixed(3) ?? 'none',
    shareOf(part),
    ...(expected ? [shareOf(expected[name])] : []),
  ]);
  const head = facts([
    ['pictures', kept.samples],
    ['kept', percent(kept.keptFraction)],
    ...(action === null ? [] : [['action', action] satisfies [string, string]]),
  ]);
  const columns = ['class', 'threshold', 'kept', ...(expected ? ['expected right'] : [])];
  return { json: { ...kept, ...(expected && { expected }), action }, text: `${head}\n\n${table(columns, rows)}` };
}
