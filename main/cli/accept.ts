import type { Command } from 'commander';
import { listBulks } from '../engine/audit.ts';
import { acceptCases, acceptPseudo } from '../engine/decide.ts';
import { coverage } from '../engine/pseudo/thresholds.ts';
import type { Workspace } from '../engine/workspace.ts';
import { share, type Common } from './options.ts';
import { facts, percent, rounded, table, type Output } from './output.ts';
import { run, UsageError } from './run.ts';
import { author, scanned, withWorkspace } from './space.ts';

interface Options extends Common {
  cases?: boolean;
  minScore?: number;
  ignore?: boolean;
  pseudo?: boolean;
  threshold?: number;
}

export function acceptCommand(program: Command): void {
  program
    .command('accept')
    .argument('<dataset>', 'dataset folder')
    .description('takes many proposals at once')
    .option('--cases', 'the proposal in every undecided case from --min-score up')
    .option('--min-score <s>', 'with --cases: 0 to 1', share)
    .option('--ignore', 'with --cases: make them ignore pixels instead of taking the proposal')
    .option('--pseudo', 'a pseudo-label for every scanned unlabelled picture; pixels under --threshold become ignore')
    .option('--threshold <t>', 'with --pseudo: 0 to 1', share)
    .option('--project <dir>', 'project folder (default: DATASET/.winnow)')
    .option('--json', 'print one JSON document')
    .action((folder: string, options: Options) =>
      run((job) => {
        const accept = chosen(options);
        return withWorkspace(folder, options.project, job, accept);
      }, options),
    );
}

function chosen({
  cases,
  minScore,
  ignore = false,
  pseudo,
  threshold,
}: Options): (workspace: Workspace) => Promise<Output> {
  if (cases && !pseudo && minScore !== undefined) return (workspace) => takeCases(workspace, minScore, ignore);
  if (pseudo && !cases && !ignore && threshold !== undefined) return (workspace) => takePseudo(workspace, threshold);
  throw new UsageError('Expected either --cases --min-score S (and --ignore) or --pseudo --threshold T.');
}

async function takeCases(workspace: Workspace, minScore: number, ignore: boolean): Promise<Output> {
  scanned(workspace);
  const { accepted, pixels, action, problems } = await acceptCases(
    workspace,
    author,
    minScore,
    ignore ? 'ignore' : 'accept',
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

async function takePseudo(workspace: Workspace, threshold: number): Promise<Output> {
  const kept = coverage(workspace, threshold, null);
  if (kept.samples) await acceptPseudo(workspace, author, threshold, null);
  const rows = Object.entries(kept.byClass).map(([name, part]) => [name, part === null ? '–' : percent(part)]);
  const head = facts([
    ['pictures', kept.samples],
    ['kept', percent(kept.keptFraction)],
  ]);
  return { json: kept, text: `${head}\n\n${table(['class', 'kept'], rows)}` };
}
