import { join } from 'node:path';
import type { InFold } from '../../common/features.ts';
import { readPicture } from '../../main/engine/images.ts';
import { findRegions, measure, pixelsIn, type Candidate } from '../../main/engine/noise/candidates.ts';
import { lookAgain } from '../../main/engine/noise/in-fold.ts';
import { linearMargin, terms, type Terms } from '../../main/engine/noise/probability.ts';
import { setScene } from '../../main/engine/noise/scene.ts';
import { openKnown, openPlanes } from './known.ts';
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
  /** what members that trained on the picture make of it; null: none were asked */
  seen: InFold | null;
}

export interface GatheredPicture {
  name: string;
  size: number;
  diagonal: number;
  wrong: boolean;
  errors: { kind: string }[];
  candidates: GatheredCandidate[];
}

/**
 * Every candidate of every labelled picture of a scan, beside the truth: `truth` holds masks/ and, if known, errors.json.
 * `again` is a project with a scan of the same pictures by members that trained on them, if there is one.
 */
export async function gather(
  data: string,
  projectFolder: string,
  truth: string,
  again?: string,
): Promise<GatheredPicture[]> {
  const { dataset, sureness, pictures } = await openKnown(data, projectFolder, truth);
  const inFold = again === undefined ? null : await openPlanes(data, again);
  const gathered: GatheredPicture[] = [];
  for await (const picture of pictures()) {
    const { sample, given, wrong } = picture;
    const planes = await picture.planes();
    if (!planes) continue;
    const { data: rgb } = await readPicture(join(dataset.folder, sample.image));
    const errors = picture.errors().filter(({ area }) => area >= SMALLEST_ERROR);
    const scene = setScene(planes, given, dataset.classMap.classes.length, rgb, sureness);
    const { diagonal } = scene;
    const trained = await inFold?.(sample.name);
    const candidates = findRegions(scene).map((region): GatheredCandidate => {
      const candidate = measure(scene, region);
      const named = terms(candidate.evidence, scene);
      const right = pixelsIn(candidate, wrong) >= candidate.evidence.area / 2;
      const covers = right
        ? errors.flatMap(({ mask, area }, e) => (pixelsIn(candidate, mask) >= 0.3 * area ? [e] : []))
        : [];
      const seen = trained ? lookAgain(region, planes, trained, sureness) : null;
      return { candidate, terms: named, linear: linearMargin(named), right, covers, seen };
    });
    const kinds = errors.map(({ kind }) => ({ kind }));
    gathered.push({
      ...{ name: sample.name, size: given.length, diagonal, candidates },
      ...{ wrong: wrong.includes(1), errors: kinds },
    });
  }
  return gathered;
}
