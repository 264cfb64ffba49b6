import type { Planes } from '../../../common/planes.ts';
import { colourRatios, steepnessOf, type Appearance } from './appearance.ts';
import { ceilings, LOG } from './log-ratio.ts';
import { HIGHEST, type Stretches } from './stretches.ts';

/**
 * Log-ratio of proposed to given, times sureness, from which a pixel counts as contradicted all but certainly; strongly: from
 * the high floor.
 */
const CERTAIN = 3.8;

/** Over the pixels of each stretch. */
export interface Sums {
  /** log-ratio of proposed to given, p(given) and disagreement as bytes */
  ratio: Float64Array;
  pGiven: Float64Array;
  disagreement: Float64Array;
  /** pixels contradicted strongly, and all but certainly */
  strong: Float64Array;
  certain: Float64Array;
  /** log-ratio of the colours, proposed class to given, and steepness of the picture; 0 without the picture */
  colour: Float64Array;
  steepness: Float64Array;
}

export function sumUp(stretches: Stretches, planes: Planes, appearance: Appearance | null, sureness: number): Sums {
  const certain = ceilings(CERTAIN / sureness);
  const { start, end, floors, given, proposed } = stretches;
  const { confidence, pGiven, disagreement } = planes;
  const none = () => new Float64Array(start.length);
  const sums: Sums = {
    ...{ ratio: none(), pGiven: none(), disagreement: none() },
    ...{ strong: none(), certain: none(), colour: none(), steepness: none() },
  };
  for (let n = 0; n < start.length; n++) {
    const first = start[n];
    const last = end[n];
    let ratios = 0;
    let sumGiven = 0;
    let sumDisagreement = 0;
    for (let i = first; i < last; i++) {
      const byte = pGiven[i];
      // In the precision whose sums over a picture are exact.
      ratios += Math.fround(LOG[confidence[i]] - LOG[byte]);
      sumGiven += byte;
      sumDisagreement += disagreement[i];
    }
    sums.ratio[n] = ratios;
    sums.pGiven[n] = sumGiven;
    sums.disagreement[n] = sumDisagreement;
    if (floors[n] === HIGHEST) {
      sums.strong[n] = last - first;
      sums.certain[n] = countCertain(planes, certain, first, last);
    }
    if (!appearance) continue;
    sums.colour[n] = colourRatios(appearance, first, last, proposed[n], given[n]);
    sums.steepness[n] = steepnessOf(appearance, first, last);
  }
  return sums;
}

function countCertain({ confidence, pGiven }: Planes, ceiling: Int16Array, first: number, last: number): number {
  let certain = 0;
  for (let i = first; i < last; i++) if (pGiven[i] <= ceiling[confidence[i]]) certain++;
  return certain;
}
