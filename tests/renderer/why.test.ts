import { describe, expect, it } from 'vitest';
import { makeCase } from './engine.ts';
import { FEATURES, JUDGED } from '../../common/features.ts';
import { inFoldFeatures } from '../../main/engine/noise/in-fold.ts';
import { IGNORE } from '../../common/dataset.ts';
import { sayMoved, sayWhy, textOf } from '../../renderer/views/review/why.ts';

const nameOf = (index: number) => ['sky', 'pole', 'road'].at(index) ?? 'no label';
const row = {
  ...makeCase('a', 1),
  kind: 'extra' as const,
  given: 1,
  proposed: 0,
  agreement: 0.96,
  disagreement: 0.05,
  passes: null,
};
const why = (change: Partial<typeof row> | object, models: number | null = null) =>
  textOf(sayWhy({ ...row, ...change }, nameOf, models));

describe('why', () => {
  it('names what is given, who sees what, and on how much of it', () => {
    expect(why({}, 2)).toBe('Given pole, the 2 held-out models see sky on 96% of the region’s pixels.');
    expect(why({}, 1)).toBe('Given pole, the held-out model sees sky on 96% of the region’s pixels.');
    expect(why({ heldOut: false })).toBe('Given pole, the models see sky on 96% of the region’s pixels.');
  });

  it('counts the passes that see it, where there are several', () => {
    expect(why({ passes: { seeing: 2, of: 2 } }, 1)).toBe(
      'Given pole, 2 of 2 held-out passes see sky on most of the region.',
    );
    expect(why({ passes: { seeing: 1, of: 10 }, heldOut: false })).toMatch(
      /^Given pole, 1 of 10 passes sees sky on most/,
    );
    expect(why({ passes: { seeing: 0, of: 2 } })).toMatch(/^Given pole, none of 2 held-out passes sees sky on most/);
    expect(why({ passes: { seeing: 5, of: 5 }, kind: 'boundary', displacement: 8.6 })).toBe(
      'Given pole, 5 of 5 held-out passes see sky on most of the region; the label sits 9 px off the edge.',
    );
    expect(why({ passes: { seeing: 1, of: 1 } }, 1)).toBe(why({}, 1));
  });

  it('tells how far an outline sits off, of boundary cases alone', () => {
    expect(why({ kind: 'boundary', displacement: 8.6 })).toMatch(/; the label sits 9 px off the edge\.$/);
    expect(why({ kind: 'boundary', displacement: 0.3 })).not.toContain('px');
    expect(why({ displacement: 8.6 })).not.toContain('px');
  });

  it('says where models disagree, and where there is no label', () => {
    expect(why({ disagreement: 0.4 })).toContain('They do not agree among themselves here.');
    expect(why({ given: IGNORE })).toMatch(/^Not labelled, the held-out models see sky/);
  });

  it('says what a model makes of the label that trained on it, where it was asked and that tells', () => {
    const asked = (trained: number, cameOver: number) =>
      why({ features: [...row.features.slice(0, JUDGED.length), ...inFoldFeatures({ trained, cameOver })] });
    expect(asked(2, 0)).toMatch(/\. Even trained on this label, a model contradicts it\.$/);
    expect(asked(0.1, 3)).toMatch(/\. Trained on this label, a model came over to it\.$/);
    expect(asked(1, 1)).toBe(why({}));
  });

  it('lets the names of classes stand out', () => {
    expect(sayWhy(row, nameOf, null).filter((word) => typeof word !== 'string')).toEqual([
      { name: 'pole' },
      { name: 'sky' },
    ]);
  });
});

describe('what moved a score', () => {
  const moves = [
    { term: { type: 'picture' } as const, by: 1.1 },
    { term: { type: 'given', class: 1 } as const, by: -0.6 },
    { term: { type: 'feature', index: 0 } as const, by: 0.4 },
    { term: { type: 'kind', kind: 'extra' } as const, by: 0.3 },
  ];

  it('is named by its largest terms in the same direction', () => {
    const up = sayMoved({ scanned: 0.41, learned: 0.72, moves }, nameOf);
    expect(up && textOf(up)).toBe(
      `Verdicts raised its score from 0.41 to 0.72, most of all by the other cases of this picture and by “${FEATURES[0].title}”.`,
    );
    const down = sayMoved({ scanned: 0.41, learned: 0.3, moves }, nameOf);
    expect(down && textOf(down)).toBe('Verdicts lowered its score from 0.41 to 0.30, most of all by given pole.');
  });

  it('is left out where it is nothing, and its reasons where none is large', () => {
    expect(sayMoved({ scanned: 0.41, learned: 0.415, moves }, nameOf)).toBeNull();
    const small = moves.map((move) => ({ ...move, by: move.by / 20 }));
    const said = sayMoved({ scanned: 0.41, learned: 0.43, moves: small }, nameOf);
    expect(said && textOf(said)).toBe('Verdicts raised its score from 0.41 to 0.43.');
  });
});
