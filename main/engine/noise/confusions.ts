import { IGNORE } from '../../../common/dataset.ts';

/** Pixels by given class and proposed class of one picture: row-major, classes × classes; IGNORE left out. */
export interface Confusions {
  classes: number;
  pixels: Float64Array;
  /** labelled pixels */
  total: number;
}

export function countConfusions(given: Uint8Array, label: Uint8Array, classes: number): Confusions {
  const pixels = new Float64Array(classes * classes);
  let total = 0;
  for (let i = 0; i < given.length;) {
    const from = given[i];
    const to = label[i];
    const start = i++;
    while (i < given.length && given[i] === from && label[i] === to) i++;
    if (from === IGNORE) continue;
    pixels[from * classes + to] += i - start;
    total += i - start;
  }
  return { classes, pixels, total };
}

/**
 * How usual it is elsewhere in the picture that `given` is proposed as `proposed`, `inside` being the counts in the
 * region itself (same layout): share of the pixels labelled so, and share of the pixels proposed so. Both are drawn
 * towards a tenth, worth 1/1700 of the picture, so that a class seen nowhere else tells nothing.
 */
export function usualConfusion(elsewhere: Confusions, inside: Float64Array, given: number, proposed: number) {
  const { classes, pixels, total } = elsewhere;
  let ofGiven = 0;
  let ofProposed = 0;
  for (let other = 0; other < classes; other++) {
    ofGiven += pixels[given * classes + other] - inside[given * classes + other];
    ofProposed += pixels[other * classes + proposed] - inside[other * classes + proposed];
  }
  const both = pixels[given * classes + proposed] - inside[given * classes + proposed];
  const prior = total / 1700;
  return { ofGiven: (both + 0.1 * prior) / (ofGiven + prior), ofProposed: (both + 0.1 * prior) / (ofProposed + prior) };
}
