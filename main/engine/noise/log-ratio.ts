/** log(byte + 1), natural. */
export const LOG = Float64Array.from({ length: 256 }, (_, byte) => Math.log(byte + 1));

/** For each p[proposed] byte the largest p[given] byte whose log-ratio still reaches `floor`; −1 where none does. */
export function ceilings(floor: number): Int16Array {
  return Int16Array.from({ length: 256 }, (_, proposed) => Math.floor((proposed + 1) / Math.exp(floor)) - 1);
}
