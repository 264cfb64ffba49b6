import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import { decode as referenceDecode, encode as referenceEncode } from 'fast-png';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  encodeMask,
  readable,
  readHeader,
  readMask,
  readPicture,
  surroundings,
  thumbnail,
} from '../../main/engine/images.ts';
import type { MaskFile } from '../../main/engine/images.ts';
import { makeTemporary } from '../support/dataset.ts';

let folder: string;
let remove: () => Promise<void>;
beforeAll(async () => ({ folder, remove } = await makeTemporary()));
afterAll(() => remove());

async function put(name: string, bytes: Uint8Array): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, bytes);
  return file;
}

/** A picture whose left half is red and right half is blue, the top row green. */
function halves(width: number, height: number) {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0, at = 0; y < height; y++)
    for (let x = 0; x < width; x++, at += 3) data[at + (y === 0 ? 1 : x < width / 2 ? 0 : 2)] = 255;
  return { width, height, data };
}

const drawn = ({ width, height, data }: ReturnType<typeof halves>) =>
  sharp(data, { raw: { width, height, channels: 3 } });

/** Blobs of small numbers, as masks are. */
function labels(width: number, height: number, top: number) {
  return Uint16Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    return (Math.floor(x / 5) * 7 + Math.floor(y / 3) * 3) % (top + 1);
  });
}

/** Samples packed most significant bit first, rows padded to bytes. */
function packed(values: Uint16Array, width: number, bits: number): Uint8Array {
  const rows: number[] = [];
  for (let start = 0; start < values.length; start += width) {
    const row = new Array<number>(Math.ceil((width * bits) / 8)).fill(0);
    for (let x = 0; x < width; x++) row[(x * bits) >> 3] |= values[start + x] << (8 - bits - ((x * bits) & 7));
    rows.push(...row);
  }
  return Uint8Array.from(rows);
}

describe('masks', () => {
  const palette = Array.from({ length: 16 }, (_, i): [number, number, number] => [
    i * 16,
    255 - i * 16,
    (i * 37) % 256,
  ]);

  for (const bits of [1, 2, 4, 8, 16] as const)
    for (const coloured of [false, true])
      it(`of ${bits} bits${coloured ? ' with a palette' : ''} come back as they went`, async () => {
        if (coloured && bits === 16) return;
        const [width, height] = [37, 23];
        const top = Math.min(2 ** bits - 1, coloured ? 15 : 65535);
        const values = labels(width, height, top);
        const mask: MaskFile = {
          ...{ width, height, bits, data: bits === 16 ? values : Uint8Array.from(values) },
          palette: coloured ? palette.slice(0, top + 1) : null,
          alpha: coloured ? Uint8Array.from([255, 7]) : null,
        };
        const bytes = await encodeMask(mask);
        expect(await readMask(bytes)).toEqual(mask);

        const reference = referenceDecode(bytes, { checkCrc: true });
        expect([reference.depth, reference.channels]).toEqual([bits, 1]);
        expect(reference.data).toEqual(bits < 8 ? packed(values, width, bits) : mask.data);
        if (coloured) expect(reference.palette?.map((entry) => entry.slice(0, 3))).toEqual(mask.palette);
      });

  it('are read as another encoder wrote them', async () => {
    const [width, height] = [37, 23];
    for (const depth of [1, 2, 4, 8] as const) {
      const values = labels(width, height, 2 ** Math.min(depth, 4) - 1);
      const bytes = referenceEncode({
        ...{ width, height, channels: 1, depth, palette },
        data: depth < 8 ? packed(values, width, depth) : Uint8Array.from(values),
      });
      const mask = await readMask(bytes);
      expect(mask).toMatchObject({ width, height, bits: depth, data: Uint8Array.from(values), palette });
    }
  });

  it('are read whatever filters and interlacing they use', async () => {
    const [width, height] = [61, 47];
    const noise = Uint8Array.from({ length: width * height }, (_, i) => (Math.imul(i + 1, 2654435761) >>> 24) & 255);
    const smooth = Uint8Array.from({ length: width * height }, (_, i) => (i % width) + Math.floor(i / width));
    for (const data of [noise, smooth, Uint8Array.from(labels(width, height, 11))])
      for (const options of [{ adaptiveFiltering: true }, { progressive: true }, { compressionLevel: 0 }]) {
        const grey = sharp(data, { raw: { width, height, channels: 1 } }).toColourspace('b-w');
        expect((await readMask(await grey.png(options).toBuffer())).data).toEqual(data);
      }
    const deep = Uint16Array.from({ length: width * height }, (_, i) => Math.imul(i, 40503) & 0xffff);
    for (const progressive of [false, true]) {
      const grey = sharp(deep, { raw: { width, height, channels: 1 } }).toColourspace('grey16');
      const mask = await readMask(await grey.png({ progressive, adaptiveFiltering: true }).toBuffer());
      expect(mask.bits).toBe(16);
      expect(mask.data).toEqual(deep);
    }
  });

  it('of 4 bits are read interlaced', async () => {
    // Adam7 of 3 × 3 pixels, each worth its place: passes 1, 4, 5, 6 and 7 have pixels; a filter byte before each row
    const passes = [
      [0, 0x00],
      [0, 0x20],
      [0, 0x68],
      [0, 0x10],
      [0, 0x70],
      [0, 0x34, 0x50],
    ];
    const mask = await readMask(png({ width: 3, height: 3, bits: 4, interlaced: true, rows: passes.flat() }));
    expect([...mask.data]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('grow where a value does not fit', async () => {
    const grey: MaskFile = {
      width: 2,
      height: 1,
      data: Uint8Array.from([1, 200]),
      bits: 1,
      palette: null,
      alpha: null,
    };
    expect(await readMask(await encodeMask(grey))).toEqual({ ...grey, bits: 8 });
    const wide = { ...grey, bits: 8 as const, data: Uint16Array.from([1, 300]) };
    expect(await readMask(await encodeMask(wide))).toEqual({ ...wide, bits: 16 });
    const colours = { ...grey, palette: palette.slice(0, 2) };
    const grown = await readMask(await encodeMask(colours));
    expect([grown.bits, [...grown.data], grown.palette?.length]).toEqual([8, [1, 200], 201]);
    await expect(encodeMask({ ...wide, palette })).rejects.toThrow('palette indexes up to 255, found 300');
  });

  it('cut short or damaged anywhere are refused in one sentence', async () => {
    const values = Uint8Array.from(labels(64, 48, 11));
    const bytes = await encodeMask({ width: 64, height: 48, data: values, bits: 8, palette, alpha: null });
    for (let length = 0; length < bytes.length; length += 7)
      await expect(readMask(bytes.subarray(0, length)), `${length} bytes`).rejects.toThrow(/^Expected [^\n]*\.$/);
    for (let at = 0; at < bytes.length; at += 11) {
      const damaged = Uint8Array.from(bytes);
      damaged[at] ^= 0x55;
      await expect(readMask(damaged), `byte ${at}`).rejects.toThrow(/^Expected [^\n]*\.$/);
    }
  });

  it('of the wrong kind are refused in one sentence', async () => {
    await expect(readMask(await drawn(halves(4, 4)).png().toBuffer())).rejects.toThrow('found one of colours (RGB)');
    await expect(readMask(await drawn(halves(4, 4)).jpeg().toBuffer())).rejects.toThrow('found JPEG');
    await expect(readMask(join(folder, 'nowhere.png'))).rejects.toThrow('Expected a readable file, found none.');
    // A header that promises far more pixels than there are
    const liar = png({ width: 30000, height: 30000, bits: 8, interlaced: false, rows: [0, 0] });
    await expect(readMask(liar)).rejects.toThrow('bytes of PNG pixels, found 2');
  });
});

describe('pictures', () => {
  const picture = halves(40, 30);

  it('are the same in every lossless format', async () => {
    const files = {
      png: await drawn(picture).png().toBuffer(),
      'palette.png': await drawn(picture).png({ palette: true }).toBuffer(),
      webp: await drawn(picture).webp({ lossless: true }).toBuffer(),
      tif: await drawn(picture).tiff({ compression: 'lzw' }).toBuffer(),
      'bits24.bmp': bmp(picture, 24),
      'bits32.bmp': bmp(picture, 32),
      'bits8.bmp': bmp(picture, 8),
      'bits4.bmp': bmp(picture, 4),
      'opaque.png': await drawn(picture).ensureAlpha(0.5).png().toBuffer(),
    };
    for (const [name, bytes] of Object.entries(files)) {
      const file = await put(`same.${name}`, bytes);
      expect(await readPicture(file), name).toEqual(picture);
      expect(await readPicture(Uint8Array.from(bytes)), name).toEqual(picture);
      expect(await readHeader(file), name).toMatchObject({ width: 40, height: 30 });
    }
  });

  it('of one channel and of 16 bits become RGB of 8', async () => {
    const ramp = Uint8Array.from({ length: 16 }, (_, i) => i * 17);
    const grey = sharp(ramp, { raw: { width: 4, height: 4, channels: 1 } }).toColourspace('b-w');
    const expected = Uint8Array.from(ramp, (value) => value).reduce<number[]>((all, v) => [...all, v, v, v], []);
    expect([...(await readPicture(await grey.clone().png().toBuffer())).data]).toEqual(expected);
    expect([...(await readPicture(await grey.clone().toColourspace('grey16').png().toBuffer())).data]).toEqual(
      expected,
    );
  });

  it('stand upright in all eight orientations: decoded, by their header and as thumbnails', async () => {
    for (const format of ['jpeg', 'png', 'tiff', 'webp'] as const)
      for (let orientation = 1; orientation <= 8; orientation++) {
        const bytes = await drawn(picture).toFormat(format, { quality: 100 }).withMetadata({ orientation }).toBuffer();
        const file = await put(`turned-${orientation}.${format}`, bytes);
        const { width, height } = await readPicture(file);
        const size = orientation > 4 ? [30, 40] : [40, 30];
        expect([width, height], `${format} ${orientation}`).toEqual(size);
        const header = await readHeader(file);
        expect([header.width, header.height], `${format} ${orientation}`).toEqual(size);
        const thumb = await sharp(await thumbnail(file, 20)).metadata();
        expect([thumb.width, thumb.height]).toEqual(size.map((side) => side / 2));
      }
    // Orientation 6: the stored top row is the right column
    const turned = await readPicture(join(folder, 'turned-6.png'));
    expect([...turned.data.subarray(29 * 3, 30 * 3)]).toEqual([0, 255, 0]);
  });

  it('have their size read behind large metadata', async () => {
    const long = 'x'.repeat(300_000);
    const withText = await drawn(picture).jpeg().toBuffer();
    const segments = Buffer.concat(
      [...long.matchAll(/x{1,60000}/g)].map(([text]) => {
        const head = Buffer.from([0xff, 0xfe, 0, 0]);
        head.writeUInt16BE(text.length + 2, 2);
        return Buffer.concat([head, Buffer.from(text)]);
      }),
    );
    const bytes = Buffer.concat([withText.subarray(0, 2), segments, withText.subarray(2)]);
    expect(await readHeader(await put('long.jpg', bytes))).toEqual({
      format: 'jpeg',
      width: 40,
      height: 30,
      indexed: false,
    });
  });

  it('tell by their header whether they can be masks', async () => {
    const index = await encodeMask({
      width: 3,
      height: 2,
      data: new Uint8Array(6),
      bits: 8,
      palette: null,
      alpha: null,
    });
    expect((await readHeader(await put('index.png', index))).indexed).toBe(true);
    expect((await readHeader(await put('colours.png', await drawn(picture).png().toBuffer()))).indexed).toBe(false);
  });

  it('cut short are refused in one sentence, in every format, though their header is fine', async () => {
    const noisy = { ...picture, data: Uint8Array.from(picture.data, (_, i) => Math.imul(i, 2654435761) >>> 24) };
    const files = {
      jpg: await drawn(noisy).jpeg().toBuffer(),
      png: await drawn(noisy).png().toBuffer(),
      webp: await drawn(noisy).webp({ lossless: true }).toBuffer(),
      tif: await drawn(noisy).tiff({ compression: 'none' }).toBuffer(),
      bmp: bmp(noisy, 24),
    };
    for (const [name, bytes] of Object.entries(files))
      await expect(readPicture(bytes.subarray(0, Math.floor(bytes.length * 0.6))), name).rejects.toThrow(
        /^Expected [^\n]*\.$/,
      );
  });

  it('that are none are refused in one sentence', async () => {
    const svg = await put('drawing.jpg', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'));
    await expect(readPicture(svg)).rejects.toThrow(
      'Expected a JPEG, PNG, WebP, TIFF or BMP picture, found other content.',
    );
    await expect(readHeader(svg)).rejects.toThrow('found other content.');
    await expect(readHeader(await put('empty.jpg', new Uint8Array(0)))).rejects.toThrow('found an empty file.');
    await expect(readHeader(join(folder, 'nowhere.jpg'))).rejects.toThrow('Expected a readable file, found none.');
    await expect(readHeader(await put('stub.jpg', Uint8Array.from([0xff, 0xd8, 0xff, 0xe0])))).rejects.toThrow(
      'damaged',
    );
  });

  it('reach a browser as they are, TIFF as PNG', async () => {
    const jpeg = await drawn(picture).jpeg().toBuffer();
    const file = await put('as-is.jpg', jpeg);
    expect(await readable(file)).toEqual({ type: 'image/jpeg', bytes: new Uint8Array(jpeg) });
    const converted = await readable(
      await put('scan.tif', await drawn(picture).tiff({ compression: 'lzw' }).toBuffer()),
    );
    expect(converted.type).toBe('image/png');
    expect(await readPicture(converted.bytes)).toEqual(picture);
  });

  it('have thumbnails of a box with what surrounds it', async () => {
    const file = await put('large.jpg', await drawn(halves(400, 300)).jpeg({ quality: 100 }).toBuffer());
    const { data, info } = await sharp(await thumbnail(file, 64, [300, 200, 10, 30]))
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect([info.width, info.height]).toEqual([50, 50]);
    expect(data[2]).toBeGreaterThan(200);
    expect(data[0]).toBeLessThan(60);
    const bitmap = await put('large.bmp', bmp(halves(400, 300), 24));
    expect((await sharp(await thumbnail(bitmap, 64)).metadata()).width).toBe(64);
  });
});

describe('the surroundings of a box', () => {
  it('are square, hold the box and stay inside the picture where they fit', () => {
    for (const box of [
      [0, 0, 1, 1],
      [470, 350, 10, 10],
      [100, 20, 60, 200],
      [0, 0, 480, 20],
    ] as const) {
      const { left, top, width, height } = surroundings(box, 480, 360);
      expect(left >= 0 && top >= 0 && left + width <= 480 && top + height <= 360, String(box)).toBe(true);
      expect(width === height || height === 360 || width === 480, String(box)).toBe(true);
      expect(left <= box[0] && top <= box[1], String(box)).toBe(true);
      expect(left + width >= box[0] + box[2] && top + height >= box[1] + box[3], String(box)).toBe(true);
    }
    expect(surroundings([0, 0, 9, 9], 20, 10)).toEqual({ left: 0, top: 0, width: 20, height: 10 });
  });
});

/** Uncompressed Windows bitmap, rows from the bottom. */
function bmp({ width, height, data }: ReturnType<typeof halves>, bits: 4 | 8 | 24 | 32): Uint8Array {
  const colours = bits < 24 ? 2 ** bits : 0;
  const stride = Math.ceil((width * bits) / 32) * 4;
  const start = 54 + colours * 4;
  const bytes = Buffer.alloc(start + stride * height);
  bytes.write('BM', 'latin1');
  bytes.writeUInt32LE(start, 10);
  bytes.writeUInt32LE(40, 14);
  bytes.writeInt32LE(width, 18);
  bytes.writeInt32LE(height, 22);
  bytes.writeUInt16LE(1, 26);
  bytes.writeUInt16LE(bits, 28);
  // Palette: entry 1 red, 2 green, 4 blue
  if (colours)
    for (const [entry, at] of [
      [1, 2],
      [2, 1],
      [4, 0],
    ])
      bytes[54 + entry * 4 + at] = 255;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const row = start + (height - 1 - y) * stride;
      const [r, g, b] = data.subarray((y * width + x) * 3);
      const entry = (r ? 1 : 0) | (g ? 2 : 0) | (b ? 4 : 0);
      if (bits === 4) bytes[row + (x >> 1)] |= entry << (x % 2 ? 0 : 4);
      else if (bits === 8) bytes[row + x] = entry;
      else bytes.set([b, g, r], row + (x * bits) / 8);
    }
  return bytes;
}

/** A grey PNG out of filtered, packed rows. */
function png(p: { width: number; height: number; bits: number; interlaced: boolean; rows: number[] }): Uint8Array {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(p.width, 0);
  header.writeUInt32BE(p.height, 4);
  header.set([p.bits, 0, 0, 0, p.interlaced ? 1 : 0], 8);
  const chunk = (name: string, data: Uint8Array) => {
    const body = Buffer.concat([Buffer.from(name, 'latin1'), data]);
    const ends = Buffer.alloc(8);
    ends.writeUInt32BE(data.length, 0);
    ends.writeUInt32BE(crc32(body), 4);
    return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
  };
  const signature = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);
  return Buffer.concat([
    ...[signature, chunk('IHDR', header)],
    ...[chunk('IDAT', deflateSync(Uint8Array.from(p.rows))), chunk('IEND', Buffer.alloc(0))],
  ]);
}
