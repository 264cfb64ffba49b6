/** Bits of one sample of a one-channel PNG. */
export type Depth = 1 | 2 | 4 | 8 | 16;

/** Pixels x0 + i·dx, y0 + j·dy of the picture. */
export type Pass = readonly [x0: number, y0: number, dx: number, dy: number];

export const WHOLE: Pass = [0, 0, 1, 1];

/** Adam7 (PNG, section 8.1). */
export const PASSES: readonly Pass[] = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
];

const extent = ([x0, y0, dx, dy]: Pass, width: number, height: number) => ({
  columns: Math.max(0, Math.ceil((width - x0) / dx)),
  rows: Math.max(0, Math.ceil((height - y0) / dy)),
});

/** Bytes of one pass with the filter byte before each row; a pass without columns has no rows. */
export function passSize(pass: Pass, width: number, height: number, bits: Depth): number {
  const { columns, rows } = extent(pass, width, height);
  return columns ? rows * (1 + Math.ceil((columns * bits) / 8)) : 0;
}

/** Undoes the filters of one pass in place and spreads its samples over `target` (width × height values). */
export function unpackPass(
  bytes: Uint8Array,
  pass: Pass,
  width: number,
  height: number,
  bits: Depth,
  target: Uint8Array | Uint16Array,
): void {
  const { columns, rows } = extent(pass, width, height);
  if (!columns) return;
  const length = Math.ceil((columns * bits) / 8);
  const [x0, y0, dx, dy] = pass;
  let above: Uint8Array = new Uint8Array(length);
  for (let j = 0; j < rows; j++) {
    const start = j * (length + 1);
    const row = bytes.subarray(start + 1, start + 1 + length);
    unfilter(bytes[start], row, above, bits === 16 ? 2 : 1);
    const to = (y0 + j * dy) * width + x0;
    if (bits === 8 && dx === 1) target.set(row, to);
    else spread(row, columns, bits, target, to, dx);
    above = row;
  }
}

/** PNG, section 9.2; `step`: bytes of one pixel, at least 1. */
function unfilter(type: number, row: Uint8Array, above: Uint8Array, step: number): void {
  const length = row.length;
  switch (type) {
    case 0:
      return;
    case 1:
      for (let i = step; i < length; i++) row[i] += row[i - step];
      return;
    case 2:
      for (let i = 0; i < length; i++) row[i] += above[i];
      return;
    case 3:
      for (let i = 0; i < length; i++) row[i] += ((i < step ? 0 : row[i - step]) + above[i]) >> 1;
      return;
    case 4:
      for (let i = 0; i < step; i++) row[i] += above[i];
      for (let i = step; i < length; i++) row[i] += paeth(row[i - step], above[i], above[i - step]);
      return;
    default:
      throw new Error(`Expected PNG rows with filters 0 to 4, found ${type}.`);
  }
}

function paeth(left: number, up: number, corner: number): number {
  // What follows comes to the same; in label maps nearly every pixel ends here.
  if (up === corner) return left;
  if (left === corner) return up;
  const toLeft = Math.abs(up - corner);
  const toUp = Math.abs(left - corner);
  const toCorner = Math.abs(left + up - 2 * corner);
  return toLeft <= toUp && toLeft <= toCorner ? left : toUp <= toCorner ? up : corner;
}

function spread(
  row: Uint8Array,
  columns: number,
  bits: Depth,
  target: Uint8Array | Uint16Array,
  to: number,
  step: number,
): void {
  const mask = (1 << bits) - 1;
  for (let i = 0; i < columns; i++, to += step) {
    if (bits === 16) target[to] = (row[2 * i] << 8) | row[2 * i + 1];
    else target[to] = (row[(i * bits) >> 3] >> (8 - bits - ((i * bits) & 7))) & mask;
  }
}

/** The values as packed rows, each after filter byte 0. */
export function packRows(
  data: Uint8Array | Uint16Array,
  width: number,
  height: number,
  bits: Depth,
): Uint8Array<ArrayBuffer> {
  const length = 1 + Math.ceil((width * bits) / 8);
  const rows = new Uint8Array(length * height);
  for (let y = 0; y < height; y++) {
    const row = rows.subarray(y * length + 1, (y + 1) * length);
    const values = data.subarray(y * width, (y + 1) * width);
    if (bits === 8) row.set(values);
    else for (let x = 0; x < width; x++) store(row, x, values[x], bits);
  }
  return rows;
}

function store(row: Uint8Array, x: number, value: number, bits: Depth): void {
  if (bits === 16) {
    row[2 * x] = value >> 8;
    row[2 * x + 1] = value;
  } else {
    row[(x * bits) >> 3] |= value << (8 - bits - ((x * bits) & 7));
  }
}
