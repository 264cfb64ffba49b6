import { basename, join } from 'node:path';
import { labelTable, readGiven, toIndexes } from '../../main/engine/dataset/labels.ts';
import { openDataset } from '../../main/engine/dataset/open.ts';
import { readMask, readPicture } from '../../main/engine/images.ts';
import { readPlanes } from '../../main/engine/inference/results/planes.ts';
import { openResults } from '../../main/engine/inference/results/results.ts';
import { findRegions, measure, type Candidate } from '../../main/engine/noise/candidates.ts';
import { linearMargin, terms, type Terms } from '../../main/engine/noise/probability.ts';
import { setScene } from '../../main/engine/noise/scene.ts';
import { projectOf } from '../../main/engine/project.ts';
import { errorsOf, readListed, wrongPixels } from './errors.ts';
import { SMALLEST_ERROR } from './report.ts';

export interface GatheredCandidate {
  candidate: Candidate;
  terms: Terms;
  /** log-odds by the linear model */
  linear: number;
  /** at least half of its pixels are wrongly labelled */
  right: boolean;
  /** errors of the picture it covers, as indexes into its list */
  covers: number[];
}

export interface GatheredPicture {
  size: number;
  diagonal: number;
  wrong: boolean;
  errors: { kind: string }[];
  candidates: GatheredCandidate[];
}

/** Every candidate of every labelled picture of a scan, beside the truth: `truth` holds masks/ and, if known, errors.json. */
export async function gather(data: string, projectFolder: string, truth: string): Promise<GatheredPicture[]> {
  const dataset = await openDataset(data);
  const project = await projectOf(data, projectFolder);
  const results = await openResults(project);
  if (results.scan === null) throw new Error(`Expected a scan in ${projectFolder}, found none.`);
  const table = labelTable(dataset.classMap);
  const listed = await readListed(truth);
  const gathered: GatheredPicture[] = [];
  for (const { sample: name } of results.all()) {
    const sample = dataset.byName.get(name);
    const stored = sample?.mask ? await readPlanes(project, results.scan, name) : null;
    if (!sample?.mask || !stored) continue;
    const { given } = await readGiven(dataset, sample);
    const picture = await readPicture(join(dataset.folder, sample.image));
    const wrong = wrongPixels(given, toIndexes(await readMask(join(truth, 'masks', basename(sample.mask))), table));
    const errors = errorsOf(name, wrong, sample.width, listed).filter(({ area }) => area >= SMALLEST_ERROR);
    const scene = setScene(stored.planes, given, dataset.classMap.classes.length, picture.data);
    const candidates = findRegions(scene).map((region): GatheredCandidate => {
      const candidate = measure(scene, region);
      const { evidence } = candidate;
      const named = terms(evidence, scene.diagonal);
      const right = pixelsIn(candidate, wrong) >= evidence.area / 2;
      const covers = right
        ? errors.flatMap(({ mask, area }, e) => (pixelsIn(candidate, mask) >= 0.3 * area ? [e] : []))
        : [];
      return {
        candidate,
        terms: named,
        linear: linearMargin(named),
        right,
        covers,
      };
    });
    const { diagonal } = scene;
    gathered.push({
      size: given.length,
      diagonal,
      wrong: wrong.includes(1),
      errors: errors.map(({ kind }) => ({ kind })),
      candidates,
    });
  }
  return gathered;
}

function pixelsIn({ components: { first, start, end }, index }: Candidate, map: Uint8Array): number {
  let pixels = 0;
  for (let run = first[index]; run < first[index + 1]; run++) {
    for (let i = start[run]; i < end[run]; i++) pixels += map[i];
  }
  return pixels;
}
