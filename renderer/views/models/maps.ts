import { IGNORE } from '../../../common/dataset.ts';
import { rgbOf } from '../../../common/palette.ts';
import { splitPlanes } from '../../../common/planes.ts';
import type { TrialPart } from '../../../common/trial.ts';
import type { Rgb } from '../../canvas/painter.ts';
import { INFERNO, scaleColors, VIRIDIS } from '../../canvas/scales.ts';
import { thinned } from '../../canvas/thin.ts';

/** One map of a picture that was tried: bytes in rows of `width`, row-major. */
export interface TriedMap {
  /** unique among the maps of a trial */
  id: string;
  name: string;
  /** labels: class indexes over the picture; the others: 0..255 on a colour scale */
  kind: 'labels' | 'confidence' | 'disagreement';
  width: number;
  height: number;
  data: Uint8Array;
  /** of labels: how sure, 0..255 */
  confidence?: Uint8Array;
  /** how long it took; of members only */
  seconds?: number;
}

/** Texels a side; a larger picture is shown coarser. */
export const LARGEST = 2048;

/** How strongly class colours cover the picture, 0..1. */
const COVER = 0.6;

interface Source {
  width: number;
  height: number;
  /** null: unlabelled */
  given: Uint8Array | null;
  parts: readonly (TrialPart & { bytes: Uint8Array })[];
}

/** Given label, merge, confidence, disagreement, then what each member makes of it alone. */
export function mapsOf({ width, height, given, parts }: Source): TriedMap[] {
  const thin = (data: Uint8Array) => thinned(data, { width, height }, LARGEST);
  const maps: TriedMap[] = given ? [{ id: 'given', name: 'Given label', kind: 'labels', ...thin(given) }] : [];
  const members: TriedMap[] = [];
  for (const { member, seconds, bytes } of parts) {
    const { label, confidence, disagreement } = splitPlanes(bytes, width, height);
    const labels = { kind: 'labels' as const, ...thin(label), confidence: thin(confidence).data };
    if (member !== null) {
      members.push({ id: `member ${members.length}`, name: member, ...labels, seconds });
      continue;
    }
    maps.push({ id: 'merge', name: 'Merge', ...labels });
    maps.push({ id: 'confidence', name: 'Confidence', kind: 'confidence', ...thin(confidence) });
    maps.push({ id: 'disagreement', name: 'Disagreement', kind: 'disagreement', ...thin(disagreement) });
  }
  return [...maps, ...members.sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }))];
}

const SCALES = { confidence: scaleColors(VIRIDIS), disagreement: scaleColors(INFERNO) };

/** Colours `pixels` (RGBA bytes, the picture at the size of the map) by the map. `palette`: of class index 0, 1, … */
export function tint(pixels: Uint8ClampedArray, map: TriedMap, palette: readonly Rgb[]): void {
  const [colors, cover] = map.kind === 'labels' ? [palette, COVER] : [SCALES[map.kind], 1];
  for (let i = 0; i < map.data.length; i++) {
    const color = map.kind === 'labels' && map.data[i] === IGNORE ? undefined : colors.at(map.data[i]);
    if (!color) continue;
    for (let c = 0; c < 3; c++) pixels[4 * i + c] += cover * (color[c] - pixels[4 * i + c]);
  }
}

export const paletteOf = (classes: readonly { color: string }[]): Rgb[] => classes.map(({ color }) => rgbOf(color));

/** What a map holds at a point, both 0..1, in words: `car 0.97`. */
export function readMap(map: TriedMap, x: number, y: number, classes: readonly { name: string }[]): string {
  const i = Math.floor(y * map.height) * map.width + Math.floor(x * map.width);
  const value = map.data[i];
  if (value === undefined) return '';
  if (map.kind === 'confidence') return (value / 255).toFixed(2);
  if (map.kind === 'disagreement') return `${(value / 255).toFixed(2)} bit`;
  if (value === IGNORE) return 'no label';
  const name = classes.at(value)?.name ?? String(value);
  return map.confidence ? `${name} ${(map.confidence[i] / 255).toFixed(2)}` : name;
}

/** Columns in which `count` tiles of this aspect (width by height), each with a line of `line` pixels, come out largest. */
export function columnsFor(
  count: number,
  box: { width: number; height: number },
  { aspect, line, gap }: { aspect: number; line: number; gap: number },
): { columns: number; width: number } {
  let best = { columns: 1, width: 0 };
  for (let columns = 1; columns <= count; columns++) {
    const rows = Math.ceil(count / columns);
    const byWidth = (box.width - (columns - 1) * gap) / columns;
    const byHeight = ((box.height - (rows - 1) * gap) / rows - line) * aspect;
    const width = Math.floor(Math.min(byWidth, byHeight));
    if (width > best.width) best = { columns, width };
  }
  return best;
}
