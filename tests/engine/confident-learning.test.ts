import { describe, expect, it } from 'vitest';
import { IGNORE } from '../../common/dataset.ts';
import { ConfidentLearning } from '../../main/engine/noise/confident-learning.ts';
import { noise } from '../support/random.ts';

const CLASSES = 4;

interface Picture {
  label: Uint8Array;
  confidence: Uint8Array;
  pGiven: Uint8Array;
  given: Uint8Array;
}

/** Runs of labels as pictures have them, a tenth ignored; nobody is labelled with the last class, but it is proposed. */
function draw(seed: number, size = 3000): Picture {
  const next = noise(seed);
  const [label, confidence, pGiven, given] = Array.from({ length: 4 }, () => new Uint8Array(size));
  let labelled = 0;
  for (let i = 0; i < size; i++) {
    if (next() < 0.1) labelled = next() < 0.1 ? IGNORE : Math.floor(next() * (CLASSES - 1));
    given[i] = labelled;
    const agrees = next() < 0.7 && labelled !== IGNORE;
    label[i] = agrees ? labelled : Math.floor(next() * CLASSES);
    confidence[i] = 128 + Math.floor(next() * 128);
    pGiven[i] = label[i] === labelled ? confidence[i] : Math.floor(next() * (256 - confidence[i]));
  }
  return { label, confidence, pGiven, given };
}

const learn = (...pictures: Picture[]) => {
  const learning = new ConfidentLearning(CLASSES);
  for (const { given, ...planes } of pictures) learning.add(planes, given);
  return { thresholds: learning.thresholds(), suspects: learning.suspects() };
};

/** As published, pixel by pixel over everything at once. */
function published(pictures: Picture[]) {
  const pixels = pictures.flatMap(({ label, confidence, pGiven, given }) =>
    [...given].map((y, i) => ({ y, k: label[i], p: confidence[i] / 255, self: pGiven[i] / 255 })),
  );
  const thresholds = Array.from({ length: CLASSES }, (_, k) => {
    const own = pixels.filter(({ y }) => y === k);
    return own.length ? own.reduce((sum, { self }) => sum + self, 0) / own.length : null;
  });
  const suspects = Array.from(
    { length: CLASSES },
    (_, class_) =>
      pixels.filter(({ y, k, p }) => y === class_ && k !== y && p >= (thresholds[k] ?? Infinity) - 1e-6).length,
  );
  return { thresholds, suspects };
}

describe('confident learning', () => {
  const pictures = [1, 2, 3, 4].map((seed) => draw(seed));

  it('is what is published', () => {
    const [found, expected] = [learn(...pictures), published(pictures)];
    expect(found.suspects).toEqual(expected.suspects);
    expect(found.suspects[0]).toBeGreaterThan(100);
    for (let k = 0; k < CLASSES - 1; k++) expect(found.thresholds[k]).toBeCloseTo(expected.thresholds[k] ?? NaN, 12);
  });

  it('does not depend on the order of pictures, nor on where one ends', () => {
    const whole = Object.fromEntries(
      (['label', 'confidence', 'pGiven', 'given'] as const).map((plane) => [
        plane,
        Uint8Array.from(pictures.flatMap((one) => [...one[plane]])),
      ]),
    ) as unknown as Picture;
    expect(learn(...[...pictures].reverse())).toEqual(learn(...pictures));
    expect(learn(whole)).toEqual(learn(...pictures));
  });

  it('does not look at ignored pixels', () => {
    const [one] = pictures;
    const kept = Array.from(one.given, (_, i) => i).filter((i) => one.given[i] !== IGNORE);
    const cut = (plane: Uint8Array) => Uint8Array.from(kept, (i) => plane[i]);
    const { label, confidence, pGiven, given } = one;
    const without = { label: cut(label), confidence: cut(confidence), pGiven: cut(pGiven), given: cut(given) };
    expect(learn(without)).toEqual(learn(one));
  });

  it('knows no threshold of a class nobody is labelled with, which claims nothing', () => {
    const one = { given: [0, 0, 0], label: [0, 3, 3], confidence: [200, 255, 255], pGiven: [200, 0, 0] };
    const [given, label, confidence, pGiven] = [one.given, one.label, one.confidence, one.pGiven].map((plane) =>
      Uint8Array.from(plane),
    );
    expect(learn({ given, label, confidence, pGiven })).toEqual({
      thresholds: [200 / 255 / 3, null, null, null],
      suspects: [0, 0, 0, 0],
    });
  });

  it('takes a probability at its threshold for a suspect', () => {
    // Of class 1, labelled with certainty 200/255 wherever it is: a pixel labelled 0 and proposed 1 as surely as that.
    const given = Uint8Array.from([1, 1, 1, 0, 0]);
    const label = Uint8Array.from([1, 1, 1, 1, 1]);
    const confidence = Uint8Array.from([200, 200, 200, 200, 199]);
    const pGiven = Uint8Array.from([200, 200, 200, 55, 56]);
    expect(learn({ given, label, confidence, pGiven }).suspects).toEqual([1, 0, 0, 0]);
  });
});
