import type { Command } from 'commander';
import type { CaseRow } from '../../common/case.ts';
import { readCases } from '../engine/inference/results/planes.ts';
import type { Workspace } from '../engine/workspace.ts';
import { wholeNumber, type Common } from './options.ts';
import { rounded, table, type Output } from './output.ts';
import { run } from './run.ts';
import { classOf, scanned, withWorkspace } from './space.ts';

interface Options extends Common {
  top?: number;
  masks?: boolean;
}

export function casesCommand(program: Command): void {
  program
    .command('cases')
    .argument('<dataset>', 'dataset folder')
    .description('the review queue, worst first')
    .option('--top <n>', 'only the worst n', wholeNumber)
    .option('--masks', 'with the mask of each case, as COCO run lengths')
    .option('--project <dir>', 'project folder (default: DATASET/.winnow)')
    .option('--json', 'print one JSON document')
    .action((folder: string, options: Options) =>
      run((job) => withWorkspace(folder, options.project, job, (workspace) => cases(workspace, options)), options),
    );
}

async function cases(workspace: Workspace, { top, masks }: Options): Promise<Output> {
  const worst = queue(workspace).slice(0, top);
  const runLengths = masks ? await masksOf(workspace, worst) : null;
  const { classMap } = workspace.dataset;
  const json = worst.map((row) => {
    const [given, proposed] = [classOf(classMap, row.given), classOf(classMap, row.proposed)];
    return {
      ...row,
      given: given.id,
      proposed: proposed.id,
      givenName: given.name,
      proposedName: proposed.name,
      verdict: workspace.journal.verdictOf(row.id) ?? null,
      ...(runLengths && { rle: runLengths.get(row.id) ?? null }),
    };
  });
  const rows = json.map((row) => [
    row.sample,
    row.kind,
    row.givenName,
    row.proposedName,
    row.area,
    rounded(row.score),
    row.verdict ?? '',
  ]);
  return { json, text: table(['picture', 'kind', 'given', 'proposed', 'pixels', 'score', 'verdict'], rows) };
}

/** Every case, worst first; equal ones in a fixed order. */
function queue(workspace: Workspace): CaseRow[] {
  return [...scanned(workspace)]
    .flatMap((result) => result.cases)
    .sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1));
}

/** (case id) → its mask; each picture is read once. */
async function masksOf({ project, results }: Workspace, rows: CaseRow[]): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  if (results.scan === null) return found;
  const wanted = new Set(rows.map((row) => row.id));
  for (const sample of new Set(rows.map((row) => row.sample))) {
    const cases = await readCases(project, results.scan, sample);
    for (const { id, rle } of cases) if (wanted.has(id)) found.set(id, rle);
  }
  return found;
}
