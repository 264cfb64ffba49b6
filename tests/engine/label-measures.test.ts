import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { IGNORE } from '../../common/dataset.ts';
import { CONFIDENCE_SHARES, objectSize } from '../../common/insights.ts';
import { Agreement } from '../../main/engine/measures/agreement.ts';
import { BoundaryIou, boundaryReach } from '../../main/engine/measures/boundary.ts';
import { inShares } from '../../main/engine/measures/confidence-shares.ts';
import { Confusion } from '../../main/engine/measures/confusion.ts';
import { JointCounts } from '../../main/engine/measures/joint-counts.ts';
import { ObjectRecall } from '../../main/engine/measures/objects.ts';
import { sweepThreshold } from '../../main/engine/measures/sweep.ts';
import { noise } from '../support/random.ts';

interface Maps {
  width: number;
  height: number;
  reference: Uint8Array;
  predicted: Uint8Array;
}

/** Value and count in turn. */
function unpack(runs: string): Uint8Array {
  const numbers = runs.split(' ').map(Number);
  return Uint8Array.from(numbers.flatMap((value, n) => (n % 2 ? [] : new Array<number>(numbers[n + 1]).fill(value))));
}

/** See fixtures/label-measures/make.py. */
const file = join(import.meta.dirname, '..', 'fixtures', 'label-measures', 'measures.json');
const fixture = JSON.parse(await readFile(file, 'utf8')) as {
  classes: number;
  pictures: { width: number; height: number; reference: string; predicted: string }[];
  iou: number[];
  boundaryIou: number[];
  objects: number[][];
  found: number[][];
};
const pictures: Maps[] = fixture.pictures.map(({ width, height, reference, predicted }) => ({
  ...{ width, height },
  reference: unpack(reference),
  predicted: unpack(predicted),
}));

function measure(maps: readonly Maps[], classes = fixture.classes): Agreement {
  const agreement = new Agreement(classes);
  for (const { reference, predicted, width, height } of maps) agreement.add(reference, predicted, width, height);
  return agreement;
}

const countsOf = ({ confusion, boundary, objects }: Agreement) => [
  confusion.counts,
  boundary.reference,
  boundary.predicted,
  boundary.both,
  objects.objects,
  objects.found,
];

describe('measures of label maps', () => {
  it('are those of OpenCV and SciPy', () => {
    const { confusion, boundary, objects } = measure(pictures);
    boundary.iou().forEach((value, k) => expect(value).toBeCloseTo(fixture.boundaryIou[k], 12));
    confusion.iou().forEach((value, k) => expect(value).toBeCloseTo(fixture.iou[k], 12));
    for (let k = 0; k < fixture.classes; k++) {
      const recall = objects.ofClass(k);
      expect(recall.map((one) => one.objects)).toEqual(fixture.objects[k]);
      expect(recall.map((one) => one.found)).toEqual(fixture.found[k]);
    }
  });

  it('are perfect for what is equal', () => {
    const { confusion, boundary, objects } = measure(pictures.map((one) => ({ ...one, predicted: one.reference })));
    expect(confusion.accuracy()).toBe(1);
    expect(confusion.iou()).toEqual([1, 1, 1, 1]);
    expect(boundary.iou()).toEqual([1, 1, 1, 1]);
    for (const { objects: all, found } of objects.overall()) expect(found).toBe(all);
  });

  it('are the same either way round where nothing is ignored, as far as they are overlaps', () => {
    const whole = pictures.map((one) => ({ ...one, reference: one.reference.map((k) => (k === IGNORE ? 0 : k)) }));
    const turned = whole.map((one) => ({ ...one, reference: one.predicted, predicted: one.reference }));
    const [there, back] = [measure(whole), measure(turned)];
    expect(back.confusion.iou()).toEqual(there.confusion.iou());
    expect(back.boundary.iou()).toEqual(there.boundary.iou());
  });

  it('never count what the reference ignores, whatever is predicted there', () => {
    const random = noise(3);
    const elsewhere = pictures.map((one) => ({
      ...one,
      predicted: one.predicted.map((k, i) => (one.reference[i] === IGNORE ? Math.floor(4 * random()) : k)),
    }));
    expect(elsewhere[0].predicted).not.toEqual(pictures[0].predicted);
    expect(countsOf(measure(elsewhere))).toEqual(countsOf(measure(pictures)));
  });

  it('add up: in any order, and over parts as over the whole', () => {
    const whole = countsOf(measure(pictures));
    expect(countsOf(measure(pictures.toReversed()))).toEqual(whole);
    const [some, rest] = [countsOf(measure(pictures.slice(0, 1))), countsOf(measure(pictures.slice(1)))];
    expect(some.map((counts, n) => counts.map((count, at) => count + rest[n][at]))).toEqual(whole);
  });
});

describe('boundary IoU', () => {
  /** As it is defined: every pixel looks at the whole square around it. */
  function byDefinition({ width, height, reference, predicted }: Maps, k: number): [number, number] {
    const reach = boundaryReach(width, height);
    const isOf = (map: Uint8Array, x: number, y: number) =>
      x >= 0 && y >= 0 && x < width && y < height && reference[y * width + x] !== IGNORE && map[y * width + x] === k;
    const onBoundary = (map: Uint8Array, x: number, y: number) => {
      if (!isOf(map, x, y)) return false;
      for (let v = y - reach; v <= y + reach; v++)
        for (let u = x - reach; u <= x + reach; u++) if (!isOf(map, u, v)) return true;
      return false;
    };
    let [both, either] = [0, 0];
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const [a, b] = [onBoundary(reference, x, y), onBoundary(predicted, x, y)];
        if (a && b) both++;
        if (a || b) either++;
      }
    return [both, either];
  }

  it.each([
    [1, 1],
    [1, 40],
    [40, 1],
    [3, 3],
    [37, 23],
    [90, 61],
    [130, 130],
  ])('of %i×%i is what its definition says', (width, height) => {
    const random = noise(width * 1000 + height);
    const boxes = (map: Uint8Array, values: number[]) => {
      for (let n = 0; n < 12; n++) {
        const [x, y, w, h] = [random() * width, random() * height, random() * 30, random() * 30].map(Math.floor);
        for (let v = y; v < Math.min(height, y + h); v++) map.fill(values[n % values.length], v * width + x, v * width + Math.min(width, x + w)); // prettier-ignore
      }
      return map;
    };
    const reference = boxes(new Uint8Array(width * height), [1, 2, IGNORE]);
    const predicted = boxes(reference.slice(), [0, 1, 2, IGNORE]);
    const boundary = new BoundaryIou(3);
    boundary.add(reference, predicted, width, height);
    boundary.iou().forEach((value, k) => {
      const [both, either] = byDefinition({ width, height, reference, predicted }, k);
      expect(value).toBe(either ? both / either : null);
    });
  });

  it('does not tire of pictures that share a size or do not', () => {
    const [first, ...others] = pictures;
    const before = measure([first]).boundary.iou();
    measure(others);
    expect(measure([first]).boundary.iou()).toEqual(before);
  });

  it('reaches at least one pixel, and a fiftieth of the diagonal', () => {
    expect(boundaryReach(2, 2)).toBe(1);
    expect(boundaryReach(480, 360)).toBe(12);
    expect(boundaryReach(2048, 1024)).toBe(46);
  });
});

describe('objects', () => {
  it('are small under 32², large over 96²', () => {
    expect([1, 1023, 1024, 9216, 9217].map(objectSize)).toEqual(['small', 'small', 'medium', 'medium', 'large']);
  });

  it('are found where at least half of them is, and touch at corners', () => {
    // two pixels of class 1 that touch at a corner, one object; two of class 2 apart
    const reference = Uint8Array.of(1, 0, 0, 2, 0, 1, 0, 0, 0, 0, 0, 2);
    const recall = new ObjectRecall(3);
    recall.add(reference, Uint8Array.of(1, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0), 4, 3);
    expect(recall.ofClass(1)[0]).toEqual({ size: 'small', objects: 1, found: 1 });
    expect(recall.ofClass(2)[0]).toEqual({ size: 'small', objects: 2, found: 1 });
    expect(recall.overall()[0]).toEqual({ size: 'small', objects: 4, found: 3 });
  });
});

describe('confidences', () => {
  const random = noise(5);
  const byte = () => Math.floor(256 * random());
  const reference = Uint8Array.from({ length: 5000 }, () => [0, 1, IGNORE][Math.floor(3 * random())]);
  const label = Uint8Array.from(reference, () => Math.floor(2 * random()));
  const confidence = Uint8Array.from(reference, () => 128 + (byte() >> 1));
  const pGiven = confidence.map((value) => 255 - value);
  const counts = new JointCounts(2);
  const labelled = counts.add({ label, confidence, pGiven }, reference);

  it('are counted by class and agreement, the ignored left out', () => {
    const counted = (k: number, agrees: boolean) =>
      confidence.filter((_, i) => reference[i] !== IGNORE && label[i] === k && (reference[i] === k) === agrees);
    for (const k of [0, 1])
      for (const agrees of [true, false]) {
        const expected = new Float64Array(256);
        for (const byte of counted(k, agrees)) expected[byte]++;
        expect(counts.proposed(k, agrees)).toEqual(expected);
      }
  });

  it('are counted with the classes they belong to', () => {
    const confusion = new Confusion(2);
    confusion.add(reference, label);
    expect(counts.confusion.counts).toEqual(confusion.counts);
    expect(labelled).toBe(reference.filter((k) => k !== IGNORE).length);
    const sums = [0, 1].map((k) => pGiven.filter((_, i) => reference[i] === k).reduce((a, b) => a + b, 0));
    expect([...counts.sums]).toEqual(sums);
  });

  it('fall into equal bins without losing any, and evenly where they are even', () => {
    const even = inShares(new Float64Array(256).fill(1000));
    expect(even).toHaveLength(CONFIDENCE_SHARES);
    expect(even.reduce((a, b) => a + b, 0)).toBe(256_000);
    for (const pixels of even.slice(1, -1)) expect(Math.abs(pixels - 5100)).toBeLessThanOrEqual(2);
    const odd = Float64Array.from({ length: 256 }, byte);
    expect(inShares(odd).reduce((a, b) => a + b, 0)).toBe(odd.reduce((a, b) => a + b, 0));
    expect(inShares(new Float64Array(256).fill(9, 255)).at(-1)).toBe(9);
    expect(inShares(new Float64Array(256).fill(9, 0, 1))[0]).toBe(9);
  });

  it('give the same sweep as every threshold tried on every pixel', () => {
    const sweep = sweepThreshold(counts);
    expect(sweep?.points).toHaveLength(101);
    for (const { threshold, precision, recall, f1, iou } of sweep?.points ?? []) {
      let [hits, misses, alarms] = [0, 0, 0];
      reference.forEach((given, i) => {
        if (given === IGNORE) return;
        const p = label[i] ? confidence[i] : 255 - confidence[i];
        const positive = p >= Math.round(255 * threshold);
        if (given && positive) hits++;
        else if (given) misses++;
        else if (positive) alarms++;
      });
      expect(precision).toBe(hits + alarms ? hits / (hits + alarms) : 1);
      expect(recall).toBe(hits / (hits + misses));
      expect(f1).toBeCloseTo((2 * hits) / (2 * hits + misses + alarms), 12);
      expect(iou).toBe(hits / (hits + misses + alarms));
    }
    const best = sweep?.points[sweep.bestF1];
    for (const { f1, iou } of sweep?.points ?? []) {
      expect(f1).toBeLessThanOrEqual(best?.f1 ?? 0);
      expect(iou).toBeLessThanOrEqual(sweep?.points[sweep.bestIou].iou ?? 0);
    }
  });

  it('at one half are what is proposed, and perfect for a perfect proposal there', () => {
    const perfect = new JointCounts(2);
    const truth = reference.map((k) => k & 1);
    perfect.add({ label: truth, confidence, pGiven }, truth);
    const sweep = sweepThreshold(perfect);
    expect(sweep?.bestF1).toBe(50);
    expect(sweep?.points[50]).toEqual({ threshold: 0.5, precision: 1, recall: 1, f1: 1, iou: 1 });
  });

  it('have no threshold to sweep for one or three classes', () => {
    expect(sweepThreshold(new JointCounts(1))).toBeNull();
    expect(sweepThreshold(new JointCounts(3))).toBeNull();
  });
});
