import type { Planes } from '../../../common/planes.ts';
import { colourRatios, steepnessOf, type Appearance } from './appearance.ts';
import { LOG } from './log-ratio.ts';
import type { Stretches } from './stretches.ts';

/** Over the pixels of each stretch. */
export interface Sums {
  /** log-ratio of proposed to given, p(given) and disagreement as bytes */
  ratio: Float64Array;
  pGiven: Float64Array;
  disagreement: Float64Array;
  /** log-ratio of the colours, proposed class to given, and steepness of the picture; 0 without the picture */
  colour: Float64Array;
  steepness: Float64Array;
}

export function sumUp(stretches: Stretches, planes: Planes, appearance: Appearance | null): Sums {
  const { start, end, given, proposed } = stretches;
  const { confidence, pGiven, disagreement } = planes;
  const none = () => new Float64Array(start.length);
  const sums: Sums = {
    ...{ ratio: none(), pGiven: none(), disagreement: none() },
    ...{ colour: none(), steepness: none() },
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
    if (!appearance) continue;
    sums.colour[n] = colourRatios(appearance, first, last, proposed[n], given[n]);
    sums.steepness[n] = steepnessOf(appearance, first, last);
  }
  return sums;
}
