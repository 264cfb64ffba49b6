import { IGNORE } from '../../../common/dataset.ts';
import type { Planes } from '../../../common/planes.ts';
import { componentsOf, doubled, type ComponentsOf } from '../masks/components.ts';
import { colourRatios, steepnessAt, type Appearance } from './appearance.ts';
import { ceilings, LOG } from './log-ratio.ts';

/** Log-ratio of proposed to given from which a pixel counts as contradicted at all. */
export const LOWEST_FLOOR = 0.3;
const CEILING = ceilings(LOWEST_FLOOR);

/** The contradicted pixels of one picture, and what is known of each of them; regions are made of these alone. */
export interface Places {
  /** pixel indexes in ascending order */
  index: Int32Array;
  /** log-ratio of proposed to given */
  ratio: Float32Array;
  /** log-ratio of the colours, proposed class to given, and steepness of the picture; 0 without the picture */
  colour: Float32Array;
  steepness: Float32Array;
  /** the labelled object and the proposed object each of them is part of */
  given: Objects;
  proposed: Objects;
}

/** Connected regions of one class of a whole map, as seen from the places. */
export interface Objects extends ComponentsOf {
  /** the class of each place */
  value: Uint8Array;
  /** contradicted pixels of each */
  contradicted: Int32Array;
  /** of each place: the next one that is part of another object */
  until: Int32Array;
  /** pixels of each in the region being measured; zero otherwise */
  here: Int32Array;
}

/** Pixels without a label are in none. */
export function findPlaces(planes: Planes, given: Uint8Array, appearance: Appearance | null): Places {
  const index = findContradicted(planes, given, CEILING);
  const { label, confidence, pGiven } = planes;
  const ratio = new Float32Array(index.length);
  const steepness = new Float32Array(index.length);
  for (let n = 0; n < index.length; n++) {
    const i = index[n];
    ratio[n] = LOG[confidence[i]] - LOG[pGiven[i]];
    if (appearance) steepness[n] = steepnessAt(appearance, i);
  }
  return {
    index,
    ratio,
    colour: appearance ? colourRatios(appearance, index, label, given) : new Float32Array(index.length),
    steepness,
    given: objects(given, planes, index),
    proposed: objects(label, planes, index),
  };
}

function objects(map: Uint8Array, { width, height }: Planes, places: Int32Array): Objects {
  const { of, area } = componentsOf(map, width, height, places);
  const value = new Uint8Array(of.length);
  const contradicted = new Int32Array(area.length);
  const until = new Int32Array(of.length);
  for (let n = of.length - 1; n >= 0; n--) {
    value[n] = map[places[n]];
    contradicted[of[n]]++;
    until[n] = n + 1 < of.length && of[n + 1] === of[n] ? until[n + 1] : n + 1;
  }
  return { of, area, value, contradicted, until, here: new Int32Array(area.length) };
}

let buffer = new Int32Array(1 << 16);
/** Indexes of the labelled pixels that contradict their label, in ascending order. */
function findContradicted(planes: Planes, given: Uint8Array, ceiling: Int16Array): Int32Array {
  const { label, confidence, pGiven } = planes;
  const [fours, givenFours] = [inFours(label), inFours(given)];
  const steps = Math.min(fours.length, givenFours.length);
  let found = buffer;
  let count = 0;
  for (let i = 0; i < given.length;) {
    const four = i >> 2;
    const end = Math.min(i + 4, given.length);
    // Most pixels agree, so most steps are four pixels wide.
    if (four < steps && fours[four] === givenFours[four]) {
      i = end;
      continue;
    }
    if (count + 4 > found.length) found = buffer = doubled(found);
    for (; i < end; i++) {
      found[count] = i;
      // Differs, is labelled, and reaches the floor, 0 or 1 each: asked one by one, most answers would be guessed wrong.
      const differs = -(given[i] ^ label[i]) >>> 31;
      const labelled = (given[i] - IGNORE) >>> 31;
      const reaches = (pGiven[i] - ceiling[confidence[i]] - 1) >>> 31;
      count += differs & labelled & reaches;
    }
  }
  return found.subarray(0, count);
}

/** Four bytes as one number, as many as there are whole; none where they lie across the grain of memory. */
const inFours = ({ buffer, byteOffset, length }: Uint8Array): Uint32Array =>
  byteOffset % 4 ? new Uint32Array(0) : new Uint32Array(buffer, byteOffset, length >> 2);
