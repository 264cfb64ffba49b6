import type { CaseDetail } from '../../../common/case.ts';
import { IGNORE } from '../../../common/dataset.ts';
import type { Planes } from '../../../common/planes.ts';
import { encodeRle } from '../../../common/rle.ts';
import { findComponents, type Components } from '../masks/components.ts';

/** A case before it has a name: everything that can be told from one picture alone. */
export type FoundCase = Omit<CaseDetail, 'id' | 'sample' | 'heldOut'>;

/** First, simple version: components of disagreement by proposed class. */
export function findCases(planes: Planes, given: Uint8Array, classCount: number): FoundCase[] {
  const { width, height, label, confidence, pGiven, disagreement } = planes;
  const size = width * height;
  const key = new Uint8Array(size).fill(IGNORE);
  for (let i = 0; i < size; i++) if (given[i] !== IGNORE && label[i] !== given[i]) key[i] = label[i];
  const found: Components = findComponents(key, width, height, IGNORE);
  const minimum = Math.max(24, size / 5000);
  const mask = new Uint8Array(size);
  const cases: FoundCase[] = [];
  for (let c = 0; c < found.count; c++) {
    const area = found.area[c];
    if (area < minimum) continue;
    let ratio = 0,
      p = 0,
      mi = 0,
      outline = 0,
      touchGiven = 0,
      touchProposed = 0;
    let x0 = width,
      x1 = 0;
    const votes = new Int32Array(classCount);
    for (let r = found.first[c]; r < found.first[c + 1]; r++) mask.fill(1, found.start[r], found.end[r]);
    for (let r = found.first[c]; r < found.first[c + 1]; r++) {
      const left = found.start[r] % width;
      x0 = Math.min(x0, left);
      x1 = Math.max(x1, left + found.end[r] - found.start[r]);
      for (let i = found.start[r]; i < found.end[r]; i++) {
        ratio += Math.log((confidence[i] + 1) / (pGiven[i] + 1));
        p += pGiven[i];
        mi += disagreement[i];
        votes[given[i]]++;
        const x = i % width;
        for (let n = 0; n < 4; n++) {
          const q =
            n === 0 ? (x > 0 ? i - 1 : -1) : n === 1 ? (x < width - 1 ? i + 1 : -1) : n === 2 ? i - width : i + width;
          if (q < 0 || q >= size || mask[q]) continue;
          outline++;
          if (given[q] !== label[q]) continue;
          if (given[q] === given[i]) touchGiven++;
          if (given[q] === label[i]) touchProposed++;
        }
      }
    }
    const rle = encodeRle(mask, width, height);
    for (let r = found.first[c]; r < found.first[c + 1]; r++) mask.fill(0, found.start[r], found.end[r]);
    const thickness = (2 * area) / Math.max(1, outline);
    const from = touchGiven / Math.max(1, outline);
    const to = touchProposed / Math.max(1, outline);
    const y0 = Math.floor(found.start[found.first[c]] / width);
    const y1 = Math.floor(found.start[found.first[c + 1] - 1] / width) + 1;
    const strength = (ratio / area) * Math.min(1, thickness / 5);
    cases.push({
      kind: from > 0.6 ? 'missing' : to > 0.6 ? 'extra' : from > 0.2 && to > 0.2 ? 'boundary' : 'wrong-class',
      given: votes.indexOf(Math.max(...votes)),
      proposed: found.value[c],
      bbox: [x0, y0, x1 - x0, y1 - y0],
      area,
      score: 1 / (1 + Math.exp(3 - strength)),
      pGiven: p / area / 255,
      agreement: 1,
      disagreement: mi / area / 255,
      rle,
    });
  }
  return cases.sort((a, b) => b.score - a.score);
}
