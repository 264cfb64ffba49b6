import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { confidenceByte, CONFIDENCE_BINS, pixelsFrom } from '../../common/pseudo.ts';
import { acceptPseudo, redo, undo } from '../../main/engine/decide.ts';
import { coverage, pseudoRows, pseudoSummary } from '../../main/engine/pseudo/thresholds.ts';
import { noise } from '../support/random.ts';
import { prepare, type Prepared } from '../support/workspace.ts';

describe('pixels kept at a threshold', () => {
  it('are those at or above it, exactly on even bytes and within half a bin on odd ones', () => {
    const random = noise(3);
    const bytes = Array.from({ length: 5000 }, () => Math.floor(256 * random()));
    const bins = new Array<number>(CONFIDENCE_BINS).fill(0);
    for (const byte of bytes) bins[byte >> 1]++;
    for (const threshold of [0.001, 0.3, 0.5, 0.77, 0.9, 0.95, 1]) {
      const least = confidenceByte(threshold);
      const exact = bytes.filter((byte) => byte >= least).length;
      const half = least % 2 ? bins[least >> 1] / 2 : 0;
      expect(Math.abs(pixelsFrom(bins, least) - exact)).toBeLessThanOrEqual(half);
    }
  });
});

describe('pseudo-labels of a scanned dataset', () => {
  let p: Prepared;
  beforeEach(async () => {
    p = await prepare({ labelled: 2, unlabelled: 5 });
  });
  afterEach(() => p.remove());

  // The ground is proposed with confidence 200, shapes with 240.
  const shapesOf = (sample: string) => p.shapes.truth.get(sample)?.filter((value) => value).length ?? 0;
  const size = () => p.shapes.width * p.shapes.height;

  it('are summed up', async () => {
    await acceptPseudo(p.workspace, 'ann', 0.9, ['s003']);
    const summary = pseudoSummary(p.workspace);
    expect(summary).toMatchObject({ scanned: 5, unlabelled: 5, accepted: 1 });
    expect(summary.histogram[0][100]).toBe(
      5 * size() - [2, 3, 4, 5, 6].reduce((sum, n) => sum + shapesOf(`s00${n}`), 0),
    );
  });

  it('come page by page with the share they keep', async () => {
    await acceptPseudo(p.workspace, 'ann', 0.9, ['s003']);
    const first = pseudoRows(p.workspace, 0.9, 0, 2);
    const second = pseudoRows(p.workspace, 0.9, first.next ?? 0, 100);
    expect([...first.rows, ...second.rows].map(({ sample }) => sample)).toEqual([
      's002',
      's003',
      's004',
      's005',
      's006',
    ]);
    expect(second.next).toBeNull();
    expect(first.rows[1]).toEqual({
      sample: 's003',
      width: 48,
      height: 32,
      kept: shapesOf('s003') / size(),
      accepted: 0.9,
    });
    expect(pseudoRows(p.workspace, 0.5, 0, 1).rows[0].kept).toBe(1);
  });

  it('have their coverage by class, of all or of some', () => {
    const all = coverage(p.workspace, 0.9, null);
    expect(all).toMatchObject({ samples: 5, byClass: { ground: 0, disc: 1, box: 1, bar: 1 } });
    const some = coverage(p.workspace, 0.9, ['s003']);
    expect(some.samples).toBe(1);
    expect(some.keptFraction).toBeCloseTo(shapesOf('s003') / size(), 12);
    expect(coverage(p.workspace, 1, null)).toMatchObject({ keptFraction: 0 });
  });

  it('are kept by class as by picture', () => {
    const threshold = [0.5, 0.9, null, 1];
    const all = coverage(p.workspace, threshold, null);
    expect(all.byClass).toEqual({ ground: 1, disc: 1, box: 0, bar: 0 });
    expect(all.thresholds).toEqual({ ground: 0.5, disc: 0.9, box: null, bar: 1 });
    const { rows } = pseudoRows(p.workspace, threshold, 0, 100);
    for (const { sample, kept } of rows) {
      const truth = p.shapes.truth.get(sample) ?? new Uint8Array();
      expect(kept).toBe(truth.filter((value) => value < 2).length / size());
      expect(kept).toBe(coverage(p.workspace, threshold, [sample]).keptFraction);
    }
  });

  it('are kept alike by one threshold and by equal ones for every class', () => {
    for (const threshold of [0.5, 0.783, 0.785, 0.941, 1]) {
      const equal = new Array<number>(4).fill(threshold);
      expect(coverage(p.workspace, equal, null)).toEqual(coverage(p.workspace, threshold, null));
      expect(pseudoRows(p.workspace, equal, 0, 100)).toEqual(pseudoRows(p.workspace, threshold, 0, 100));
    }
  });

  it('are accepted by class, and tell so', async () => {
    const change = await acceptPseudo(p.workspace, 'ann', [0.5, 0.9, null, 0.9], ['s002', 's003']);
    expect(change.pseudo).toEqual([
      { sample: 's002', accepted: 'by class' },
      { sample: 's003', accepted: 'by class' },
    ]);
    expect(change.text).toBe('Accepted pseudo-labels of 2 pictures by class, at 0.5 to 0.9');
    expect(p.workspace.journal.pseudoOf('s003')?.threshold).toEqual({ 0: 0.5, 1: 0.9, 2: null, 3: 0.9 });
    await acceptPseudo(p.workspace, 'ann', 0.9, ['s003']);
    const { rows } = pseudoRows(p.workspace, 0.5, 0, 100);
    expect(rows.map(({ accepted }) => accepted)).toEqual(['by class', 0.9, null, null, null]);
    const undone = await undo(p.workspace, 'ann', new Set());
    expect(undone?.pseudo).toEqual([{ sample: 's003', accepted: 'by class' }]);
    await undo(p.workspace, 'ann', new Set());
    const redone = await redo(p.workspace, 'ann', new Set());
    expect(redone?.pseudo).toEqual(change.pseudo);
  });

  it('refuse thresholds that are none, or not one a class', async () => {
    for (const threshold of [0, 1.1, [0.5, 0, 0.5, 0.5]])
      await expect(acceptPseudo(p.workspace, 'ann', threshold, null)).rejects.toThrow('over 0 and up to 1');
    await expect(acceptPseudo(p.workspace, 'ann', [0.5, 0.5], null)).rejects.toThrow(
      'Expected 4 thresholds, one a class, found 2.',
    );
  });
});
