import type { Components } from '../masks/components.ts';
import { usualConfusion } from './confusions.ts';
import { Tally, type Scene } from './tally.ts';

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
  const { classes } = scene.confusions;
  const { first, start, end } = components;
  const area = components.area[c];
  const tally = new Tally(classes);
  let left = width;
  let right = 0;
  fillRegion(scene.mask, components, c, 1);
  for (let run = first[c]; run < first[c + 1]; run++) {
    const y = Math.floor(start[run] / width);
    left = Math.min(left, start[run] - y * width);
    right = Math.max(right, end[run] - y * width);
    tally.addRun(scene, y, start[run], end[run]);
  }
  fillRegion(scene.mask, components, c, 0);
  const top = Math.floor(start[first[c]] / width);
  const bottom = Math.floor(start[first[c + 1] - 1] / width) + 1;
  const [given] = commonest(tally.confusions, classes, (one, other) => one * classes + other);
  const [proposed, votes] = commonest(tally.confusions, classes, (one, other) => other * classes + one);
  return {
    area,
    bbox: [left, top, right - left, bottom - top],
    given,
    proposed,
    pGiven: tally.pGiven / area / 255,
    agreement: votes / area,
    disagreement: tally.disagreement / area / 255,
    contrast: tally.inner ? tally.innerRatio / tally.inner : tally.ratio / area,
    thickness: (2 * area) / tally.sides,
    givenGoesOn: tally.givenGoesOn / Math.max(1, tally.seen),
    proposedGoesOn: tally.proposedGoesOn / Math.max(1, tally.seen),
    unquestioned: tally.unquestioned / Math.max(1, tally.seen),
    usual: usualConfusion(scene.confusions, tally.confusions, given, proposed),
  };
}

/** Sets the mask to `value` in component `c`. */
export function fillRegion(mask: Uint8Array, { first, start, end }: Components, c: number, value: number): void {
  for (let run = first[c]; run < first[c + 1]; run++) mask.fill(value, start[run], end[run]);
}

/** The class with most pixels, and how many, where `at` tells the place of (class, other class). */
function commonest(confusions: Float64Array, classes: number, at: (one: number, other: number) => number) {
  let best = 0;
  let most = -1;
  for (let one = 0; one < classes; one++) {
    let pixels = 0;
    for (let other = 0; other < classes; other++) pixels += confusions[at(one, other)];
    if (pixels > most) [best, most] = [one, pixels];
  }
  return [best, most] as const;
}
