import type { Planes } from '../../../common/planes.ts';
import { colourRatios, steepnessOf, type Appearance } from './appearance.ts';
import { LOG } from './log-ratio.ts';
import type { Stretches } from './stretches.ts';

/** Log-ratios of proposed to given from which a pixel counts as strongly contradicted, and as all but certain. */
const STRONG = 2.1;
const CERTAIN = 3.5;

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

export function sumUp(
  stretches: Stretches,
  { confidence, pGiven, disagreement }: Planes,
  appearance: Appearance | null,
): Sums {
  const { start, end, given, proposed } = stretches;
  const none = () => new Float64Array(start.length);
  const sums: Sums = {
    ...{ ratio: none(), pGiven: none(), disagreement: none() },
    ...{ strong: none(), certain: none(), colour: none(), steepness: none() },
  };
  for (let n = 0; n < start.length; n++) {
    let ratios = 0;
    let strong = 0;
    let certain = 0;
    let sumGiven = 0;
    let sumDisagreement = 0;
    for (let i = start[n]; i < end[n]; i++) {
      // In the precision whose sums over a picture are exact, as ratioAt has it.
      const ratio = Math.fround(LOG[confidence[i]] - LOG[pGiven[i]]);
      ratios += ratio;
      if (ratio >= STRONG) strong++;
      if (ratio >= CERTAIN) certain++;
      sumGiven += pGiven[i];
      sumDisagreement += disagreement[i];
    }
    sums.ratio[n] = ratios;
    sums.strong[n] = strong;
    sums.certain[n] = certain;
    sums.pGiven[n] = sumGiven;
    sums.disagreement[n] = sumDisagreement;
    if (!appearance) continue;
    sums.colour[n] = colourRatios(appearance, start[n], end[n], proposed[n], given[n]);
    sums.steepness[n] = steepnessOf(appearance, start[n], end[n]);
  }
  return sums;
}
