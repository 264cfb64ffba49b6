import { IGNORE } from '../../../common/dataset.ts';
import type { Overlay } from './overlay.ts';

/** Pixels by given class and proposed class of one picture: row-major, classes × classes; IGNORE left out. */
export interface Confusions {
  classes: number;
  pixels: Float64Array;
  /** labelled pixels */
  total: number;
}

export function countConfusions(
  { count, start, end }: Overlay,
  given: Uint8Array,
  label: Uint8Array,
  classes: number,
): Confusions {
  const pixels = new Float64Array(classes * classes);
  let total = 0;
  for (let part = 0; part < count; part++) {
    const first = start[part];
    if (given[first] === IGNORE) continue;
    pixels[given[first] * classes + label[first]] += end[part] - first;
    total += end[part] - first;
  }
  return { classes, pixels, total };
}

/**
 * How usual it is elsewhere in the picture that `given` is proposed as `proposed`, `inside` being the pixels of that kind
 * in the region itself (where nothing is confirmed): against the pixels of the given class that are confirmed, and against
 * the confirmed pixels of the proposed class. Both are shares 0..1, drawn towards a tenth by a prior worth 1/1700 of the
 * picture, so that a class seen nowhere else tells nothing.
 */
export function usualConfusion(
  { classes, pixels, total }: Confusions,
  inside: number,
  given: number,
  proposed: number,
) {
  const prior = total / 1700;
  const confused = pixels[given * classes + proposed] - inside;
  const share = (confirmed: number) => (confused + 0.1 * prior) / (confused + confirmed + prior);
  return { ofGiven: share(pixels[given * classes + given]), ofProposed: share(pixels[proposed * classes + proposed]) };
}

/**
 * How much there is of both classes in the picture: shares 0..1 of the labelled pixels, of those labelled as the proposed
 * class, and of those proposed as the given class. A class that is proposed but labelled nowhere on its picture may be one
 * that somebody never labels. A prior worth 1/17000 of the picture keeps both off 0.
 */
export function presence({ classes, pixels, total }: Confusions, given: number, proposed: number) {
  let labelled = 0;
  let suggested = 0;
  for (let k = 0; k < classes; k++) {
    labelled += pixels[proposed * classes + k];
    suggested += pixels[k * classes + given];
  }
  const prior = total / 17000;
  const share = (count: number) => (count + prior) / (total + prior);
  return { proposedLabelled: share(labelled), givenProposed: share(suggested) };
}
