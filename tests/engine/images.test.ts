import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import { decode as referenceDecode, encode as referenceEncode } from 'fast-png';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeMask, readMask } from '../../main/engine/images.ts';
import type { MaskFile } from '../../main/engine/images.ts';
import { makeTemporary } from '../support/dataset.ts';

let folder: string;
let remove: () => Promise<void>;
beforeAll(async () => ({ folder, remove } = await makeTemporary()));
afterAll(() => remove());

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
