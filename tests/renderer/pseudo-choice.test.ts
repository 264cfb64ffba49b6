import 'fake-indexeddb/auto';
import { describe, expect, it } from 'vitest';
import { shareThresholds } from '../../common/class-thresholds.ts';
import { CONFIDENCE_SHARES } from '../../common/insights.ts';
import { CONFIDENCE_BINS } from '../../common/pseudo.ts';
import { ThresholdChoice, type Evidence } from '../../renderer/views/pseudo/choice.svelte.ts';
import { coverageOf, expectedShare, sumCoverage } from '../../renderer/views/pseudo/coverage.ts';
import { choiceText } from '../../renderer/views/pseudo/words.ts';

const flat = (bins: number, count: number) => new Array<number>(bins).fill(count);
const histogram = [flat(CONFIDENCE_BINS, 10), flat(CONFIDENCE_BINS, 3), flat(CONFIDENCE_BINS, 0)];
/** Right in half of the pixels below 0.8, always from there on. */
const half = (k: number) => flat(CONFIDENCE_SHARES, 1000).map((pixels, bin) => (bin < 40 ? pixels / 2 : k * pixels));
const agreement = histogram.map(() => ({ agreeing: half(1), differing: half(0) }));

let stores = 0;
const choose = (evidence: Partial<Evidence> = {}) =>
  new ThresholdChoice(`pseudo-choice-${++stores}`, 3, () => ({ histogram, agreement: null, ...evidence }));

describe('a choice of thresholds', () => {
  it('begins as one, and goes through all ways and back', () => {
    const choice = choose();
    const modes = Array.from({ length: 5 }, () => (choice.nextMode(), choice.mode));
    expect(modes).toEqual(['by class', 'share', 'precision', 'one', 'by class']);
    choice.mode = 'one';
    expect([choice.threshold, choiceText(choice)]).toEqual([0.9, 'at 0.90']);
    choice.move(0.01);
    expect(choice.threshold).toBe(0.91);
    choice.move(7);
    expect(choice.threshold).toBe(1);
  });

  it('by class moves the selected class alone, and can leave it out', () => {
    const choice = choose();
    choice.mode = 'by class';
    choice.select(-1);
    choice.move(-0.2);
    choice.select(1);
    choice.drop();
    expect(choice.threshold).toEqual([0.7, null, 0.9]);
    expect(choice.value).toBeNull();
    choice.move(0.01);
    expect(choice.value).toBe(1);
    choice.drop();
    choice.drop();
    expect(choice.threshold).toEqual([0.7, 0.9, 0.9]);
  });

  it('by share follows the histograms, and is gone on with by hand', () => {
    const choice = choose();
    choice.mode = 'share';
    choice.move(-0.1);
    const thresholds = shareThresholds(histogram, 0.4, 0.5);
    expect([choice.threshold, choiceText(choice)]).toEqual([thresholds, 'at 40% a class']);
    choice.floor = 0.95;
    expect(choice.threshold).toEqual([0.95, 0.95, 0.95]);
    choice.byHand();
    expect([choice.mode, choice.threshold]).toEqual(['by class', [0.95, 0.95, 0.95]]);
  });

  it('by precision promises nothing before it was measured', () => {
    const unknown = choose();
    unknown.mode = 'precision';
    expect([unknown.ready, unknown.threshold]).toEqual([false, [null, null, null]]);
    unknown.byHand();
    expect(unknown.mode).toBe('precision');
    const choice = choose({ agreement });
    choice.mode = 'precision';
    choice.set(0.99);
    expect([choice.ready, choice.threshold]).toEqual([true, [0.8, 0.8, 0.8]]);
    expect(choice.expected(0)).toBe(1);
  });

  it('comes back as it was left, for the same dataset and classes', async () => {
    const choice = choose();
    choice.mode = 'by class';
    choice.set(0.6);
    choice.share = 0.3;
    choice.save();
    const again = async (classes: number) => {
      const other = new ThresholdChoice(`pseudo-choice-${stores}`, classes, () => ({ histogram, agreement: null }));
      await other.load();
      return [other.mode, other.threshold, other.share];
    };
    await expect.poll(() => again(3)).toEqual(['by class', [0.6, 0.9, 0.9], 0.3]);
    expect(await again(4)).toEqual(['one', 0.9, 0.5]);
  });
});

describe('what is expected to be right', () => {
  const kept = histogram.map((bins) => coverageOf(bins, 0.5));

  it('is weighted by what is kept of each class', () => {
    expect(sumCoverage(kept)).toEqual({ kept: 64 * 13, all: 128 * 13 });
    expect(expectedShare(kept, (k) => [0.9, 0.5, null][k])).toBeCloseTo((10 * 0.9 + 3 * 0.5) / 13, 12);
  });

  it('is not told where it is not known of much that is kept', () => {
    expect(expectedShare(kept, (k) => (k ? null : 0.9))).toBeNull();
    expect(expectedShare([coverageOf(histogram[0], null)], () => 1)).toBeNull();
  });
});
