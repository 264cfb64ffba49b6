import type { Region } from './candidates.ts';
import type { Objects } from './objects.ts';
import type { Scene } from './scene.ts';
import { CERTAIN, STRONG } from './stretches.ts';

/** Sums over the pixels of one region. */
export interface Tally {
  /** x, y, width, height */
  bbox: [number, number, number, number];
  /** pixels by given class, and by proposed class; until the next region is tallied */
  given: Uint32Array;
  proposed: Uint32Array;
  /** log-ratio of proposed to given, p(given) and disagreement as bytes */
  ratio: number;
  pGiven: number;
  disagreement: number;
  /** pixels contradicted strongly, and all but certainly */
  strong: number;
  certain: number;
  /** log-ratio of the colours, proposed to given, and steepness of the picture; 0 without the picture */
  colour: number;
  steepness: number;
  /** labelled objects and proposed objects it holds pixels of, in the order they were met; how many, the objects know */
  givenObjects: number[];
  proposedObjects: number[];
}

export function tallyUp(
  { planes: { width }, sums, givenObjects, proposedObjects, confusions }: Scene,
  region: Region,
): Tally {
  const { stretches, members } = region;
  const { start, end } = stretches;
  const { given, proposed } = countsFor(confusions.classes);
  const [labelled, suggested]: [number[], number[]] = [[], []];
  let left = width;
  let right = 0;
  let ratio = 0;
  let pGiven = 0;
  let disagreement = 0;
  let strong = 0;
  let certain = 0;
  let colour = 0;
  let steepness = 0;
  for (let m = 0; m < members.length; m++) {
    const n = members[m];
    const pixels = end[n] - start[n];
    const x = start[n] % width;
    left = Math.min(left, x);
    right = Math.max(right, x + pixels);
    ratio += sums.ratio[n];
    if (stretches.floors[n] >= STRONG) strong += pixels;
    if (stretches.floors[n] >= CERTAIN) certain += pixels;
    pGiven += sums.pGiven[n];
    disagreement += sums.disagreement[n];
    colour += sums.colour[n];
    steepness += sums.steepness[n];
    given[stretches.given[n]] += pixels;
    proposed[stretches.proposed[n]] += pixels;
    addObject(givenObjects, labelled, stretches.givenObject[n], pixels);
    addObject(proposedObjects, suggested, stretches.proposedObject[n], pixels);
  }
  const top = Math.floor(start[members[0]] / width);
  const bottom = Math.floor(start[members[members.length - 1]] / width) + 1;
  return {
    bbox: [left, top, right - left, bottom - top],
    ...{ given, proposed, ratio, pGiven, disagreement, strong, certain, colour, steepness },
    ...{ givenObjects: labelled, proposedObjects: suggested },
  };
}

function countsFor(classes: number): typeof counts {
  if (counts.given.length !== classes) counts = { given: new Uint32Array(classes), proposed: new Uint32Array(classes) };
  counts.given.fill(0);
  counts.proposed.fill(0);
  return counts;
}

let counts = { given: new Uint32Array(0), proposed: new Uint32Array(0) };

/** Counts pixels by the object they are part of. */
function addObject({ here }: Objects, met: number[], object: number, pixels: number): void {
  if (here[object] === 0) met.push(object);
  here[object] += pixels;
}
