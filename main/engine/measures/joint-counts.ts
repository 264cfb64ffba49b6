import { IGNORE } from '../../../common/dataset.ts';
import type { Planes } from '../../../common/planes.ts';
import { Confusion } from './confusion.ts';

/**
 * Pixels by label, proposed class and confidence at once: one pass over a picture, from which confusions, histograms of
 * confidence, sweeps over a threshold and confident learning follow. Exact up to 2^53 pixels; memory depends on the
 * classes alone, 2 kB for each pair of classes that is ever seen.
 */
export class JointCounts {
  readonly classes: number;
  /** by label: bytes of p̄[label] added up */
  readonly sums: Float64Array;
  /** [label · classes + proposed][confidence byte] pixels */
  private readonly rows: (Float64Array | undefined)[];

  constructor(classes: number) {
    this.classes = classes;
    this.sums = new Float64Array(classes);
    this.rows = new Array<undefined>(classes * classes).fill(undefined);
  }

  /** Adds a picture. `labels`: class index or IGNORE, one byte a pixel. Returns how many are not ignored. */
  add({ label, confidence, pGiven }: Pick<Planes, 'label' | 'confidence' | 'pGiven'>, labels: Uint8Array): number {
    let labelled = 0;
    // Neighbours mostly share both classes, so the counts of a pair are looked for once a run.
    for (let i = 0; i < labels.length;) {
      const from = labels[i];
      if (from === IGNORE) {
        i++;
        continue;
      }
      const to = label[i];
      const start = i;
      const row = (this.rows[from * this.classes + to] ??= new Float64Array(256));
      let sum = 0;
      do {
        row[confidence[i]]++;
        sum += pGiven[i];
        i++;
      } while (i < labels.length && labels[i] === from && label[i] === to);
      this.sums[from] += sum;
      labelled += i - start;
    }
    return labelled;
  }

  /** [confidence byte]: pixels labelled `from` and proposed as `to`; undefined: none. */
  pair(from: number, to: number): Float64Array | undefined {
    return this.rows[from * this.classes + to];
  }

  /** [confidence byte]: pixels proposed as class k whose label agrees, or differs. */
  proposed(k: number, agrees: boolean): Float64Array {
    const bytes = new Float64Array(256);
    for (let from = 0; from < this.classes; from++) {
      if ((from === k) === agrees) this.pair(from, k)?.forEach((pixels, byte) => (bytes[byte] += pixels));
    }
    return bytes;
  }

  /** The labels as the reference, the proposal as the prediction. */
  get confusion(): Confusion {
    const confusion = new Confusion(this.classes);
    this.rows.forEach((row, at) => {
      const [from, to] = [Math.floor(at / this.classes), at % this.classes];
      if (row) confusion.counts[from * (this.classes + 1) + to] = row.reduce((a, b) => a + b, 0);
    });
    return confusion;
  }
}
