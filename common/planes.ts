/** What a scan knows of every pixel of one picture: four maps of width × height bytes, row-major. */
export interface Planes {
  width: number;
  height: number;
  /** proposed class index (argmax of the merged probabilities p̄) */
  label: Uint8Array;
  /** round(255 · max p̄) */
  confidence: Uint8Array;
  /**
   * mutual information between the pass and the label (BALD: H(p̄) − mean H(p_m)) in bits, clipped to 1, × 255; where all
   * members decide on a coarser grid than the picture's it is computed on that grid and upsampled
   */
  disagreement: Uint8Array;
  /** round(255 · p̄[given]); 255 where the pixel has no given label */
  pGiven: Uint8Array;
}

export const PLANES = ['label', 'confidence', 'disagreement', 'pGiven'] as const;

/** Views on the four planes as they travel: one after the other in the order of PLANES. Throws RangeError on a wrong length. */
export function splitPlanes(bytes: Uint8Array, width: number, height: number): Planes {
  const size = width * height;
  if (bytes.length !== 4 * size)
    throw new RangeError(`Expected ${4 * size} bytes of planes for ${width}×${height}, found ${bytes.length}.`);
  const plane = (i: number) => bytes.subarray(i * size, (i + 1) * size);
  return { width, height, label: plane(0), confidence: plane(1), disagreement: plane(2), pGiven: plane(3) };
}
