const LOG = Float64Array.from({ length: 256 }, (_, byte) => Math.log(byte + 1));

/** log of p[proposed] over p[given] from their bytes, natural; one byte step is added to both, so it stays within ±5.55. */
export const logRatio = (proposed: number, given: number): number => LOG[proposed] - LOG[given];
