/** What the first bytes of a picture file say. */
export interface Header {
  format: PictureFormat;
  /** pixels, as displayed (EXIF orientation applied) */
  width: number;
  height: number;
  /** a PNG of one channel, grey or palette: its values can be class ids */
  indexed: boolean;
}

export type PictureFormat = 'jpeg' | 'png' | 'webp' | 'tiff' | 'bmp';

/** By the signature, not the name; null: none of the five. */
export function sniff(bytes: Uint8Array): PictureFormat | null {
  if (starts(bytes, 0, '\xff\xd8\xff')) return 'jpeg';
  if (starts(bytes, 0, '\x89PNG\r\n\x1a\n')) return 'png';
  if (starts(bytes, 0, 'RIFF') && starts(bytes, 8, 'WEBP')) return 'webp';
  if (/^(II[*+]\0|MM\0[*+])/.test(String.fromCharCode(...bytes.subarray(0, 4)))) return 'tiff';
  if (starts(bytes, 0, 'BM')) return 'bmp';
  return null;
}

/** Reads the size out of the first bytes of a file; null where they do not tell (too few of them, or a rare variant). */
export function parseHeader(bytes: Uint8Array): Header | null {
  const format = sniff(bytes);
  if (!format) return null;
  try {
    return PARSERS[format](new DataView(bytes.buffer, bytes.byteOffset, bytes.length));
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

const PARSERS = { jpeg: parseJpeg, png: parsePng, webp: parseWebp, tiff: parseTiff, bmp: parseBmp };

/** Segments up to the frame header (ITU-T T.81, B.2.2); the orientation comes from the Exif segment before it. */
function parseJpeg(view: DataView): Header | null {
  let orientation = 1;
  for (let at = 2; ;) {
    if (view.getUint8(at) !== 0xff) return null;
    const marker = view.getUint8(at + 1);
    if (marker === 0xff) {
      at++;
      continue;
    }
    const length = view.getUint16(at + 2);
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      const [height, width] = [view.getUint16(at + 5), view.getUint16(at + 7)];
      return height && width ? upright('jpeg', width, height, orientation) : null;
    }
    if (marker === 0xe1 && tag(view, at + 4, 6) === 'Exif\0\0')
      orientation = readTiffTags(inside(view, at + 10, length - 8)).orientation;
    at += 2 + length;
  }
}

/** IHDR, then on to the pixels in case an eXIf chunk stands before them. */
function parsePng(view: DataView): Header | null {
  if (tag(view, 12, 4) !== 'IHDR') return null;
  const indexed = [0, 3].includes(view.getUint8(25));
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  for (let at = 33; ;) {
    const length = view.getUint32(at);
    const name = tag(view, at + 4, 4);
    if (name === 'eXIf')
      return upright('png', width, height, readTiffTags(inside(view, at + 8, length)).orientation, indexed);
    if (name === 'IDAT' || name === 'IEND') return upright('png', width, height, 1, indexed);
    at += 12 + length;
  }
}

/** A file that announces Exif has it behind the pixels, out of reach here. */
function parseWebp(view: DataView): Header | null {
  switch (tag(view, 12, 4)) {
    case 'VP8 ':
      return upright('webp', view.getUint16(26, true) & 0x3fff, view.getUint16(28, true) & 0x3fff);
    case 'VP8L': {
      const bits = view.getUint32(21, true);
      return upright('webp', 1 + (bits & 0x3fff), 1 + ((bits >>> 14) & 0x3fff));
    }
    case 'VP8X': {
      const hasExif = view.getUint8(20) & 0x08;
      const size = (at: number) => 1 + (view.getUint32(at, true) & 0xffffff);
      return hasExif ? null : upright('webp', size(24), size(27));
    }
    default:
      return null;
  }
}

function parseTiff(view: DataView): Header | null {
  const { width, height, orientation } = readTiffTags(view);
  return width && height ? upright('tiff', width, height, orientation) : null;
}

function parseBmp(view: DataView): Header | null {
  if (view.getUint32(14, true) === 12) return upright('bmp', view.getUint16(18, true), view.getUint16(20, true));
  return upright('bmp', view.getInt32(18, true), Math.abs(view.getInt32(22, true)));
}

/** First directory of a TIFF file, or of the Exif block of other formats (TIFF 6.0, section 2). */
function readTiffTags(view: DataView): { width: number; height: number; orientation: number } {
  const found = { width: 0, height: 0, orientation: 1 };
  const names: Record<number, keyof typeof found> = { 256: 'width', 257: 'height', 274: 'orientation' };
  const little = view.getUint8(0) === 0x49;
  if (view.getUint16(2, little) !== 42) return found;
  const directory = view.getUint32(4, little);
  const entries = view.getUint16(directory, little);
  for (let i = 0, at = directory + 2; i < entries; i++, at += 12) {
    const name = names[view.getUint16(at, little)];
    const isShort = view.getUint16(at + 2, little) === 3;
    if (name) found[name] = isShort ? view.getUint16(at + 8, little) : view.getUint32(at + 8, little);
  }
  return found;
}

/** Orientations 5 to 8 lie on their side. */
function upright(format: PictureFormat, width: number, height: number, orientation = 1, indexed = false): Header {
  const lying = orientation >= 5 && orientation <= 8;
  return { format, width: lying ? height : width, height: lying ? width : height, indexed };
}

/** Throws RangeError where the part reaches past the end. */
const inside = (view: DataView, at: number, length: number) => new DataView(view.buffer, view.byteOffset + at, length);

function tag(view: DataView, at: number, length: number): string {
  let text = '';
  for (let i = 0; i < length; i++) text += String.fromCharCode(view.getUint8(at + i));
  return text;
}

function starts(bytes: Uint8Array, at: number, signature: string): boolean {
  for (let i = 0; i < signature.length; i++) if (bytes[at + i] !== signature.charCodeAt(i)) return false;
  return true;
}
