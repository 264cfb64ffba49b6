import { BINS, type Reliability, type ReliabilityBy } from '../../../common/calibration.ts';

/** Counts pixels by confidence. */
export class ReliabilityTally {
  private readonly overall = new Bins();
  private readonly classes: Bins[];
  private readonly border = new Bins();
  private readonly interior = new Bins();

  constructor(classes: number) {
    this.classes = Array.from({ length: classes }, () => new Bins());
  }

  /** `confidence`: p of the proposed class, 0..1; `right`: it is the given one; `near`: at an outline of the given label. */
  add(confidence: number, proposed: number, right: boolean, near: boolean): void {
    const bin = Math.min(BINS - 1, Math.floor(confidence * BINS));
    for (const bins of [this.overall, this.classes[proposed], near ? this.border : this.interior])
      bins.add(bin, confidence, right);
  }

  get by(): ReliabilityBy {
    const classes = this.classes.map((bins) => (bins.count ? bins.diagram : null));
    const { overall, border, interior } = this;
    return { overall: overall.diagram, classes, border: border.diagram, interior: interior.diagram };
  }
}

class Bins {
  count = 0;
  private readonly pixels = new Float64Array(BINS);
  private readonly confidence = new Float64Array(BINS);
  private readonly right = new Float64Array(BINS);

  add(bin: number, confidence: number, right: boolean): void {
    this.count++;
    this.pixels[bin]++;
    this.confidence[bin] += confidence;
    if (right) this.right[bin]++;
  }

  get diagram(): Reliability {
    const mean = (sums: Float64Array) => Array.from(sums, (sum, bin) => (sum ? sum / this.pixels[bin] : 0));
    const [confidence, accuracy] = [mean(this.confidence), mean(this.right)];
    const pixels = [...this.pixels];
    const gaps = pixels.map((count, bin) => count * Math.abs(accuracy[bin] - confidence[bin]));
    return { pixels, confidence, accuracy, ece: this.count ? gaps.reduce((a, b) => a + b, 0) / this.count : 0 };
  }
}
