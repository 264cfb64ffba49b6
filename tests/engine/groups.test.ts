import { expect, it } from 'vitest';
import type { Planes } from '../../common/planes.ts';
import { coverMap, findComponents } from '../../main/engine/masks/components.ts';
import { groupStretches } from '../../main/engine/noise/groups.ts';
import { layOver } from '../../main/engine/noise/overlay.ts';
import { findStretches } from '../../main/engine/noise/stretches.ts';
import { noise } from '../support/random.ts';

const SKIP = 255;
/** Log-ratios of proposed to given, times sureness, that a pixel must reach for each floor. */
const FLOORS = [0.32, 1.5, 3.5];

it('regions made of stretches are those of a map of the contradicted pixels, on every floor and from both sides', () => {
  const next = noise(3);
  for (const [width, height, sureness] of [
    [1, 30, 1],
    [30, 1, 1],
    [37, 23, 2],
    [64, 48, 0.5],
  ]) {
    const size = width * height;
    const any = (most: number) => Uint8Array.from({ length: size }, () => Math.floor(next() * most));
    const [label, given, confidence, pGiven] = [any(3), any(3), any(256), any(256)];
    const planes: Planes = { width, height, label, confidence, pGiven, disagreement: any(256) };
    for (let i = 0; i < size; i += 7) given[i] = SKIP;
    const overlay = layOver(coverMap(given, width, height), coverMap(label, width, height));
    const stretches = findStretches(overlay, planes, given, sureness);
    const { start, end } = stretches;
    const [proposedSide, givenSide] = groupStretches(stretches, width, 1);
    for (const [side, classes] of [
      [proposedSide, label],
      [givenSide, given],
    ] as const)
      side.forEach(({ count, first, member, area }, floor) => {
        const contradicted = classes.map((value, i) => {
          const ratio = sureness * Math.log((confidence[i] + 1) / (pGiven[i] + 1));
          return given[i] !== SKIP && given[i] !== label[i] && ratio >= FLOORS[floor] ? value : SKIP;
        });
        const expected = findComponents(contradicted, width, height, SKIP);
        expect([count, ...area]).toEqual([expected.count, ...expected.area]);
        const [found, wanted] = [new Int32Array(size), new Int32Array(size)];
        for (let g = 0; g < count; g++) {
          for (const n of member.subarray(first[g], first[g + 1])) found.fill(g + 1, start[n], end[n]);
          for (let run = expected.first[g]; run < expected.first[g + 1]; run++)
            wanted.fill(g + 1, expected.start[run], expected.end[run]);
        }
        expect(found).toEqual(wanted);
      });
  }
});
