import type { Region } from './candidates.ts';
import { presence, usualConfusion } from './confusions.ts';
import { fillRegion } from './mask.ts';
import type { Objects } from './objects.ts';
import { followOutline } from './outline.ts';
import type { Scene } from './scene.ts';
import { tallyUp } from './tally.ts';

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
  /** mean log-ratio of proposed to given, times sureness, over the pixels off the outline; over all of them where there are none */
  contrast: number;
  /** 2 · area / outline: the width of a long band, half the side of a square */
  thickness: number;
  /** share of the outline across which the given class goes on, and across which the proposed class does */
  givenGoesOn: number;
  proposedGoesOn: number;
  /** share of the outline across which the given class goes on and is proposed too */
  unquestioned: number;
  /** share of the outline across which label and proposal agree on any class */
  confirmed: number;
  /** shares of its pixels contradicted strongly, and all but certainly */
  strong: number;
  certain: number;
  /** shares of the outline across which the given class changes, and the proposed class */
  givenEdge: number;
  proposedEdge: number;
  /** mean log-ratio of its colours, proposed class to given, by what the picture shows of both; 0 without the picture */
  colour: number;
  /** steepness of the picture inside, and along those outlines, relative to its mean; 1 without the picture or an outline */
  texture: number;
  givenOnEdge: number;
  proposedOnEdge: number;
  /** of the labelled object most of it is part of, and of the proposed one: how much of that object it is, and how much of it is contradicted at all */
  ofGiven: { share: number; contradicted: number };
  ofProposed: { share: number; contradicted: number };
  /** how usual this confusion is elsewhere in the picture: of the pixels labelled so, and of those proposed so */
  usual: { ofGiven: number; ofProposed: number };
  /** shares of the picture: labelled as the proposed class, and proposed as the given class */
  present: { proposedLabelled: number; givenProposed: number };
}

/** Measures a region. Linear in its pixels; the scene's mask is zero again afterwards. */
export function gatherEvidence(scene: Scene, region: Region): Evidence {
  const { area } = region;
  const tally = tallyUp(scene, region);
  fillRegion(scene.mask, region, 1);
  const outline = followOutline(scene, region, tally.bbox);
  fillRegion(scene.mask, region, 0);
  const given = commonest(tally.given);
  const proposed = commonest(tally.proposed);
  // All of a candidate shares its given class or its proposed one, so the rarer of the two is the pair.
  const steepness = scene.appearance?.steepness;
  const relative = (sum: number, count: number) => (steepness && count ? sum / count / steepness : 1);
  const inner = area - outline.outer;
  const both = Math.min(tally.given[given], tally.proposed[proposed]);
  return {
    area,
    bbox: tally.bbox,
    given,
    proposed,
    pGiven: tally.pGiven / area / 255,
    agreement: tally.proposed[proposed] / area,
    disagreement: tally.disagreement / area / 255,
    contrast: scene.sureness * (inner ? (tally.ratio - outline.outerRatio) / inner : tally.ratio / area),
    thickness: (2 * area) / outline.sides,
    givenGoesOn: outline.givenGoesOn / Math.max(1, outline.seen),
    proposedGoesOn: outline.proposedGoesOn / Math.max(1, outline.seen),
    unquestioned: outline.unquestioned / Math.max(1, outline.seen),
    confirmed: outline.confirmed / Math.max(1, outline.seen),
    strong: tally.strong / area,
    certain: tally.certain / area,
    givenEdge: outline.givenEdge / outline.sides,
    proposedEdge: outline.proposedEdge / outline.sides,
    colour: tally.colour / area,
    texture: relative(tally.steepness, area),
    givenOnEdge: relative(outline.givenSteepness, outline.givenEdge),
    proposedOnEdge: relative(outline.proposedSteepness, outline.proposedEdge),
    ofGiven: partOf(scene.givenObjects, tally.givenObjects),
    ofProposed: partOf(scene.proposedObjects, tally.proposedObjects),
    usual: usualConfusion(scene.confusions, both, given, proposed),
    present: presence(scene.confusions, given, proposed),
  };
}

/** How much of the object with most pixels here is here. `objects`: all that have any, the first of equals counts. */
function partOf({ area, contradicted, here }: Objects, objects: readonly number[]) {
  let [most, pixels] = [0, 0];
  for (const object of objects) {
    if (here[object] > pixels) [most, pixels] = [object, here[object]];
    here[object] = 0;
  }
  return { share: pixels / area[most], contradicted: contradicted[most] / area[most] };
}

/** The class with most pixels, the first of equals. */
function commonest(pixels: Uint32Array): number {
  let most = 0;
  for (let k = 1; k < pixels.length; k++) if (pixels[k] > pixels[most]) most = k;
  return most;
}
