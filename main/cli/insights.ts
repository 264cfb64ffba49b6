import type { Command } from 'commander';
import type { Insights } from '../../common/insights.ts';
import { measureInsights } from '../engine/insights/insights.ts';
import type { Common } from './options.ts';
import { facts, percent, table } from './output.ts';
import { countWith } from './progress.ts';
import { run } from './run.ts';
import { recallOf, shareOf } from './shares.ts';
import { withWorkspace } from './space.ts';

/** Confusions and folders printed; JSON holds all. */
const ROWS = 10;

export function insightsCommand(program: Command): void {
  program
    .command('insights')
    .argument('<dataset>', 'dataset folder')
    .description('what the scan and the given labels say about each other')
    .option('--project <dir>', 'project folder (default: DATASET/.winnow)')
    .option('--json', 'print one JSON document')
    .action((folder: string, options: Common) =>
      run(
        (job) =>
          withWorkspace(folder, options.project, job, async (workspace) => {
            const onProgress = countWith(job.progress, 'Measuring');
            const insights = await measureInsights(workspace, { signal: job.signal, onProgress });
            const { classes } = workspace.dataset.classMap;
            const named = insights.classes.map((one) => ({ ...classes[one.class], ...one }));
            const names = classes.map(({ name }) => name);
            return { json: { ...insights, classes: named }, text: text(insights, names) };
          }),
        options,
      ),
    );
}

const text = (insights: Insights, names: string[]): string =>
  [summary(insights, names), classes(insights, names), confusions(insights, names), folders(insights)]
    .filter((part) => part)
    .concat(insights.findings.map(({ file, problem }) => `${file}: ${problem}`))
    .join('\n\n');

function summary(insights: Insights, names: string[]): string {
  const { samples, heldOut, pixels, folders, sweep, calibration } = insights;
  const [whole] = folders;
  const best = sweep?.points[sweep.bestF1];
  return facts([
    ['pictures', heldOut ? `${heldOut} held out of ${samples} labelled` : `${samples} labelled, none held out`],
    ['pixels', pixels],
    ['mean IoU', shareOf(insights.miou)],
    ['mean boundary IoU', shareOf(insights.boundaryMiou)],
    ['cases', `${whole.cases}, of which ${whole.expected.toFixed(0)} are expected to be errors`],
    ['expected noise', `${percent(whole.noise)} of the labelled pixels`],
    ...(best
      ? [
          [
            `threshold of ${names[1]}`,
            `${best.threshold.toFixed(2)}: F1 ${percent(best.f1)}, IoU ${percent(best.iou)}`,
          ] as [string, string],
        ]
      : []),
    ...(calibration
      ? [
          [
            'temperature',
            `${calibration.temperature.toFixed(2)}: ECE ${percent(calibration.before.reliability.overall.ece)} before, ${percent(calibration.after.reliability.overall.ece)} after`,
          ] as [string, string],
        ]
      : []),
  ]);
}

function classes({ classes, pixels }: Insights, names: string[]): string {
  const rows = classes.map((one) => [
    names[one.class],
    shareOf(pixels ? one.givenPixels / pixels : null),
    shareOf(pixels ? one.proposedPixels / pixels : null),
    shareOf(one.iou),
    shareOf(one.boundaryIou),
    ...one.recall.map(recallOf),
    shareOf(one.noise),
    shareOf(one.givenPixels ? one.suspects / one.givenPixels : null),
    one.threshold === null ? '–' : one.threshold.toFixed(3),
  ]);
  const sizes = ['small found', 'medium found', 'large found'];
  const header = ['class', 'given', 'proposed', 'IoU', 'boundary', ...sizes, 'noise', 'suspects', 'mean p'];
  return table(header, rows);
}

/** Which classes are taken for which, most pixels first. */
function confusions({ confusion, classes }: Insights, names: string[]): string {
  const rows = confusion
    .flatMap((row, given) => row.map((pixels, proposed) => ({ given, proposed, pixels })))
    .filter(({ given, proposed, pixels }) => given !== proposed && pixels)
    .sort((a, b) => b.pixels - a.pixels)
    .slice(0, ROWS)
    .map(({ given, proposed, pixels }) => [
      names[given],
      names[proposed],
      pixels,
      percent(pixels / classes[given].givenPixels),
    ]);
  return rows.length ? table(['given', 'proposed', 'pixels', 'of given'], rows) : '';
}

/** Subfolders, most noise first. */
function folders({ folders }: Insights): string {
  const rows = folders
    .slice(1)
    .sort((a, b) => b.noise - a.noise)
    .slice(0, ROWS)
    .map(({ folder, samples, cases, expected, noise }) => [
      folder,
      samples,
      cases,
      expected.toFixed(1),
      percent(noise),
    ]);
  return rows.length ? table(['folder', 'pictures', 'cases', 'expected errors', 'noise'], rows) : '';
}
