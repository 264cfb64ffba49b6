/** How well probabilities keep their word: reliability in 15 equal bins of max p̄, as Guo et al. (2017) draw it. */
export interface Reliability {
  /** pixels in each bin */
  pixels: number[];
  /** mean confidence and share of pixels whose label is the proposed one, of each bin; 0 in an empty bin */
  confidence: number[];
  accuracy: number[];
  /** Σ pixels/n · |accuracy − confidence|, 0..1 */
  ece: number;
}

export const BINS = 15;

/** Diagrams of one set of probabilities. */
export interface ReliabilityBy {
  overall: Reliability;
  /** by proposed class index; null: nothing is proposed so */
  classes: (Reliability | null)[];
  /** pixels within a few of an outline of the given label, and all others */
  border: Reliability;
  interior: Reliability;
}

/** Temperature of p ∝ p̄^(1/T), fitted after merging on labelled pixels of held-out pictures. */
export interface Calibration {
  /** above 1: the ensemble is too sure of itself */
  temperature: number;
  /** share of labels the fit takes for wrong: 0..1 */
  noise: number;
  /** pictures and pixels it was fitted and measured on; measured on pictures that the fit of that half never saw */
  samples: number;
  pixels: number;
  /** nats a pixel, against the given labels */
  before: { nll: number; reliability: ReliabilityBy };
  after: { nll: number; reliability: ReliabilityBy };
}
