import { copyFile, readFile, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NAMED_TTA, PLAIN } from '../../common/ensemble.ts';
import { inFoldOf } from '../../common/features.ts';
import type { ScanResult, ScanSettings, ScanState } from '../../common/scan.ts';
import { openDataset } from '../../main/engine/dataset/open.ts';
import { Cancelled, InputError } from '../../main/engine/errors.ts';
import { membersFor } from '../../main/engine/inference/ensemble.ts';
import { planesFile, readPlanes } from '../../main/engine/inference/results/planes.ts';
import { openResults, type Results } from '../../main/engine/inference/results/results.ts';
import { scanDataset, type ScanOptions } from '../../main/engine/inference/scan.ts';
import { projectOf, type Project } from '../../main/engine/project.ts';
import { COLORS, type ShapesOptions } from '../support/dataset.ts';
import { hashesOf, makeJob, type Job } from '../support/job.ts';
import { writePointwiseModel } from '../support/onnx.ts';

const root = join(import.meta.dirname, '..', '..');
const worker = join(root, 'main', 'engine', 'inference', 'worker.ts');
const dyingWorker = join(root, 'tests', 'support', 'dying-worker.ts');

let job: Job;
let project: Project;
let results: Results;

async function begin(options?: ShapesOptions): Promise<void> {
  job = await makeJob(options);
  project = await projectOf(job.folder, join(job.place, 'project'));
  results = await openResults(project);
}

beforeEach(() => begin());
afterEach(() => {
  delete process.env.WINNOW_TEST_DEADLY;
  delete process.env.WINNOW_TEST_ONCE;
  return job.remove();
});

async function scan(change: Partial<ScanSettings> = {}, options: Partial<ScanOptions> = {}): Promise<ScanResult> {
  const settings: ScanSettings = {
    ...PLAIN,
    models: [job.models],
    folds: null,
    tta: NAMED_TTA.hflip,
    device: 'cpu',
    processes: 2,
    ...change,
  };
  const dataset = await openDataset(job.folder, {});
  return scanDataset(dataset, project, settings, { results, workerFile: worker, ...options });
}

/** Everything a scan found, in an order that does not depend on which process was faster. */
async function found() {
  const rows = [...results.all()].sort((a, b) => a.sample.localeCompare(b.sample));
  const planes = await Promise.all(rows.map(({ sample }) => readPlanes(project, results.scan ?? '', sample)));
  return rows.map((row, i) => ({ row, planes: planes[i]?.planes, cases: planes[i]?.cases }));
}

describe('a scan', () => {
  it('proposes what is really there and finds what is labelled wrong, without touching the dataset', async () => {
    const before = await hashesOf(job.folder);
    const states: ScanState[] = [];
    const result = await scan({}, { onProgress: (state) => states.push(state) });
    expect(result).toMatchObject({ scanned: 12, cached: 0, failed: 0, provider: 'cpu', findings: [] });
    for (const { row, planes, cases } of await found()) {
      const truth = job.shapes.truth.get(row.sample) ?? new Uint8Array();
      const right = truth.filter((value, i) => planes?.label[i] === value).length / truth.length;
      expect(right, row.sample).toBeGreaterThan(0.97);
      expect(row.heldOut).toBe(true);
      expect(cases?.map(({ rle: _rle, ...one }) => one)).toEqual(row.cases);
      const wrong = row.labelled && Number(row.sample.slice(1)) % 2 === 1;
      if (wrong) expect(row.cases[0], row.sample).toMatchObject({ given: 2, proposed: 1 });
      expect(results.confidence(row.sample) !== null).toBe(!row.labelled);
    }
    expect(result.cases).toBe([...results.all()].reduce((sum, { cases }) => sum + cases.length, 0));
    expect(states.at(-1)).toMatchObject({ total: 12, scanned: 12, provider: 'cpu', secondsLeft: 0 });
    expect(await hashesOf(job.folder)).toEqual(before);
  });

  it('looks at cases a second time with a model that trained on them, which moves scores and nothing else', async () => {
    for (const window of [null, { size: 48, overlap: 0.5, blend: 'hann', keep: 1 } as const]) {
      await scan({ window, inFold: 0 });
      const once = await found();
      await scan({ window });
      const twice = await found();
      const rest = (cases: (typeof once)[number]['cases']) =>
        cases?.map(({ id, rle, passes }) => ({ id, rle, passes })).sort((a, b) => a.id.localeCompare(b.id));
      for (const [i, { row, planes, cases }] of twice.entries()) {
        expect(planes, row.sample).toEqual(once[i].planes);
        expect(rest(cases)).toEqual(rest(once[i].cases));
        for (const { features } of once[i].row.cases) expect(inFoldOf(features)).toBeNull();
        for (const { features } of row.cases) expect(inFoldOf(features)?.trained, row.sample).toBeGreaterThan(0);
      }
      const scores = (all: typeof once) => all.flatMap(({ row }) => row.cases.map(({ score }) => score));
      expect(scores(twice).length).toBeGreaterThan(3);
      expect(scores(twice)).not.toEqual(scores(once));
    }
  });

  it('does nothing twice: not when it is run again, and not when only the times of files differ', async () => {
    await scan();
    const first = await found();
    const [sample] = [...job.shapes.given.keys()];
    const file = planesFile(project, results.scan ?? '', sample);
    const { mtimeMs } = await stat(file);
    await utimes(join(job.folder, 'images', `${sample}.jpg`), new Date(), new Date());
    expect(await scan()).toMatchObject({ scanned: 0, cached: 12, failed: 0 });
    expect((await stat(file)).mtimeMs).toBe(mtimeMs);
    expect(await found()).toEqual(first);
    // The new times are known by now: not even the bytes are looked at again.
    expect(await scan()).toMatchObject({ scanned: 0, cached: 12, provider: null });
  });

  it('does again what changed, and only that', async () => {
    await scan();
    await copyFile(join(job.folder, 'masks', 's000.png'), join(job.folder, 'masks', 's002.png'));
    expect(await scan()).toMatchObject({ scanned: 1, cached: 11 });
    expect(results.scanned).toBe(12);
  });

  it('keeps what it did when it is cancelled, and goes on from there', async () => {
    await job.remove();
    await begin({ labelled: 20, unlabelled: 20, width: 480, height: 360 });
    const controller = new AbortController();
    const cancelled = scan(
      { processes: 1 },
      { signal: controller.signal, onProgress: ({ scanned }) => scanned >= 3 && controller.abort() },
    );
    await expect(cancelled).rejects.toBeInstanceOf(Cancelled);
    const done = results.scanned;
    expect(done).toBeGreaterThanOrEqual(3);
    expect(done).toBeLessThan(40);
    expect(await scan()).toMatchObject({ scanned: 40 - done, cached: done });
  });

  it('goes on after its last line was torn', async () => {
    await scan();
    const whole = await found();
    const file = join(project.cache, results.scan ?? '', 'results.jsonl');
    await truncate(file, (await stat(file)).size - 25);
    results = await openResults(project);
    expect(await scan()).toMatchObject({ scanned: 1, cached: 11 });
    expect(await found()).toEqual(whole);
  });

  it('brings pictures to a size that the network takes, where it does not take their own', async () => {
    await job.remove();
    await begin({ labelled: 2, unlabelled: 1, width: 80, height: 48 });
    await writePointwiseModel(join(job.models, 'fold0.onnx'), { classes: COLORS, block: 32 });
    expect(await scan()).toMatchObject({ scanned: 3, failed: 0, findings: [] });
    const [{ row, planes }] = await found();
    const truth = job.shapes.truth.get(row.sample) ?? new Uint8Array();
    expect(truth.filter((value, i) => planes?.label[i] === value).length / truth.length).toBeGreaterThan(0.9);
  });

  it('can be shared out and limited; parts make one whole', async () => {
    expect(await scan({}, { shard: [1, 3] })).toMatchObject({ scanned: 4 });
    expect(await scan({}, { shard: [3, 3], limit: 2 })).toMatchObject({ scanned: 2 });
    expect(await scan()).toMatchObject({ scanned: 6, cached: 6 });
    expect(results.scanned).toBe(12);
  });
});

describe('what fails is named, and the rest goes on', () => {
  it('a picture that is cut short, and a mask that is none', async () => {
    const [picture, mask] = [join(job.folder, 'images', 's001.jpg'), join(job.folder, 'masks', 's004.png')];
    await truncate(picture, Math.floor((await stat(picture)).size / 2));
    const bytes = await readFile(mask);
    await writeFile(mask, bytes.fill(7, 60, bytes.length - 12));
    const result = await scan();
    expect(result).toMatchObject({ scanned: 10, failed: 2 });
    expect(result.findings.map(({ file }) => file).sort()).toEqual(['images/s001.jpg', 'images/s004.jpg']);
  });

  it('a damaged model, and one with other classes', async () => {
    await writeFile(join(job.models, 'damaged.onnx'), 'no model');
    await writePointwiseModel(join(job.models, 'three.onnx'), { classes: COLORS.slice(1) });
    await writePointwiseModel(join(job.models, 'undeclared.onnx'), {
      classes: COLORS.slice(1),
      undeclared: true,
      stride: 2,
    });
    const result = await scan();
    expect(result).toMatchObject({ scanned: 12, failed: 0 });
    const problem = (name: string) => result.findings.find(({ file }) => basename(file) === name)?.problem;
    expect(problem('damaged.onnx')).toContain('Expected an ONNX model');
    expect(problem('three.onnx')).toMatch(
      /^Expected 4 classes as in the dataset or a class map, found 3 classes: .*`winnow describe .*\.$/,
    );
    expect(problem('undeclared.onnx')).toContain('4 classes');
  });

  it('no model at all is an error that says why', async () => {
    const bad = join(job.place, 'bad.onnx');
    await writeFile(bad, 'no model');
    await expect(scan({ models: [bad] })).rejects.toThrow(/bad\.onnx/);
    await expect(scan({ models: [] })).rejects.toBeInstanceOf(InputError);
    await writePointwiseModel(bad, { classes: COLORS.slice(1), undeclared: true, stride: 2 });
    await expect(scan({ models: [bad] })).rejects.toBeInstanceOf(InputError);
    await expect(scan({ folds: join(job.place, 'none.json') })).rejects.toBeInstanceOf(InputError);
  });

  it('a process that ends is replaced, and the results are those of an undisturbed run', async () => {
    await scan();
    const undisturbed = await found();
    project = await projectOf(job.folder, join(job.place, 'another'));
    results = await openResults(project);
    process.env.WINNOW_TEST_DEADLY = 's003';
    process.env.WINNOW_TEST_ONCE = join(job.place, 'once');
    expect(await scan({}, { workerFile: dyingWorker })).toMatchObject({ scanned: 12, failed: 0, findings: [] });
    expect(await found()).toEqual(undisturbed);
  });

  it('a picture that ends two processes is set aside', async () => {
    process.env.WINNOW_TEST_DEADLY = 's003';
    const result = await scan({}, { workerFile: dyingWorker });
    expect(result).toMatchObject({ scanned: 11, failed: 1 });
    expect(result.findings).toHaveLength(1);
    expect(result.findings[0].file).toBe('images/s003.jpg');
    expect(result.findings[0].problem).toContain('two inference processes');
  });
});

describe('out-of-fold rule', () => {
  const sample = (name: string, mask: string | null) => ({ name, image: `${name}.jpg`, mask, width: 1, height: 1 });
  const member = (fold: number | null) => ({ fold }) as Parameters<typeof membersFor>[0]['members'][number];
  const ensemble = {
    members: [member(0), member(1), member(1), member(null)],
    folds: new Map([
      ['a', 1],
      ['b', 7],
    ]),
  };
  const all = () => true;

  it('a labelled picture is scored only by members that did not train on it', () => {
    expect(membersFor(ensemble, sample('a', 'a.png'), all)).toEqual({ members: [1, 2], heldOut: true });
    expect(membersFor(ensemble, sample('a', 'a.png'), (i) => i !== 1)).toEqual({ members: [2], heldOut: true });
  });

  it('where there is none, by all, and that is said', () => {
    expect(membersFor(ensemble, sample('b', 'b.png'), all)).toEqual({ members: [0, 1, 2, 3], heldOut: false });
    expect(membersFor(ensemble, sample('unknown', 'c.png'), all)).toEqual({ members: [0, 1, 2, 3], heldOut: false });
  });

  it('an unlabelled picture uses all', () => {
    expect(membersFor(ensemble, sample('a', null), all).members).toEqual([0, 1, 2, 3]);
  });
});
