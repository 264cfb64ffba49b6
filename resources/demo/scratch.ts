/**
 * An array to work in, the same one for every picture: large arrays that come and go keep the collector busy. It holds what
 * was left in it.
 */
export function makeScratch(): (length: number) => Float32Array<ArrayBuffer> {
  let kept = new Float32Array(0);
  return (length) => (kept.length === length ? kept : (kept = new Float32Array(length)));
}
