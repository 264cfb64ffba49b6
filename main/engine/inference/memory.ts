/**
 * Gives the memory behind `bytes` back now; they are empty from then on, and so is everything else that lies in the same
 * buffer. The collector sees the small objects that hold pictures, not the megabytes behind them: left to it, memory is
 * taken afresh for each picture, page by page, which costs a fifth of a small network's time.
 */
export function giveBack(bytes: { readonly buffer: ArrayBufferLike }): void {
  if (bytes.buffer instanceof ArrayBuffer && !bytes.buffer.detached) bytes.buffer.transfer(0);
}
