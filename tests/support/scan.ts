import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { FEATURES } from '../../common/features.ts';
import type { CaseDetail } from '../../common/case.ts';
import { PLAIN } from '../../common/ensemble.ts';
import { rleArea, splitRle, wholeRle } from '../../common/rle.ts';
import { countConfidence } from '../../main/engine/inference/results/histogram.ts';
import { toLine } from '../../main/engine/inference/results/line.ts';
import { packPlanes, planesFile, writePlanes } from '../../main/engine/inference/results/planes.ts';
import { scanFolder, writeRecord, type ScanRecord } from '../../main/engine/inference/results/record.ts';
import { openLineWriter } from '../../main/engine/inference/results/tail.ts';
import type { Workspace } from '../../main/engine/workspace.ts';
import type { Shapes } from './dataset.ts';

/**
 * Leaves the cache as a scan by perfect models would: the truth is proposed everywhere, with confidence 200 on the ground
 * and 240 on shapes; one case for each class that is labelled as another. `scoreOf`: 0..1, of the cases in their order.
 */
export async function pretendScan(
  { dataset, project, results }: Workspace,
  shapes: Shapes,
  scan = 'scan1',
  scoreOf = (n: number): number => 0.85 - 0.05 * n,
) {
  const { width, height } = shapes;
  const classes = dataset.classMap.classes;
  const members: ScanRecord['members'] = [
    {
      file: '/models/fold0.onnx',
      name: 'fold0',
      fold: 0,
      ...{ layout: 'nchw', output: 'output', size: null, multiple: 1, weight: 1, sizes: [null], classMap: null },
      activation: 'logits',
      preprocessing: { channels: 'rgb', scale: 1 / 255, mean: [0, 0, 0], std: [1, 1, 1] },
      sha256: 'ab'.repeat(32),
    },
  ];
  await writeRecord(project, {
    ...PLAIN,
    ...{ version: 3, key: scan, classes: classes.map(({ id }) => id), members },
  });
  const lines = await openLineWriter(join(scanFolder(project, scan), 'results.jsonl'));
  let made = 0;
  for (const { name } of dataset.samples) {
    const label = shapes.truth.get(name) ?? new Uint8Array(width * height);
    const given = shapes.given.get(name);
    const confidence = label.map((value) => (value ? 240 : 200));
    const pGiven = label.map((value, i) => (given ? (value === given[i] ? 250 : 5) : 255));
    const parts =
      given && splitRle(wholeRle(width, height), width, height, (i) => (label[i] === given[i] ? -1 : label[i]));
    const cases = [...(parts ?? [])].map(([proposed, rle]): CaseDetail => {
      const score = scoreOf(made++);
      const id = createHash('sha256').update(`${name} ${proposed}`).digest('hex').slice(0, 16);
      const numbers = { area: rleArea(rle), score, pGiven: 0.02, agreement: 1, disagreement: 0, displacement: 5 };
      const features = FEATURES.map((_, i) => i / 8);
      const row = { id, sample: name, kind: 'wrong-class', given: 2, proposed, bbox: [0, 0, width, height] } as const;
      return { ...row, bbox: [...row.bbox], ...numbers, features, heldOut: true, passes: null, rle };
    });
    const bytes = Buffer.concat([label, confidence, new Uint8Array(label.length), pGiven]);
    await writePlanes(planesFile(project, scan, name), packPlanes(bytes, { sample: name, width, height, cases }));
    const facts = { sample: name, score: cases.length ? 0.9 : 0, softmin: 1, labelled: !!given, heldOut: true };
    const histogram = given ? {} : { confidence: countConfidence(label, confidence, classes.length) };
    await lines.append(
      JSON.stringify(toLine({ ...facts, width, height, cases }, { stat: '', hash: '', ...histogram })),
    );
  }
  await lines.close();
  await results.use(scan);
}
