import type { Components } from '../masks/components.ts';
import { usualConfusion } from './confusions.ts';
import type { Scene } from './scene.ts';
import { Tally } from './tally.ts';

/** What one region of one picture tells about its label. Lengths are pixels, shares 0..1. */
export interface Evidence {
  area: number;
  /** x, y, width, height */
  bbox: [number, number, number, number];
  /** class index most of the region is labelled with, and the one most of it is proposed to be */
  given: number;
  proposed: number;
  /** mean p̄[given], share of pixels proposed as `proposed`, mean mutual information in bits */
  pGiven: number;
  agreement: number;
  disagreement: number;
  /** mean log-ratio of proposed to given over the pixels off the outline; over all of them where there are none */
  contrast: number;
  /** 2 · area / outline: the width of a long band, half the side of a square */
  thickness: number;
  /** share of the outline across which the given class goes on, and across which the proposed class does */
  givenGoesOn: number;
  proposedGoesOn: number;
  /** share of the outline across which the given class goes on and is proposed too */
  unquestioned: number;
  /** how usual this confusion is elsewhere in the picture: of the pixels labelled so, and of those proposed so */
  usual: { ofGiven: number; ofProposed: number };
}

/** Measures component `c`. Linear in its pixels; the scene's mask is zero again afterwards. */
export function gatherEvidence(scene: Scene, components: Components, c: number): Evidence {
  const { width } = scene.planes;
  const { first, start, end } = components;
  const area = components.area[c];
  const tally = new Tally(scene);
  let left = width;
  let right = 0;
  fillRegion(scene.mask, components, c, 1);
  for (let run = first[c]; run < first[c + 1]; run++) {
    const y = Math.floor(start[run] / width);
    left = Math.min(left, start[run] - y * width);
    right = Math.max(right, end[run] - y * width);
    tally.addRun(y, start[run], end[run]);
  }
  fillRegion(scene.mask, components, c, 0);
  const top = Math.floor(start[first[c]] / width);
  const bottom = Math.floor(start[first[c + 1] - 1] / width) + 1;
  const given = commonest(tally.given);
  const proposed = commonest(tally.proposed);
  // All of a candidate shares its given class or its proposed one, so the rarer of the two is the pair.
  const both = Math.min(tally.given[given], tally.proposed[proposed]);
  return {
    area,
    bbox: [left, top, right - left, bottom - top],
    given,
    proposed,
    pGiven: tally.pGiven / area / 255,
    agreement: tally.proposed[proposed] / area,
    disagreement: tally.disagreement / area / 255,
    contrast: tally.inner ? tally.innerRatio / tally.inner : tally.ratio / area,
    thickness: (2 * area) / tally.sides,
    givenGoesOn: tally.givenGoesOn / Math.max(1, tally.seen),
    proposedGoesOn: tally.proposedGoesOn / Math.max(1, tally.seen),
    unquestioned: tally.unquestioned / Math.max(1, tally.seen),
    usual: usualConfusion(scene.confusions, both, given, proposed),
  };
}

/** Sets the mask to `value` in component `c`. */
export function fillRegion(mask: Uint8Array, { first, start, end }: Components, c: number, value: number): void {
  for (let run = first[c]; run < first[c + 1]; run++) mask.fill(value, start[run], end[run]);
}

/** The class with most pixels. */
const commonest = (pixels: Uint32Array) => pixels.indexOf(Math.max(...pixels));
