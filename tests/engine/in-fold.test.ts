import { describe, expect, it } from 'vitest';
import { inFoldOf, JUDGED } from '../../common/features.ts';
import type { Planes } from '../../common/planes.ts';
import { inFoldFor } from '../../main/engine/inference/in-fold.ts';
import { findCases } from '../../main/engine/noise/cases.ts';
import { inFoldFeatures, scoreAgain } from '../../main/engine/noise/in-fold.ts';

describe('who takes a second look', () => {
  const member = (fold: number | null) => ({ fold }) as Parameters<typeof inFoldFor>[0]['members'][number];
  const members = [member(0), member(1), member(2), member(1), member(null)];
  const folds = new Map([
    ['a', 1],
    ['b', 2],
    ['alone', 7],
  ]);
  let size = { width: 480, height: 360 };
  const ask = (name: string, inFold: number, mask: string | null = `${name}.png`, dead = -1) =>
    inFoldFor({ members, folds, inFold }, { name, mask, ...size }, (i) => i !== dead);

  it('members known to have trained on the picture, from the next fold on', () => {
    expect(ask('a', 1)).toEqual([2]);
    expect(ask('b', 1)).toEqual([0]);
    expect(ask('b', 2)).toEqual([0, 1]);
    expect(ask('a', 9)).toEqual([2, 0]);
    expect(ask('a', 1, 'a.png', 2)).toEqual([0]);
  });

  it('nobody where nobody shall, nothing is labelled, or no member was held out', () => {
    expect(ask('a', 0)).toEqual([]);
    expect(ask('a', 2, null)).toEqual([]);
    expect(ask('unknown', 2)).toEqual([]);
    expect(ask('alone', 2)).toEqual([]);
    size = { width: 4096, height: 4097 };
    expect(ask('a', 2)).toEqual([]);
  });
});

describe('a second look', () => {
  const [width, height] = [64, 48];
  const square = (inside: number, outside: number) =>
    Uint8Array.from({ length: width * height }, (_, i) => {
      const [x, y] = [i % width, Math.floor(i / width)];
      return x >= 20 && x < 36 && y >= 16 && y < 32 ? inside : outside;
    });
  /** A square proposed as class 1 where all is labelled 0. `doubt`: p(given) there, 0..255. */
  const planes = (doubt: number): Planes => ({
    ...{ width, height, label: square(1, 0), disagreement: square(0, 0) },
    ...{ confidence: square(255 - doubt, 240), pGiven: square(doubt, 240) },
  });
  const given = square(0, 0);
  /** Members that trained on the label and came over to it. */
  const convinced: Planes = { ...planes(0), label: given, confidence: square(240, 240), pGiven: square(240, 240) };
  const [once] = findCases(planes(10), given, 2);
  const [kept] = findCases(planes(10), given, 2, { inFold: planes(10) });
  const [lost] = findCases(planes(10), given, 2, { inFold: convinced });

  it('raises what is contradicted in spite of training, lowers what was learned, and finds the same region', () => {
    expect(kept.score).toBeGreaterThan(lost.score);
    expect(lost.score).toBeLessThanOrEqual(once.score);
    for (const { rle, kind, proposed } of [kept, lost])
      expect({ rle, kind, proposed }).toEqual({ rle: once.rle, kind: once.kind, proposed: once.proposed });
  });

  it('travels with the case as features; without it they say so', () => {
    const ratio = Math.log(246 / 11);
    expect(inFoldOf(kept.features)?.trained).toBeCloseTo(ratio, 6);
    expect(inFoldOf(kept.features)?.cameOver).toBeCloseTo(0, 6);
    expect(inFoldOf(lost.features)?.trained).toBeCloseTo(0, 6);
    expect(inFoldOf(lost.features)?.cameOver).toBeCloseTo(ratio, 6);
    expect(inFoldOf(once.features)).toBeNull();
    expect(once.features).toHaveLength(JUDGED.length + 2);
    expect(inFoldFeatures(null)).toEqual([0, 0]);
  });

  it('takes a log-ratio for what it is worth', () => {
    const [unsure] = findCases(planes(10), given, 2, { inFold: planes(10), sureness: 0.5 });
    expect(inFoldOf(unsure.features)?.trained).toBeCloseTo(Math.log(246 / 11) / 2, 6);
  });

  const again = (score: number, trained = 2, cameOver = 0) => scoreAgain(score, { trained, cameOver });

  it('raises no score of what members that trained on it do not contradict', () => {
    for (const score of [0.01, 0.3, 0.9])
      for (const cameOver of [-1, 0, 4]) expect(again(score, 0.1, cameOver)).toBeLessThanOrEqual(score + 1e-12);
    expect(again(0.9, 4, 0)).toBeGreaterThan(0.9);
  });

  it('is monotonic, and stays a probability', () => {
    expect(again(0.4)).toBeGreaterThan(again(0.3));
    expect(again(0.4, 2, 0)).toBeGreaterThan(again(0.4, 0, 2));
    for (const score of [1e-6, 0.5, 1 - 1e-6]) {
      expect(again(score, 5)).toBeGreaterThan(0);
      expect(again(score, 5)).toBeLessThanOrEqual(1);
    }
  });
});
