/**
 * Uncompressed Windows bitmaps of 1, 4, 8, 24 and 32 bits as RGB, rows from the top; the decoder behind the other
 * formats has no BMP. Throws Error where the file is of another kind or cut short.
 */
export function decodeBmp(bytes: Uint8Array): { width: number; height: number; data: Uint8Array } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length < 54 || view.getUint32(14, true) < 40)
    throw new Error('Expected a BMP with a header of 40 bytes or more, found a shorter one.');
  const width = view.getInt32(18, true);
  const rows = view.getInt32(22, true);
  const height = Math.abs(rows);
  const bits = view.getUint16(28, true);
  const compression = view.getUint32(30, true);
  // Compression 3 names the channels by masks, which for 32 bits are the usual ones.
  if (![1, 4, 8, 24, 32].includes(bits) || (compression !== 0 && !(compression === 3 && bits === 32)))
    throw new Error(`Expected an uncompressed BMP, found one of ${bits} bits with compression ${compression}.`);
  const pixels = view.getUint32(10, true);
  const stride = Math.ceil((width * bits) / 32) * 4;
  if (width <= 0 || pixels + stride * height > bytes.length)
    throw new Error(`Expected a BMP of ${pixels + stride * height} bytes, found ${bytes.length}.`);

  const data = new Uint8Array(width * height * 3);
  const palette = 14 + view.getUint32(14, true);
  for (let y = 0; y < height; y++) {
    const row = bytes.subarray(pixels + (rows > 0 ? height - 1 - y : y) * stride);
    const target = data.subarray(y * width * 3);
    if (bits >= 24) copyRow(row, target, width, bits / 8);
    else lookUpRow(row, target, width, bits, bytes.subarray(palette));
  }
  return { width, height, data };
}

function copyRow(row: Uint8Array, target: Uint8Array, width: number, step: number) {
  for (let x = 0, from = 0, to = 0; x < width; x++, from += step, to += 3) {
    target[to] = row[from + 2];
    target[to + 1] = row[from + 1];
    target[to + 2] = row[from];
  }
}

function lookUpRow(row: Uint8Array, target: Uint8Array, width: number, bits: number, palette: Uint8Array) {
  const perByte = 8 / bits;
  for (let x = 0, to = 0; x < width; x++, to += 3) {
    const shift = 8 - bits - (x % perByte) * bits;
    const entry = ((row[Math.floor(x / perByte)] >> shift) & ((1 << bits) - 1)) * 4;
    target[to] = palette[entry + 2];
    target[to + 1] = palette[entry + 1];
    target[to + 2] = palette[entry];
  }
}
