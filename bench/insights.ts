/**
 * What measuring a scan costs:
 *
 *     node bench/insights.ts --data DATASET --project PROJECT [--times N]
 *
 * Looks at every picture that counts N times over (default 1), as if the dataset were as many times as large, and prints
 * processor time a picture, by part, and memory after each time.
 */
import { parseArgs } from 'node:util';
import { readGiven } from '../main/engine/dataset/labels.ts';
import { readPlanes } from '../main/engine/inference/results/planes.ts';
import { countedPictures } from '../main/engine/insights/pictures.ts';
import { InsightsTally } from '../main/engine/insights/tally.ts';
import { closeWorkspace, openWorkspace } from '../main/engine/workspace.ts';

const { values } = parseArgs({
  options: { data: { type: 'string' }, project: { type: 'string' }, times: { type: 'string', default: '1' } },
});
if (!values.data || !values.project) throw new Error('Expected --data DATASET --project PROJECT.');

const workspace = await openWorkspace(values.data, values.project);
const { scan, pictures } = await countedPictures(workspace);
const { dataset, project } = workspace;
const tally = new InsightsTally(dataset.classMap.classes.length);

/** Seconds of processor time by part, on all threads. */
const spent: Record<string, number> = {};
async function timed<T>(part: string, work: () => T | Promise<T>): Promise<T> {
  const before = process.cpuUsage();
  const result = await work();
  const { user, system } = process.cpuUsage(before);
  spent[part] = (spent[part] ?? 0) + (user + system) / 1e6;
  return result;
}

const started = performance.now();
for (let time = 1; time <= Number(values.times); time++) {
  for (const row of pictures) {
    const { given } = await timed('read the mask', () => readGiven(dataset, row));
    const stored = await timed('read the planes', () => readPlanes(project, scan, row.name));
    if (!stored) throw new Error(`Expected planes of ${row.name} in ${project.cache}, found none.`);
    const { planes } = stored;
    await timed('count classes and confidence', () => tally.learning.add(planes, given));
    await timed('boundary', () => tally.boundary.add(given, planes.label, planes.width, planes.height));
    await timed('objects', () => tally.objects.add(given, planes.label, planes.width, planes.height));
  }
  console.log(`${time * pictures.length} pictures, ${process.memoryUsage().rss >> 20} MB`);
}
const looked = pictures.length * Number(values.times);
for (const [part, seconds] of Object.entries(spent))
  console.log(`${part}: ${((1000 * seconds) / looked).toFixed(2)} ms`);
const all = Object.values(spent).reduce((a, b) => a + b, 0);
console.log(`all: ${((1000 * all) / looked).toFixed(2)} ms of processor time a picture`);
console.log(`one after the other: ${((performance.now() - started) / looked).toFixed(2)} ms a picture`);
await closeWorkspace(workspace);
