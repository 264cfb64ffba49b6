import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeMask, readable, readHeader, readPicture, surroundings, thumbnail } from '../../main/engine/images.ts';
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
