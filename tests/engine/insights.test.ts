import { readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { IGNORE } from '../../common/dataset.ts';
import { NAMED_TTA, PLAIN } from '../../common/ensemble.ts';
import type { Insights } from '../../common/insights.ts';
import { readGiven } from '../../main/engine/dataset/labels.ts';
import { decide, undo } from '../../main/engine/decide.ts';
import { Cancelled, InputError } from '../../main/engine/errors.ts';
import { encodeMask } from '../../main/engine/images.ts';
import { planesFile, readPlanes } from '../../main/engine/inference/results/planes.ts';
import { scanFolder } from '../../main/engine/inference/results/record.ts';
import { openLineWriter } from '../../main/engine/inference/results/tail.ts';
import { scanDataset } from '../../main/engine/inference/scan.ts';
import { foldersAbove } from '../../main/engine/insights/folders.ts';
import { measureInsights, recallInsights } from '../../main/engine/insights/insights.ts';
import { createStudio } from '../../main/engine/studio.ts';
import { closeWorkspace, openWorkspace, type Workspace } from '../../main/engine/workspace.ts';
import { makeShapes, makeTemporary } from '../support/dataset.ts';
import { makeJob } from '../support/job.ts';
import { pretendScan } from '../support/scan.ts';
import { caseOf, prepare, type Prepared } from '../support/workspace.ts';

const workerFile = join(import.meta.dirname, '..', '..', 'main', 'engine', 'inference', 'worker.ts');
const [DISC, BOX] = [1, 2];

/** Pixels labelled a and proposed b, one after the other. */
function pairsOf(workspace: Workspace, maps: Iterable<[Uint8Array, Uint8Array]>): number[][] {
  const classes = workspace.dataset.classMap.classes;
  const rows = classes.map(() => classes.map(() => 0));
  for (const [given, proposed] of maps)
    given.forEach((k, i) => {
      if (k !== IGNORE) rows[k][proposed[i]]++;
    });
  return rows;
}

/** Writes the last line of a picture again, changed. */
async function writeAgain({ project, results }: Workspace, sample: string, change: { heldOut: boolean }) {
  const lines = await openLineWriter(join(scanFolder(project, results.scan ?? ''), 'results.jsonl'));
  await lines.append(JSON.stringify({ ...results.line(sample), ...change }));
  await lines.close();
}

describe('insights', () => {
  let p: Prepared;
  beforeEach(async () => {
    p = await prepare({ labelled: 6, unlabelled: 2, subfolders: true });
  });
  afterEach(() => p.remove());

  const measure = () => measureInsights(p.workspace, {});
  const wrongPixels = (sample: string) => {
    const [truth, given] = [p.shapes.truth.get(sample), p.shapes.given.get(sample)];
    return given?.filter((k, i) => k !== truth?.[i]).length ?? 0;
  };

  it('set given labels against proposals', async () => {
    const { samples, heldOut, pixels, confusion, classes, miou, boundaryMiou, findings, sweep } = await measure();
    const { given, truth, width, height } = p.shapes;
    const maps = [...given].map(([name, map]): [Uint8Array, Uint8Array] => [map, truth.get(name) ?? map]);
    expect({ samples, heldOut, pixels, findings, sweep }).toEqual({
      ...{ samples: 6, heldOut: 6, findings: [], sweep: null },
      pixels: 6 * width * height,
    });
    expect(confusion).toEqual(pairsOf(p.workspace, maps));
    const wrong = confusion[BOX][DISC];
    expect(wrong).toBeGreaterThan(0);
    expect(classes[DISC].iou).toBe(confusion[DISC][DISC] / (confusion[DISC][DISC] + wrong));
    expect(classes[0]).toMatchObject({ iou: 1, boundaryIou: 1, noise: 0, suspects: 0 });
    expect(classes[BOX].boundaryIou).toBeLessThan(1);
    expect(miou).toBeLessThan(1);
    expect(boundaryMiou).toBeLessThan(1);
    // Every second disc is labelled as a box; such a disc is an object that is not found.
    expect(classes[DISC].recall[0]).toEqual({ size: 'small', objects: 3, found: 3 });
    expect(classes[BOX].recall[0]).toEqual({ size: 'small', objects: 9, found: 6 });
    // Shapes are proposed with confidence 240, p(given) of the wrong ones is 5.
    const right = confusion[BOX][BOX];
    expect(classes[BOX].threshold).toBeCloseTo((250 * right + 5 * wrong) / (right + wrong) / 255, 12);
    expect(classes[DISC].differing.reduce((a, b) => a + b, 0)).toBe(wrong);
    expect(classes[DISC].differing[Math.floor((240 / 255) * 50)]).toBeGreaterThan(wrong / 2);
  });

  it('expect noise where cases are, and know it where they are decided', async () => {
    const { results } = p.workspace;
    const rows = [...results.all()].flatMap(({ cases }) => cases);
    const noiseOf = ({ classes }: Insights) => (classes[BOX].noise ?? NaN) * classes[BOX].givenPixels;
    const [one, two, three] = rows;
    const before = await measure();
    const expected = rows.reduce((sum, { score, area }) => sum + score * area, 0);
    expect(noiseOf(before)).toBeCloseTo(expected, 6);
    expect(before.folders[0]).toMatchObject({ folder: '', samples: 6, cases: rows.length });
    expect(before.folders[0].expected).toBeCloseTo(
      rows.reduce((sum, { score }) => sum + score, 0),
      9,
    );
    expect(before.folders[0].noise * before.pixels).toBeCloseTo(expected, 6);

    await decide(p.workspace, 'ann', 'accept', [one.id]);
    await decide(p.workspace, 'ann', 'keep', [two.id]);
    await decide(p.workspace, 'ann', 'skip', [three.id]);
    const decided = expected + (1 - one.score) * one.area - two.score * two.area;
    expect(noiseOf(await measure())).toBeCloseTo(decided, 6);
    await decide(p.workspace, 'ann', 'ignore', [two.id]);
    expect(noiseOf(await measure())).toBeCloseTo(decided + two.area, 6);
    for (let n = 0; n < 4; n++) await undo(p.workspace, 'ann', new Set(['ann']));
    expect(await measure()).toEqual(before);
  });

  it('tell folders apart, and leave out those that say nothing new', async () => {
    const { folders } = await measure();
    // Pictures lie in images/a and images/b in turn, and those in b are wrong.
    expect(folders.map(({ folder, samples }) => [folder, samples])).toEqual([
      ['', 6],
      ['images/a', 3],
      ['images/b', 3],
    ]);
    expect(folders[1]).toMatchObject({ cases: 0, expected: 0, noise: 0 });
    expect(folders[2].noise).toBeCloseTo(2 * folders[0].noise, 9);
    expect(foldersAbove('a.jpg')).toEqual(['']);
    expect(foldersAbove('images/a/b.jpg')).toEqual(['', 'images', 'images/a']);
  });

  it('count held-out pictures alone, where there are any', async () => {
    await writeAgain(p.workspace, 's001', { heldOut: false });
    const some = await measure();
    expect(some).toMatchObject({ samples: 6, heldOut: 5, pixels: 5 * 48 * 32 });
    expect(some.confusion[BOX][DISC]).toBe(wrongPixels('s003') + wrongPixels('s005'));
    expect(some.folders[0]).toMatchObject({ samples: 5, cases: 2 });
    for (const name of p.shapes.given.keys()) await writeAgain(p.workspace, name, { heldOut: false });
    expect(await measure()).toMatchObject({ samples: 6, heldOut: 0, pixels: 6 * 48 * 32 });
  });

  it('go on past what cannot be read, and count none of it', async () => {
    const { project, dataset } = p.workspace;
    await truncate(join(dataset.folder, 'masks', 'b', 's001.png'), 60);
    await rm(planesFile(project, 'scan1', 's002'));
    const { findings, pixels, folders, samples } = await measure();
    expect(findings).toEqual([
      { file: 'masks/a/s002.png', problem: expect.stringMatching(/^Expected .* found none/) as string },
      { file: 'masks/b/s001.png', problem: expect.stringMatching(/^Expected /) as string },
    ]);
    expect({ pixels, samples }).toEqual({ pixels: 4 * 48 * 32, samples: 6 });
    expect(folders[0]).toMatchObject({ samples: 4, cases: 2 });
  });

  it('look at pixels once, until there are new results', async () => {
    const first = await measure();
    await rm(planesFile(p.workspace.project, 'scan1', 's000'));
    expect(await measure()).toEqual(first);
    await writeAgain(p.workspace, 's001', { heldOut: true });
    expect((await measure()).findings).toHaveLength(1);
    const kept = join(scanFolder(p.workspace.project, 'scan1'), 'insights.json');
    await writeFile(kept, '{"version":');
    expect(await recallInsights(p.workspace)).toBeNull();
    expect((await measure()).samples).toBe(6);
  });

  it('are there again after a restart, with what was decided since', async () => {
    const first = await measure();
    const options = { version: '1', workerFile, home: p.folder, emit: () => undefined };
    const studio = createStudio(options);
    const { id } = await studio.open({ folder: p.shapes.folder });
    expect(await studio.insights({ dataset: id })).toMatchObject({ phase: 'idle', result: first });
    await studio.decide({ dataset: id, author: 'ann', verdict: 'keep', cases: [caseOf(p.workspace, 's001')] });
    await studio.close();
    const again = createStudio(options);
    await again.open({ folder: p.shapes.folder });
    const { result } = await again.insights({ dataset: id });
    expect(result?.classes[BOX].noise).toBeLessThan(first.classes[BOX].noise ?? 0);
    expect({ ...result, classes: [], folders: [] }).toEqual({ ...first, classes: [], folders: [] });
    await again.close();
  });

  it('tell how far they are, stop when asked, and leave nothing then', async () => {
    const told: number[] = [];
    const controller = new AbortController();
    const onProgress = ({ done, total }: { done: number; total: number }) => {
      told.push(done / total);
      if (told.length === 2) controller.abort();
    };
    const stopped = measureInsights(p.workspace, { signal: controller.signal, onProgress });
    await expect(stopped).rejects.toBeInstanceOf(Cancelled);
    expect(await recallInsights(p.workspace)).toBeNull();
    await measureInsights(p.workspace, { onProgress: ({ done, total }) => told.push(done / total) });
    expect(told.at(-1)).toBe(1);
  });

  it('need a scan with the classes of now', async () => {
    const { folder, remove } = await makeTemporary();
    const shapes = await makeShapes(join(folder, 'shapes'));
    const workspace = await openWorkspace(shapes.folder);
    await expect(measureInsights(workspace, {})).rejects.toThrow('scan it first');
    await pretendScan(workspace, shapes);
    workspace.dataset.classMap.classes.pop();
    await expect(measureInsights(workspace, {})).rejects.toBeInstanceOf(InputError);
    await closeWorkspace(workspace);
    await remove();
  });
});

it('insights of two classes have the best threshold', async () => {
  const { folder, remove } = await makeTemporary();
  const shapes = await makeShapes(join(folder, 'shapes'), { labelled: 4, unlabelled: 0 });
  const { width, height } = shapes;
  const binary = (map: Uint8Array) => map.map((k) => Number(k > 0));
  for (const [name, map] of shapes.given) {
    const mask = { width, height, data: binary(map), bits: 8, palette: null, alpha: null } as const;
    await writeFile(join(shapes.folder, 'masks', `${name}.png`), await encodeMask(mask));
    shapes.given.set(name, mask.data);
    // Nothing right of the middle is found.
    shapes.truth.set(name, mask.data.map((k, i) => (i % width < width / 2 ? k : 0))); // prettier-ignore
  }
  await writeFile(join(shapes.folder, 'classes.json'), JSON.stringify({ classes: ['ground', 'thing'] }));
  const workspace = await openWorkspace(shapes.folder);
  await pretendScan(workspace, shapes);
  const { sweep, classes } = await measureInsights(workspace, {});
  expect(sweep?.points[50]).toMatchObject({ precision: 1, iou: classes[1].iou });
  // Proposed ground has confidence 200, so p(1) = 55 / 255 there: below that everything is found, and much else.
  expect(sweep?.points[20]).toMatchObject({ recall: 1 });
  expect(sweep?.points[sweep.bestF1].f1).toBe(sweep?.points[50].f1);
  await closeWorkspace(workspace);
  await remove();
});

it('insights of a real scan count every pixel of it', async () => {
  const job = await makeJob();
  const workspace = await openWorkspace(job.folder);
  const { dataset, project, results } = workspace;
  const settings = { ...PLAIN, models: [job.models], folds: null, tta: NAMED_TTA.none, device: 'cpu' as const };
  await scanDataset(dataset, project, { ...settings, processes: 1 }, { results, workerFile });
  const insights = await measureInsights(workspace, {});
  const maps: [Uint8Array, Uint8Array][] = [];
  for (const row of dataset.samples.filter(({ mask }) => mask)) {
    const [{ given }, stored] = [
      await readGiven(dataset, row),
      await readPlanes(project, results.scan ?? '', row.name),
    ];
    if (stored) maps.push([given, stored.planes.label]);
  }
  expect(maps).toHaveLength(8);
  expect(insights).toMatchObject({ samples: 8, heldOut: 8, findings: [], confusion: pairsOf(workspace, maps) });
  const { classes, folders } = insights;
  expect(classes[BOX].noise).toBeGreaterThan(0.1);
  expect(classes[0].noise).toBeLessThan(0.02);
  expect(folders[0].expected).toBeGreaterThan(2);
  expect(await readdir(scanFolder(project, insights.scan))).toContain('insights.json');
  await closeWorkspace(workspace);
  await job.remove();
});
