import { closeSync, openSync, readSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import sharp, { type Sharp } from 'sharp';
import { messageOf } from './errors.ts';
import { decodeBmp } from './images/bmp.ts';
import { parseHeader, sniff, type Header } from './images/header.ts';
import { decodeIndexPng, encodeIndexPng, type IndexPng } from './images/png.ts';

// The caller runs many pictures side by side, so threads inside one picture only get in each other's way; and a cache by
// file name would show a picture as it was before it changed on disk.
sharp.concurrency(1);
sharp.cache(false);

/** RGB, row-major, width × height × 3 bytes, upright. */
export interface Picture {
  width: number;
  height: number;
  data: Uint8Array;
}

/** A mask with its values as stored, and what is needed to write the same kind of file again. */
export type MaskFile = IndexPng;

/** In pixels of the upright picture. */
export type Box = readonly [x: number, y: number, width: number, height: number];

const FORMATS = 'a JPEG, PNG, WebP, TIFF or BMP picture';

/** Nearly every header fits in the first number of bytes, most others in the second. */
const READS = [4096, 1 << 18];

/**
 * Format and size from the first bytes of a picture; nothing is decoded. Throws Error where it is no picture. Waits for
 * the disk on this thread: for bytes the system already holds that is several times cheaper than to be called back.
 */
export async function readHeader(file: string): Promise<Header> {
  for (const length of READS) {
    const bytes = readStart(file, length);
    const header = parseHeader(bytes);
    if (header) return header;
    expectPicture(bytes);
    if (bytes.length < length) break;
  }
  return headerOf(await readFile(file));
}

function readStart(file: string, length: number): Uint8Array {
  const bytes = Buffer.allocUnsafe(length);
  let descriptor;
  try {
    descriptor = openSync(file, 'r');
    return bytes.subarray(0, readSync(descriptor, bytes, 0, length, 0));
  } catch (error) {
    return cannotRead(error);
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

/** Decodes in full. Throws Error, one sentence, where the file is cut short, damaged or no picture. */
export async function readPicture(bytesOrFile: Uint8Array | string): Promise<Picture> {
  const bytes = await load(bytesOrFile);
  if (expectPicture(bytes) === 'bmp') return decodeBmp(bytes);
  return toRgb(decoder(bytes));
}

/** Values as stored: palette indexes stay indexes, 1, 2 and 4 bits stay small numbers. Throws Error like readPicture. */
export async function readMask(bytesOrFile: Uint8Array | string): Promise<MaskFile> {
  const bytes = await load(bytesOrFile);
  const format = expectPicture(bytes);
  if (format !== 'png') throw new Error(`Expected a PNG of class ids, found ${format.toUpperCase()}.`);
  return decodeIndexPng(bytes);
}

/**
 * A PNG of the same bit depth and palette. Where a value does not fit, the file grows as little as it must: grey to 8 or
 * 16 bits, a palette by black entries. Throws RangeError for a palette index over 255.
 */
export async function encodeMask(mask: MaskFile): Promise<Uint8Array> {
  let top = 0;
  for (const value of mask.data) if (value > top) top = value;
  if (!mask.palette) return encodeIndexPng({ ...mask, bits: depthFor(top, mask.bits) });
  if (top > 255) throw new RangeError(`Expected palette indexes up to 255, found ${top}.`);
  const missing = Math.max(0, top + 1 - mask.palette.length);
  const palette = [...mask.palette, ...Array.from({ length: missing }, (): [number, number, number] => [0, 0, 0])];
  return encodeIndexPng({ ...mask, palette, bits: depthFor(top, mask.bits) });
}

/** The picture in a format browsers decode upright: the file as it is, TIFF as PNG. */
export async function readable(file: string): Promise<{ type: string; bytes: Uint8Array<ArrayBuffer> }> {
  const bytes = await load(file);
  const format = expectPicture(bytes);
  if (format !== 'tiff') return { type: `image/${format}`, bytes };
  const png = await said(decoder(bytes).toColourspace('srgb').png({ compressionLevel: 1 }).toBuffer());
  return { type: 'image/png', bytes: plain(png) };
}

/** JPEG, longest side at most `size`; with a box, a square around it with some of what surrounds it. */
export async function thumbnail(file: string, size: number, box?: Box): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await load(file);
  const picture = expectPicture(bytes) === 'bmp' ? fromRgb(decodeBmp(bytes)) : decoder(bytes);
  if (box) {
    const { width, height } = await headerOf(bytes);
    picture.extract(surroundings(box, width, height));
  }
  const small = picture.resize(size, size, { fit: 'inside', withoutEnlargement: true, fastShrinkOnLoad: true });
  return plain(await said(small.toColourspace('srgb').jpeg({ quality: 80 }).toBuffer()));
}

/** The picture with its longest side at most `size`. */
export async function readSmall(file: string, size: number): Promise<Picture> {
  const bytes = await load(file);
  const picture = expectPicture(bytes) === 'bmp' ? fromRgb(decodeBmp(bytes)) : decoder(bytes);
  return toRgb(picture.resize(size, size, { fit: 'inside', withoutEnlargement: true }));
}

/** JPEG without colour subsampling, so that flat class colours keep their edges. */
export async function encodePicture(picture: Picture): Promise<Uint8Array<ArrayBuffer>> {
  return plain(await fromRgb(picture).jpeg({ quality: 85, chromaSubsampling: '4:4:4' }).toBuffer());
}

/**
 * The box grown to a square with a third of its longer side around it, at least 32 pixels, kept inside the picture
 * where it fits.
 */
export function surroundings([x, y, w, h]: Box, width: number, height: number) {
  const side = Math.max(32, Math.ceil(Math.max(w, h) * (5 / 3)));
  const place = (start: number, length: number, whole: number) => {
    const part = Math.min(side, whole);
    return [Math.min(Math.max(0, Math.round(start + length / 2 - part / 2)), whole - part), part];
  };
  const [left, columns] = place(x, w, width);
  const [top, rows] = place(y, h, height);
  return { left, top, width: columns, height: rows };
}

const load = async (bytesOrFile: Uint8Array | string) =>
  plain(typeof bytesOrFile === 'string' ? await readFile(bytesOrFile).catch(cannotRead) : bytesOrFile);

function cannotRead(error: unknown): never {
  const reasons: Record<string, string> = { ENOENT: 'none', EACCES: 'one without permission to read it' };
  const code = (error as NodeJS.ErrnoException).code ?? '';
  throw new Error(`Expected a readable file, found ${reasons[code] ?? messageOf(error)}.`);
}

function expectPicture(bytes: Uint8Array) {
  const format = sniff(bytes);
  if (!format)
    throw new Error(
      bytes.length ? `Expected ${FORMATS}, found other content.` : `Expected ${FORMATS}, found an empty file.`,
    );
  return format;
}

/**
 * Upright RGB without opacity. Colour profiles stay unused, as in the readers networks are trained with; of damage, what
 * leaves pixels missing counts, not what every viewer shrugs off.
 */
function decoder(bytes: Uint8Array): Sharp {
  return sharp(bytes, { failOn: 'error', ignoreIcc: true, limitInputPixels: 0x3fffffff }).autoOrient().removeAlpha();
}

const fromRgb = ({ width, height, data }: Picture) => sharp(data, { raw: { width, height, channels: 3 } });

async function toRgb(picture: Sharp): Promise<Picture> {
  const { data, info } = await said(picture.toColourspace('srgb').raw().toBuffer({ resolveWithObject: true }));
  return { width: info.width, height: info.height, data: plain(data) };
}

/** For headers out of the ordinary, such as Exif behind the pixels, the library is asked. */
async function headerOf(bytes: Uint8Array): Promise<Header> {
  const format = expectPicture(bytes);
  const header = parseHeader(bytes);
  if (header) return header;
  const { autoOrient } = await said(sharp(bytes, { limitInputPixels: false }).metadata());
  return { format, width: autoOrient.width, height: autoOrient.height, indexed: false };
}

/** The library's words as one sentence. */
async function said<T>(work: Promise<T>): Promise<T> {
  return work.catch((error: unknown) => {
    throw new Error(`Expected a whole picture, found a damaged one (${messageOf(error).split('\n')[0].trim()}).`);
  });
}

const depthFor = (top: number, bits: MaskFile['bits']): MaskFile['bits'] =>
  top < 2 ** bits ? bits : top < 256 ? 8 : 16;

/** A Buffer's memory as a Uint8Array, which structured clones and Response bodies take as it is. */
const plain = (bytes: Uint8Array) => new Uint8Array(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.length);
