import { rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IGNORE } from '../../common/dataset.ts';
import { assetUrl, type AssetKind } from '../../common/host.ts';
import { splitPlanes } from '../../common/planes.ts';
import { createAssets } from '../../main/engine/assets.ts';
import { acceptPicture, acceptPseudo } from '../../main/engine/decide.ts';
import { closeWorkspace, openWorkspace, type Workspace } from '../../main/engine/workspace.ts';
import { makeShapes, makeTemporary, type Shapes } from '../support/dataset.ts';
import { pretendScan } from '../support/scan.ts';

let remove: () => Promise<void>;
let shapes: Shapes;
let workspace: Workspace;
let assets: ReturnType<typeof createAssets>;

beforeAll(async () => {
  const temporary = await makeTemporary();
  remove = temporary.remove;
  // s000 … s003 labelled, s001 and s003 with a wrong disc; s004, s005 not; s006 and s007 are broken below
  shapes = await makeShapes(temporary.folder, { labelled: 4, unlabelled: 4, ids: [3, 5, 9, 12] });
  await writeFile(join(temporary.folder, 'images', 'a b%2f..#ü.jpg'), 'x');
  const odd = await sharp({ create: { width: 9, height: 7, channels: 3, background: '#456' } })
    .jpeg()
    .toBuffer();
  await writeFile(join(temporary.folder, 'images', 'a b%2f..#ü.jpg'), odd);
  workspace = await openWorkspace(temporary.folder);
  assets = createAssets((id) => (id === workspace.project.id ? workspace : undefined));
});
afterAll(async () => {
  await closeWorkspace(workspace);
  await remove();
});

const url = (kind: AssetKind, sample: string, query = {}) =>
  assetUrl('http://127.0.0.1/assets', workspace.project.id, kind, sample, query);

const get = (kind: AssetKind, sample: string, query = {}, headers: Record<string, string> = {}) =>
  assets(new Request(url(kind, sample, query), { headers }));

const bytesOf = async (response: Response) => new Uint8Array(await response.arrayBuffer());

describe('before a scan', () => {
  it('there are pictures, thumbnails and given labels, but no planes', async () => {
    for (const kind of ['planes', 'pseudo'] as const) {
      const response = await get(kind, 's004');
      expect([response.status, await response.text()]).toEqual([404, expect.stringMatching(/^Expected .* s004\.$/)]);
    }
    const given = await get('given', 's001');
    expect(given.headers.get('X-Winnow-Size')).toBe('48x32');
    expect(await bytesOf(given)).toEqual(shapes.given.get('s001'));
    expect(new Set(await bytesOf(await get('given', 's004')))).toEqual(new Set([IGNORE]));
    expect(await bytesOf(await get('cleaned', 's001'))).toEqual(shapes.given.get('s001'));
  });

  it('a picture is the file itself', async () => {
    const response = await get('picture', 's002');
    expect(response.headers.get('Content-Type')).toBe('image/jpeg');
    expect(response.headers.get('X-Content-Type-Options')).toBe('nosniff');
    const bytes = await bytesOf(response);
    expect(response.headers.get('Content-Length')).toBe(String(bytes.length));
    expect(await sharp(bytes).metadata()).toMatchObject({ width: 48, height: 32, format: 'jpeg' });
  });

  it('a thumbnail keeps to its size and box', async () => {
    const size = async (query: object) => {
      const { width, height } = await sharp(await bytesOf(await get('thumb', 's002', query))).metadata();
      return [width, height];
    };
    expect(await size({ size: 24 })).toEqual([24, 16]);
    expect(await size({ size: 24, box: [0, 0, 4, 4] })).toEqual([24, 24]);
    expect(await size({ size: 24, box: [999, 999, 4, 4] })).toEqual([24, 24]);
  });

  it('names may hold anything a file name may', async () => {
    expect((await get('picture', 'a b%2f..#ü')).status).toBe(200);
  });
});

describe('after a scan', () => {
  beforeAll(() => pretendScan(workspace, shapes));

  it('planes travel as they are stored, or unpacked', async () => {
    const packed = await get('planes', 's001', {}, { 'Accept-Encoding': 'gzip, zstd' });
    expect(packed.headers.get('Content-Encoding')).toBe('zstd');
    const plain = await get('planes', 's001');
    expect([plain.headers.get('Content-Encoding'), plain.headers.get('X-Winnow-Size')]).toEqual([null, '48x32']);
    const bytes = await bytesOf(plain);
    expect(new Uint8Array(zstdDecompressSync(await bytesOf(packed)))).toEqual(bytes);
    expect(splitPlanes(bytes, 48, 32).label).toEqual(shapes.truth.get('s001'));
  });

  it('label maps are packed where that is understood', async () => {
    const response = await get('given', 's001', {}, { 'Accept-Encoding': 'zstd' });
    expect(response.headers.get('Content-Encoding')).toBe('zstd');
    expect(new Uint8Array(zstdDecompressSync(await bytesOf(response)))).toEqual(shapes.given.get('s001'));
  });

  it('what was kept of a proposal is tinted, the rest dark', async () => {
    const shown = async (threshold: number | (number | null)[]) => {
      const bytes = await bytesOf(await get('pseudo', 's004', { size: 48, threshold }));
      const { data, info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
      expect([info.width, info.height]).toEqual([48, 32]);
      return data.reduce((sum, value) => sum + value, 0) / data.length;
    };
    // Ground has confidence 200, shapes 240
    const [everything, shapesOnly, nothing] = [await shown(0.5), await shown(0.9), await shown(1)];
    expect(everything).toBeGreaterThan(shapesOnly + 5);
    expect(shapesOnly).toBeGreaterThan(nothing + 2);
    expect(await shown([0.9, 0.9, 0.9, 0.9])).toBe(shapesOnly);
    expect(await shown([null, 0.5, 0.5, 0.5])).toBe(shapesOnly);
    expect(await shown([null, 1, null, null])).toBe(nothing);
    expect((await get('pseudo', 's004', { threshold: [0.5, 7, null, 0.5] })).status).toBe(400);
  });

  it('cleaned labels follow the decisions, and given ones do not', async () => {
    const before = (await get('cleaned', 's001')).headers.get('ETag');
    await acceptPicture(workspace, 'me', 's001');
    const cleaned = await get('cleaned', 's001', {}, { 'If-None-Match': before ?? '' });
    expect(cleaned.status).toBe(200);
    expect(await bytesOf(cleaned)).toEqual(shapes.truth.get('s001'));
    expect(await bytesOf(await get('given', 's001'))).toEqual(shapes.given.get('s001'));
  });

  it('the cleaned label of a picture without mask is its accepted pseudo-label', async () => {
    await acceptPseudo(workspace, 'me', 0.9, ['s004']);
    const expected = shapes.truth.get('s004')?.map((value) => (value ? value : IGNORE));
    expect(await bytesOf(await get('cleaned', 's004'))).toEqual(expected);
    expect(new Set(await bytesOf(await get('cleaned', 's005')))).toEqual(new Set([IGNORE]));
    await acceptPseudo(workspace, 'me', [0.5, 0.9, null, 1], ['s004']);
    const byClass = shapes.truth.get('s004')?.map((value) => (value < 2 ? value : IGNORE));
    expect(await bytesOf(await get('cleaned', 's004'))).toEqual(byClass);
  });
});

describe('answers', () => {
  it('are revalidated, or kept for good where the address names a version', async () => {
    for (const kind of ['picture', 'thumb', 'given', 'cleaned'] as const) {
      const first = await get(kind, 's000');
      expect(first.headers.get('Cache-Control')).toBe('private, no-cache');
      const again = await get(kind, 's000', {}, { 'If-None-Match': first.headers.get('ETag') ?? '' });
      expect([again.status, (await bytesOf(again)).length], kind).toEqual([304, 0]);
      expect((await get(kind, 's000', { v: 7 })).headers.get('Cache-Control')).toContain('immutable');
    }
  });

  it('to what is not there are 404, whatever the address tries', async () => {
    const id = workspace.project.id;
    for (const path of [
      ...['', 'nowhere/picture/s000', `${id}/picture/s999`, `${id}/masks/s000`, `${id}/constructor/s000`],
      ...[`${id}/picture/..%2F..%2Fetc%2Fpasswd`, `${id}/picture/classes.json`, `${id}/picture/images%2Fs000.jpg`],
      ...[
        `${id}/picture/%E0%A4%A`,
        `${id}/picture/${encodeURIComponent(join(workspace.dataset.folder, 'classes.json'))}`,
      ],
    ]) {
      const response = await assets(new Request(`http://127.0.0.1/assets/${path}`));
      expect([response.status, await response.text()], path).toEqual([404, expect.stringMatching(/^Expected .*\.$/)]);
      expect(response.headers.get('Cache-Control')).toBe('no-store');
    }
  });

  it('to a wrong question say what is wrong', async () => {
    for (const query of [{ size: 0 }, { size: 'big' }, { size: 1e9 }, { box: [1, 2, 3] }, { threshold: 7 }]) {
      const response = await get('thumb', 's000', query);
      expect([response.status, await response.text()]).toEqual([
        400,
        expect.stringMatching(/^Expected a usable .*\.$/),
      ]);
    }
    expect((await assets(new Request(url('picture', 's000'), { method: 'POST' }))).status).toBe(405);
    const head = await assets(new Request(url('given', 's000'), { method: 'HEAD' }));
    expect([head.status, head.headers.get('Content-Length'), (await bytesOf(head)).length]).toEqual([200, '1536', 0]);
  });

  it('to a broken file are one sentence', async () => {
    const { folder } = workspace.dataset;
    await rm(join(folder, 'unlabeled/s006.jpg'));
    await truncate(join(folder, 'unlabeled/s007.jpg'), 700);
    await truncate(join(folder, 'masks/s003.png'), 60);
    for (const [kind, sample] of [
      ['picture', 's006'],
      ['thumb', 's006'],
      ['thumb', 's007'],
      ['given', 's003'],
      ['cleaned', 's003'],
    ] as const) {
      const response = await get(kind, sample);
      expect([404, 422], `${kind} ${sample}`).toContain(response.status);
      expect(await response.text(), `${kind} ${sample}`).toMatch(/^Expected [^\n]*\.$/);
    }
  });
});
