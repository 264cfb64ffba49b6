import { FEATURES } from '../../common/features.ts';
import { PLAIN } from '../../common/ensemble.ts';
import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CONFIDENCE_BINS } from '../../common/pseudo.ts';
import { countConfidence } from '../../main/engine/inference/results/histogram.ts';
import { toLine, type ResultLine } from '../../main/engine/inference/results/line.ts';
import {
  packPlanes,
  planesFile,
  readCases,
  readPlanes,
  writePlanes,
} from '../../main/engine/inference/results/planes.ts';
import { writeRecord } from '../../main/engine/inference/results/record.ts';
import { openResults } from '../../main/engine/inference/results/results.ts';
import { openLineWriter } from '../../main/engine/inference/results/tail.ts';
import { projectOf, type Project } from '../../main/engine/project.ts';
import type { CaseDetail, SampleResult } from '../../common/case.ts';
import { makeTemporary } from '../support/dataset.ts';
import { noise } from '../support/random.ts';

const SCAN = 'abcd';
let project: Project;
let remove: () => Promise<void>;
let file: string;

beforeEach(async () => {
  const temporary = await makeTemporary();
  remove = temporary.remove;
  project = await projectOf(temporary.folder);
  await mkdir(project.cache, { recursive: true });
  await writeRecord(project, { ...PLAIN, version: 3, key: SCAN, classes: [0, 1, 2], members: [] });
  file = join(project.cache, SCAN, 'results.jsonl');
});
afterEach(() => remove());

function result(sample: string, cases = 2): SampleResult {
  const row = (n: number) => ({
    id: (n + 1).toString(16).padStart(16, '0'),
    sample,
    kind: 'missing' as const,
    given: 0,
    proposed: 2,
    bbox: [n, 2, 30, 40] as [number, number, number, number],
    area: 700,
    score: 0.123456,
    pGiven: 0.25,
    agreement: 0.875,
    disagreement: 0.0625,
    displacement: 4.5,
    passes: { seeing: n % 11, of: 10 },
    features: FEATURES.map((_, i) => i / 8 - 0.5),
    heldOut: true,
  });
  return {
    sample,
    score: 0.5,
    softmin: 0.003,
    labelled: true,
    heldOut: true,
    width: 100,
    height: 80,
    cases: Array.from({ length: cases }, (_, n) => row(n)),
  };
}

const source = { stat: '1@2 none', hash: 'h' };
const text = (line: ResultLine) => `${JSON.stringify(line)}\n`;
const lineOf = (sample: string, cases?: number) => toLine(result(sample, cases), source);
const unlabelled = (sample: string, confidence: number[]) =>
  toLine({ ...result(sample, 0), labelled: false, score: 0, softmin: 1 }, { ...source, confidence });

describe('results of a scan', () => {
  it('are read where passes were not counted, as an earlier version left them', async () => {
    const { passes, ...old } = lineOf('old.png');
    expect(passes).toEqual({ of: 10, seeing: [0, 1] });
    await writeFile(file, text(old));
    expect((await openResults(project)).get('old.png')?.cases).toEqual(
      result('old.png').cases.map((row) => ({ ...row, passes: null })),
    );
  });

  it('are read where a later version knows more of a case', async () => {
    const line = lineOf('a', 1030);
    const later = { ...line, cases: line.cases.map((tuple) => [...tuple, 0.5, 0.25]) } as ResultLine;
    await appendFile(file, text(later));
    expect((await openResults(project)).get('a')).toEqual(result('a', 1030));
  });

  it('come back as they were found, in the order they were made', async () => {
    await writeFile(file, ['b', 'a', 'c'].map((name) => text(lineOf(name))).join(''));
    const results = await openResults(project);
    expect(results.scan).toBe(SCAN);
    expect([...results.all()]).toEqual(['b', 'a', 'c'].map((name) => result(name)));
    expect(results.get('a')).toEqual(result('a'));
    expect(results.source('a')).toMatchObject(source);
    const page = results.page(0, 2);
    expect(page.rows.map(({ sample }) => sample)).toEqual(['b', 'a']);
    expect(page).toMatchObject({ next: 2, more: true });
    expect(results.page(page.next, 2)).toMatchObject({ next: 3, more: false });
  });

  it('of a picture scanned again replace what was known, without moving others', async () => {
    await writeFile(file, text(lineOf('a')) + text(lineOf('b')) + text(lineOf('a', 1)));
    const results = await openResults(project);
    expect(results.get('a')?.cases.length).toBe(1);
    expect([...results.all()].map(({ sample }) => sample)).toEqual(['b', 'a']);
    expect(results.count).toBe(3);
    expect(results.scanned).toBe(2);
    expect(results.page(1, 10).rows.map(({ sample }) => sample)).toEqual(['b', 'a']);
  });

  it('are picked up when another process appends, and only once their line is whole', async () => {
    const results = await openResults(project);
    let told = 0;
    const stop = results.onChange(() => told++);
    const whole = text(lineOf('ä'));
    await appendFile(file, whole + text(lineOf('b')).slice(0, 30));
    await results.refresh();
    expect(results.count).toBe(1);
    await appendFile(file, text(lineOf('b')).slice(30));
    await writeFile(join(project.cache, SCAN, 'results-2-of-3.jsonl'), text(lineOf('c')));
    await results.refresh();
    expect([...results.all()].map(({ sample }) => sample).sort()).toEqual(['b', 'c', 'ä']);
    expect(results.line('ä')?.sample).toBe('ä');
    expect(told).toBe(2);
    stop();
    await appendFile(file, text(lineOf('d')));
    await results.refresh();
    expect(told).toBe(2);
  });

  it('survive a torn last line: it is skipped, and what follows is whole', async () => {
    await writeFile(file, text(lineOf('a')) + text(lineOf('b')).slice(0, -20));
    const writer = await openLineWriter(file);
    await Promise.all(['c', 'd'].map((name) => writer.append(JSON.stringify(lineOf(name)))));
    await writer.close();
    const results = await openResults(project);
    expect([...results.all()].map(({ sample }) => sample)).toEqual(['a', 'c', 'd']);
  });

  it('count confidence by class over all unlabelled pictures, each once', async () => {
    const [first, second, third] = [
      [0, 5, CONFIDENCE_BINS + 3, 7],
      [0, 2],
      [2 * CONFIDENCE_BINS + 127, 9],
    ];
    await writeFile(file, text(unlabelled('u', first)) + text(unlabelled('v', second)) + text(unlabelled('u', third)));
    const results = await openResults(project);
    expect(results.histogram.map((bins) => bins.reduce((a, b) => a + b))).toEqual([2, 0, 9]);
    expect(results.histogram[2][127]).toBe(9);
    expect(results.confidence('u')?.[127]).toBe(9);
    expect(results.sampleHistogram('v')?.[0][0]).toBe(2);
    expect(results.confidence('nobody')).toBeNull();
  });

  it('hold ten thousand pictures without holding their objects', async () => {
    const lines = Array.from({ length: 10_000 }, (_, i) => text(lineOf(`p${i}`, 8)));
    await writeFile(file, lines.join(''));
    const results = await openResults(project);
    expect(results.scanned).toBe(10_000);
    expect(results.get('p9999')).toEqual(result('p9999', 8));
  });
});

describe('planes', () => {
  it('come back as they went, with the cases', async () => {
    const [width, height] = [31, 17];
    const random = noise(3);
    const bytes = Uint8Array.from({ length: 4 * width * height }, () => 256 * random());
    const cases: CaseDetail[] = result('x/y').cases.map((row) => ({ ...row, rle: '0a' }));
    await writePlanes(planesFile(project, SCAN, 'x/y'), packPlanes(bytes, { sample: 'x/y', width, height, cases }));
    const found = await readPlanes(project, SCAN, 'x/y');
    expect(found?.planes.label).toEqual(bytes.subarray(0, width * height));
    expect(found?.planes.pGiven).toEqual(bytes.subarray(3 * width * height));
    expect(found?.cases).toEqual(cases);
    expect(await readCases(project, SCAN, 'x/y')).toEqual(cases);
  });

  it('that are missing or damaged are none', async () => {
    expect(await readPlanes(project, SCAN, 'nobody')).toBeNull();
    const damaged = planesFile(project, SCAN, 'damaged');
    await writePlanes(
      damaged,
      packPlanes(new Uint8Array(400), { sample: 'damaged', width: 10, height: 10, cases: [] }).subarray(0, 60),
    );
    expect(await readPlanes(project, SCAN, 'damaged')).toBeNull();
  });

  it('count every pixel of a picture once by class and confidence', () => {
    const sparse = countConfidence(Uint8Array.of(0, 0, 2, 2), Uint8Array.of(0, 1, 254, 255), 3);
    expect(sparse).toEqual([0, 2, 2 * CONFIDENCE_BINS + 127, 2]);
  });
});
