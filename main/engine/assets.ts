import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { constants, zstdCompress, zstdDecompress } from 'node:zlib';
import { z } from 'zod';
import type { SampleRow } from '../../common/dataset.ts';
import type { Threshold } from '../../common/pseudo.ts';
import { isKind, MAKERS, RAW, Refusal, type Asset, type AssetQuery } from './assets/kinds.ts';
import { messageOf } from './errors.ts';
import type { Workspace } from './workspace.ts';

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

/** `0.9`, or by class index `0.9,none,0.5`. */
const threshold = z
  .string()
  .transform((text) => text.split(',').map((one) => (one === 'none' ? null : one ? Number(one) : NaN)))
  .pipe(z.array(z.number().min(0).max(1).nullable()))
  .transform((levels): Threshold => (levels.length === 1 && levels[0] !== null ? levels[0] : levels));

const Query = z.object({
  size: z.coerce.number().int().min(16).max(4096).default(256),
  box: z
    .string()
    .regex(/^\d{1,6},\d{1,6},\d{1,6},\d{1,6}$/)
    .transform((text) => text.split(',').map(Number) as [number, number, number, number])
    .optional(),
  threshold: threshold.default(0.9),
  scan: z
    .string()
    .regex(/^[0-9a-f]{16}-\d{1,3}$/)
    .optional(),
});

/**
 * Answers the pixel URLs of common/host.ts: the last three parts of the path are dataset, kind and sample, whatever
 * stands before them. A sample is looked up by name in its opened dataset, so no path from a URL reaches the file
 * system. Label maps and planes carry `X-Winnow-Size: 480x360` and go out as zstd where the other side takes it.
 * Every failure is a response with one sentence.
 */
export function createAssets(find: (datasetId: string) => Workspace | undefined) {
  return async (request: Request): Promise<Response> => {
    try {
      if (!['GET', 'HEAD'].includes(request.method))
        throw new Refusal(405, `Expected GET or HEAD, found ${request.method}.`);
      return await answer(request, find);
    } catch (error) {
      const status = error instanceof Refusal ? error.status : 422;
      return new Response(messageOf(error), { status, headers: { ...PLAIN, 'Cache-Control': 'no-store' } });
    }
  };
}

const PLAIN = { 'Content-Type': 'text/plain; charset=utf-8', 'X-Content-Type-Options': 'nosniff' };

async function answer(request: Request, find: (id: string) => Workspace | undefined): Promise<Response> {
  const url = new URL(request.url);
  const { workspace, kind, sample } = locate(url, find);
  const query = parseQuery(url);
  const headers = new Headers({
    'Cache-Control': url.searchParams.has('v') ? 'private, max-age=31536000, immutable' : 'private, no-cache',
    'X-Content-Type-Options': 'nosniff',
    Vary: 'Accept-Encoding',
  });
  const known = request.headers.get('If-None-Match');
  const unchanged = (tag: string) => {
    headers.set('ETag', tag);
    return tag === known;
  };
  const source = kind === 'picture' || kind === 'thumb' ? await sourceTag(workspace, sample, url) : null;
  if (source && unchanged(source)) return new Response(null, { status: 304, headers });
  const asset = await MAKERS[kind](workspace, sample, query);
  if (!source && unchanged(contentTag(asset))) return new Response(null, { status: 304, headers });

  headers.set('Content-Type', asset.type);
  if (asset.type === RAW) headers.set('X-Winnow-Size', `${sample.width}x${sample.height}`);
  const body = await encode(asset, request.headers.get('Accept-Encoding') ?? '', headers);
  headers.set('Content-Length', String(body.length));
  return new Response(request.method === 'HEAD' ? null : (body as Uint8Array<ArrayBuffer>), { headers });
}

function locate(url: URL, find: (id: string) => Workspace | undefined) {
  const [dataset, kind, name] = url.pathname.split('/').slice(-3).map(decoded);
  const workspace = find(dataset);
  if (!workspace) throw new Refusal(404, `Expected a dataset that is open, found none by the name ${dataset}.`);
  if (!isKind(kind)) throw new Refusal(404, `Expected ${Object.keys(MAKERS).join(', ')}, found ${kind}.`);
  const sample = workspace.dataset.byName.get(name);
  if (!sample)
    throw new Refusal(404, `Expected a picture of ${workspace.dataset.name}, found none by the name ${name}.`);
  return { workspace, kind, sample };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function parseQuery(url: URL): AssetQuery {
  const parsed = Query.safeParse(Object.fromEntries(url.searchParams));
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0];
  throw new Refusal(400, `Expected a usable ${path.join('.')} in the address, found: ${message}.`);
}

/** Raw maps go out packed where that is understood; pictures are packed already. */
async function encode(asset: Asset, accepted: string, headers: Headers): Promise<Uint8Array> {
  if (asset.type !== RAW || !/\bzstd\b/.test(accepted)) return asset.bytes ? asset.bytes : decompress(asset.packed);
  headers.set('Content-Encoding', 'zstd');
  return asset.packed ?? compress(asset.bytes, { params: { [constants.ZSTD_c_compressionLevel]: 1 } });
}

const shortHash = (content: Uint8Array | string) => `W/"${createHash('sha1').update(content).digest('base64url')}"`;

const contentTag = ({ bytes, packed }: Asset) => shortHash(bytes ?? packed);

/** Spares decoding: the same file asked for in the same way looks the same. */
async function sourceTag({ dataset }: Workspace, sample: SampleRow, url: URL): Promise<string> {
  const file = await stat(join(dataset.folder, sample.image)).catch(() => null);
  if (!file) throw new Refusal(404, `Expected the picture ${sample.image}, found it gone.`);
  return shortHash(`${file.size} ${file.mtimeMs} ${url.search}`);
}
