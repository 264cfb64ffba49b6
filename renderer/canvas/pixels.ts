import type { SampleDetail } from '../../common/api.ts';
import { IGNORE } from '../../common/dataset.ts';
import type { AssetKind } from '../../common/host.ts';
import { splitPlanes, type Planes } from '../../common/planes.ts';

/** What the stage needs of one picture. */
export interface PicturePixels {
  detail: SampleDetail;
  width: number;
  height: number;
  /** upright; at most the largest texture, so it may be smaller than width × height */
  picture: ImageBitmap;
  /** class indexes */
  given: Uint8Array;
  planes: Planes;
  /** memory it takes, bytes */
  bytes: number;
}

export interface PixelSource {
  detail: (sample: string) => Promise<SampleDetail>;
  url: (kind: AssetKind, sample: string) => string;
  /** texels a side */
  largest: number;
}

/** Fetches picture, given label and planes at once. Rejects with a sentence where one of them cannot be had. */
export async function loadPixels(source: PixelSource, sample: string, signal?: AbortSignal): Promise<PicturePixels> {
  const bytesOf = async (kind: AssetKind) => new Uint8Array(await (await get(kind)).arrayBuffer());
  const get = async (kind: AssetKind) => {
    const reply = await fetch(source.url(kind, sample), { signal });
    if (!reply.ok) throw new Error(`Expected the ${WORDS[kind]} of ${sample}, found ${await reasonOf(reply)}.`);
    return reply;
  };
  const [detail, picture, given, planes] = await Promise.all([
    source.detail(sample),
    get('picture').then((reply) => reply.blob()),
    bytesOf('given'),
    bytesOf('planes'),
  ]);
  const { width, height } = detail;
  if (given.length !== width * height)
    throw new Error(`Expected ${width * height} bytes of given label for ${sample}, found ${given.length}.`);
  const bitmap = await decode(picture, width, height, source.largest);
  const bytes = 4 * bitmap.width * bitmap.height + given.length + planes.length;
  return { detail, width, height, picture: bitmap, given, planes: splitPlanes(planes, width, height), bytes };
}

/** The four planes and the two labels at one pixel. */
export interface Probe {
  x: number;
  y: number;
  /** class index; null: no label there */
  given: number | null;
  proposed: number;
  /** 0..1 */
  confidence: number;
  disagreement: number;
  pGiven: number;
}

/** Null outside of the picture. */
export function probe({ width, height, given, planes }: PicturePixels, x: number, y: number): Probe | null {
  if (!(x >= 0 && y >= 0 && x < width && y < height)) return null;
  const [column, row] = [Math.floor(x), Math.floor(y)];
  const i = row * width + column;
  return {
    x: column,
    y: row,
    given: given[i] === IGNORE ? null : given[i],
    proposed: planes.label[i],
    confidence: planes.confidence[i] / 255,
    disagreement: planes.disagreement[i] / 255,
    pGiven: planes.pGiven[i] / 255,
  };
}

const WORDS: Partial<Record<AssetKind, string>> = { picture: 'picture', given: 'given label', planes: 'scan result' };

function decode(picture: Blob, width: number, height: number, largest: number): Promise<ImageBitmap> {
  const shrink = largest / Math.max(width, height);
  if (shrink >= 1) return createImageBitmap(picture, { premultiplyAlpha: 'none' });
  const [resizeWidth, resizeHeight] = [Math.floor(width * shrink), Math.floor(height * shrink)];
  return createImageBitmap(picture, { premultiplyAlpha: 'none', resizeWidth, resizeHeight, resizeQuality: 'high' });
}

async function reasonOf(reply: Response): Promise<string> {
  const text = (await reply.text().catch(() => '')).trim();
  return text && text.length < 200 ? text.replace(/\.$/, '') : `status ${reply.status}`;
}
