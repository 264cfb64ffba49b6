import type { Command } from 'commander';
import { acceptPseudo, decide } from '../engine/decide.ts';
import { pseudoSummary } from '../engine/pseudo/thresholds.ts';
import type { Workspace } from '../engine/workspace.ts';
import { confidenceByte, CONFIDENCE_BINS } from '../../common/pseudo.ts';
import { queue } from './cases.ts';
import { share, type Common } from './options.ts';
import { facts, percent, table, type Output } from './output.ts';
import { run, UsageError } from './run.ts';
import { author, scanned, withWorkspace } from './space.ts';

interface Options extends Common {
  cases?: boolean;
  minScore?: number;
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

function chosen({ cases, minScore, pseudo, threshold }: Options): (workspace: Workspace) => Promise<Output> {
  if (cases && !pseudo && minScore !== undefined) return (workspace) => acceptCases(workspace, minScore);
  if (pseudo && !cases && threshold !== undefined) return (workspace) => acceptLabels(workspace, threshold);
  throw new UsageError('Expected either --cases --min-score S or --pseudo --threshold T.');
}

async function acceptCases(workspace: Workspace, minScore: number): Promise<Output> {
  const open = queue(workspace).filter((row) => row.score >= minScore && !workspace.journal.verdictOf(row.id));
  const ids = open.map((row) => row.id);
  if (ids.length) await decide(workspace, author, 'accept', ids);
  const json = { accepted: ids.length, pixels: open.reduce((sum, row) => sum + row.area, 0) };
  return {
    json,
    text: facts([
      ['accepted cases', json.accepted],
      ['pixels', json.pixels],
    ]),
  };
}

async function acceptLabels(workspace: Workspace, threshold: number): Promise<Output> {
  scanned(workspace);
  const { scanned: samples, histogram } = pseudoSummary(workspace);
  if (samples) await acceptPseudo(workspace, author, threshold, null);
  const first = Math.floor((confidenceByte(threshold) * CONFIDENCE_BINS) / 256);
  const sum = (bins: number[], from = 0) => bins.slice(from).reduce((a, b) => a + b, 0);
  const ratio = (kept: number, all: number) => (all ? kept / all : 0);
  const kept = histogram.map((bins) => sum(bins, first));
  const all = histogram.map((bins) => sum(bins));
  const names = workspace.dataset.classMap.classes.map(({ name }) => name);
  const byClass = Object.fromEntries(names.map((name, i) => [name, ratio(kept[i], all[i])]));
  const json = { samples, keptFraction: ratio(sum(kept), sum(all)), byClass };
  const rows = Object.entries(byClass).map(([name, fraction]) => [name, percent(fraction)]);
  const head = facts([
    ['pictures', samples],
    ['kept', percent(json.keptFraction)],
  ]);
  return { json, text: `${head}\n\n${table(['class', 'kept'], rows)}` };
}
