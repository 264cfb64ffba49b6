import { promisify } from 'node:util';
import { crc32, deflate, inflate, inflateSync, type ZlibOptions } from 'node:zlib';
import { packRows, PASSES, passSize, unpackPass, WHOLE, type Depth } from './scanlines.ts';

/**
 * A PNG of one channel (https://www.w3.org/TR/png-3/) with its values as they are stored. Picture libraries lose them:
 * they expand palettes to colours, scale 1, 2 and 4 bits to 0..255, and drop opacity.
 */
export interface IndexPng {
  width: number;
  height: number;
  /** grey values or palette indexes, row-major; Uint16Array for 16 bits */
  data: Uint8Array | Uint16Array;
  bits: Depth;
  palette: [number, number, number][] | null;
  /** opacity of the first palette entries; null: all opaque */
  alpha: Uint8Array | null;
}

const SIGNATURE = Uint8Array.from([137, 80, 78, 71, 13, 10, 26, 10]);
const COLOUR_TYPES: Record<number, string> = { 2: 'colours (RGB)', 4: 'grey with opacity', 6: 'colours with opacity' };
const inflated = promisify(inflate);
const deflated = promisify(deflate);
/** Bytes of pixels up to which unpacking takes less time than having it done on another thread and hearing of it. */
const SMALL = 1 << 22;

/** Throws Error, one sentence, where the file is cut short, damaged, or has more than one channel. */
export async function decodeIndexPng(bytes: Uint8Array): Promise<IndexPng> {
  const chunks = readChunks(bytes);
  const { width, height, bits, palette: isPalette, interlaced } = readHeader(chunks);
  const passes = interlaced ? PASSES : [WHOLE];
  const size = passes.reduce((sum, pass) => sum + passSize(pass, width, height, bits), 0);
  const rows = await inflateAll(
    chunks.filter((chunk) => chunk.name === 'IDAT').map((chunk) => chunk.data),
    size,
  );
  const data = bits === 16 ? new Uint16Array(width * height) : new Uint8Array(width * height);
  let at = 0;
  for (const pass of passes) {
    const length = passSize(pass, width, height, bits);
    unpackPass(rows.subarray(at, at + length), pass, width, height, bits, data);
    at += length;
  }
  const find = (name: string) => chunks.find((chunk) => chunk.name === name)?.data ?? null;
  return {
    ...{ width, height, data, bits },
    palette: isPalette ? triples(find('PLTE') ?? new Uint8Array(0)) : null,
    alpha: isPalette ? (find('tRNS')?.slice() ?? null) : null,
  };
}

/** Without filters, which on label maps cost size. Values must fit the bits and the palette. */
export async function encodeIndexPng({ width, height, data, bits, palette, alpha }: IndexPng): Promise<Uint8Array> {
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header[8] = bits;
  header[9] = palette ? 3 : 0;
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    ...(palette ? [chunk('PLTE', Uint8Array.from(palette.flat()))] : []),
    ...(palette && alpha ? [chunk('tRNS', alpha)] : []),
    chunk('IDAT', await deflated(packRows(data, width, height, bits))),
    chunk('IEND', new Uint8Array(0)),
  ]);
}

function readHeader(chunks: Chunk[]) {
  const { name, data } = chunks[0];
  if (name !== 'IHDR' || data.length !== 13) throw new Error(`Expected a PNG header, found a chunk ${name}.`);
  const view = new DataView(data.buffer, data.byteOffset, 13);
  const [width, height, bits, colourType] = [view.getUint32(0), view.getUint32(4), data[8], data[9]];
  if (COLOUR_TYPES[colourType])
    throw new Error(`Expected a PNG of class ids (grey or palette), found one of ${COLOUR_TYPES[colourType]}.`);
  const depths = colourType === 3 ? [1, 2, 4, 8] : [1, 2, 4, 8, 16];
  if (!depths.includes(bits) || !width || !height || width * height > 0x3fffffff)
    throw new Error(`Expected a PNG of class ids, found a header of ${width}×${height} pixels with ${bits} bits.`);
  return { width, height, bits: bits as Depth, palette: colourType === 3, interlaced: data[12] === 1 };
}

async function inflateAll(parts: Uint8Array[], size: number): Promise<Uint8Array> {
  const packed = parts.length === 1 ? parts[0] : Buffer.concat(parts);
  // One output block for the usual file; the bound keeps a file that lies about its size from filling the memory.
  const options = { chunkSize: Math.min(size + 64, 1 << 24), maxOutputLength: size + 64 };
  const rows = await unpack(packed, options, size < SMALL).catch((error: Error) => {
    throw new Error(`Expected whole PNG pixels, found damaged ones (${error.message}).`);
  });
  if (rows.length < size) throw new Error(`Expected ${size} bytes of PNG pixels, found ${rows.length}.`);
  return rows;
}

async function unpack(packed: Uint8Array, options: ZlibOptions, now: boolean): Promise<Uint8Array> {
  const { buffer, byteOffset, length } = now ? inflateSync(packed, options) : await inflated(packed, options);
  // Parts of a Buffer are costly to make, and a picture has as many as rows.
  return new Uint8Array(buffer, byteOffset, length);
}

interface Chunk {
  name: string;
  data: Uint8Array;
}

function readChunks(bytes: Uint8Array): Chunk[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const chunks: Chunk[] = [];
  for (let at = SIGNATURE.length; chunks.at(-1)?.name !== 'IEND';) {
    const end = at + 12 <= bytes.length ? at + 12 + view.getUint32(at) : Infinity;
    if (end > bytes.length) throw new Error(`Expected a whole PNG, found it cut short after ${bytes.length} bytes.`);
    const name = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    // A capital first letter marks the chunks the pixels depend on; damage elsewhere hurts nobody.
    if (name < 'a' && crc32(bytes.subarray(at + 4, end - 4)) !== view.getUint32(end - 4))
      throw new Error(`Expected a whole PNG, found its ${name} chunk damaged (wrong checksum).`);
    chunks.push({ name, data: bytes.subarray(at + 8, end - 4) });
    at = end;
  }
  return chunks;
}

function chunk(name: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  for (let i = 0; i < 4; i++) bytes[4 + i] = name.charCodeAt(i);
  bytes.set(data, 8);
  view.setUint32(8 + data.length, crc32(bytes.subarray(4, 8 + data.length)));
  return bytes;
}

const triples = (bytes: Uint8Array) =>
  Array.from({ length: Math.floor(bytes.length / 3) }, (_, i): [number, number, number] => [
    bytes[3 * i],
    bytes[3 * i + 1],
    bytes[3 * i + 2],
  ]);
