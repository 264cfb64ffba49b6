/** log(byte + 1), natural. */
export const LOG = Float64Array.from({ length: 256 }, (_, byte) => Math.log(byte + 1));

/** log of p[proposed] over p[given] from their bytes, natural; one byte step is added to both, so it stays within ±5.55. */
export const logRatio = (proposed: number, given: number): number => LOG[proposed] - LOG[given];

/** For each p[proposed] byte the largest p[given] byte whose log-ratio still reaches `floor`; −1 where none does. */
export function ceilings(floor: number): Int16Array {
  return Int16Array.from({ length: 256 }, (_, proposed) => Math.floor((proposed + 1) / Math.exp(floor)) - 1);
}
