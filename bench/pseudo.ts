/**
 * Whether pseudo-labels are as right as is expected of them:
 *
 *     node bench/pseudo.ts --data DATASET --project PROJECT --truth TRUTH
 *
 * PROJECT holds a scan of which Insights were measured, TRUTH the folder of true masks of the pictures without one. For some
 * ways to choose thresholds, by class: share of the pixels kept that are right, beside what was expected.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { expectedPrecision, FLOOR, precisionThresholds, shareThresholds } from '../common/class-thresholds.ts';
import { confidenceByte } from '../common/pseudo.ts';
import { labelTable, toIndexes } from '../main/engine/dataset/labels.ts';
import { readMask } from '../main/engine/images.ts';
import { readPlanes } from '../main/engine/inference/results/planes.ts';
import { recallInsights } from '../main/engine/insights/insights.ts';
import { JointCounts } from '../main/engine/measures/joint-counts.ts';
import { closeWorkspace, openWorkspace } from '../main/engine/workspace.ts';

const { values } = parseArgs({
  options: { data: { type: 'string' }, project: { type: 'string' }, truth: { type: 'string' } },
});
const { data, project, truth } = values;
if (!data || !project || !truth) throw new Error('Expected --data DATASET --project PROJECT --truth TRUTH.');

const workspace = await openWorkspace(data, project);
const { dataset, results } = workspace;
const insights = await recallInsights(workspace);
if (results.scan === null || !insights?.heldOut) throw new Error('Expected a scan measured by `winnow insights`.');
const { classes } = dataset.classMap;

const counts = new JointCounts(classes.length);
const table = labelTable(dataset.classMap);
for (const { name, mask } of dataset.samples) {
  const found = mask ? null : await readPlanes(workspace.project, results.scan, name);
  if (found) counts.add(found.planes, toIndexes(await readMask(join(truth, `${name}.png`)), table));
}
await closeWorkspace(workspace);

/** Pixels of a class from a threshold up, right and in all. */
function keptOf(k: number, threshold: number | null): [right: number, all: number] {
  if (threshold === null) return [0, 0];
  const from = (agrees: boolean) =>
    counts
      .proposed(k, agrees)
      .subarray(confidenceByte(threshold))
      .reduce((a, b) => a + b, 0);
  const right = from(true);
  return [right, right + from(false)];
}

const percent = (part: number, whole: number) => (whole ? ((100 * part) / whole).toFixed(1) : '–').padStart(7);
const ways: Record<string, (number | null)[]> = {
  'one threshold of 0.9': classes.map(() => 0.9),
  'one threshold of 0.5': classes.map(() => 0.5),
};
for (const share of [0.5, 0.2]) ways[`share ${share}`] = shareThresholds(results.histogram, share, FLOOR);
for (const precision of [0.95, 0.9, 0.8])
  ways[`precision ${precision}`] = precisionThresholds(insights.classes, precision, FLOOR);

for (const [way, thresholds] of Object.entries(ways)) {
  const kept = thresholds.map((threshold, k) => keptOf(k, threshold));
  const proposed = classes.map((_, k) => keptOf(k, 0)[1]);
  const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);
  const [right, all] = [sum(kept.map(([one]) => one)), sum(kept.map(([, one]) => one))];
  console.log(`\n${way}: kept ${percent(all, sum(proposed))} %, right ${percent(right, all)} %`);
  console.log('                 from    kept   right  expected');
  classes.forEach(({ name }, k) => {
    const least = thresholds[k];
    const expected = least === null ? null : expectedPrecision(insights.classes[k], least);
    const cells = [
      percent(kept[k][1], proposed[k]),
      percent(...kept[k]),
      percent(expected ?? 0, expected === null ? 0 : 1),
    ];
    console.log(`${name.padEnd(14)}${(least?.toFixed(3) ?? 'none').padStart(7)} ${cells.join(' ')}`);
  });
}
