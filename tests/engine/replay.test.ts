import { describe, expect, it } from 'vitest';
import type { JournalLine } from '../../common/journal.ts';
import { JournalState } from '../../main/engine/journal/state.ts';
import { indexOfLabel, replay } from '../../main/engine/masks/replay.ts';
import { boxPaint, randomLines } from '../support/actions.ts';
import { noise } from '../support/random.ts';

const [width, height] = [8, 6];
const SAMPLES = ['s000', 's001', 's002'];
/** as randomLines names them */
const LINES = Array.from({ length: 40 }, (_, n) => `line${n}`);
const CASES = ['c0', 'c1', 'c2', 'c3', 'c4', 'c5'];
const valueOf = (label: number | null) => label ?? 255;

function stateOf(lines: readonly JournalLine[]): JournalState {
  const state = new JournalState();
  for (const line of lines) state.apply(line);
  return state;
}

/** Everything views are derived from. */
function seen(state: JournalState) {
  const given = new Uint8Array(width * height).fill(7);
  return {
    verdicts: CASES.map((id) => state.verdictOf(id)),
    judgements: LINES.flatMap((id) => [...state.judgementsOf(id)].map((one) => [id, ...one].join(' '))).sort(),
    masks: SAMPLES.map((sample) => {
      const paints = state.decisionsOf(sample).flatMap(({ paint }) => paint);
      return [...replay(given, width, height, paints, valueOf).data];
    }),
    pseudo: SAMPLES.map((sample) => state.pseudoOf(sample)?.threshold ?? null),
  };
}

describe('replay', () => {
  it('applies paint in order, counts what differs in the end, and leaves the given map as it is', () => {
    const given = new Uint8Array(width * height).fill(3);
    const there = boxPaint(1, width, height, 0, 0, 3);
    const over = boxPaint(2, width, height, 1, 1, 3);
    const { data, changed } = replay(given, width, height, [there, over], valueOf);
    expect([data[0], data[width + 1], data[3 * width + 3], data[40]]).toEqual([1, 2, 2, 3]);
    expect(changed).toBe(9 + 9 - 4);
    expect(given.every((value) => value === 3)).toBe(true);
    expect(replay(given, width, height, [over, there], valueOf).data[width + 1]).toBe(1);
    expect(replay(given, width, height, [there, { ...there, label: 3 }], valueOf).changed).toBe(0);
  });

  it('keeps 16-bit values, and refuses paint of another size', () => {
    const given = new Uint16Array(width * height).fill(40_000);
    expect(replay(given, width, height, [boxPaint(50_000, width, height, 0, 0, 2)], valueOf).data[0]).toBe(50_000);
    expect(() => replay(given, width, height, [boxPaint(1, 9, 6, 0, 0, 2)], valueOf)).toThrow('Expected run lengths');
  });

  it('turns ids into indexes; what no class has is ignored', () => {
    const classes = [7, 3].map((id) => ({ id, name: String(id), color: '#000000' }));
    const indexOf = indexOfLabel({ classes, ignore: 9 });
    expect([indexOf(7), indexOf(3), indexOf(9), indexOf(null)]).toEqual([0, 1, 255, 255]);
  });
});

describe('any journal', () => {
  const journals = Array.from({ length: 40 }, (_, seed) => randomLines(noise(seed), 40));

  it('read line by line is the journal read at once', () => {
    for (const lines of journals) {
      const incremental = new JournalState();
      lines.forEach((line, n) => {
        incremental.apply(line);
        expect(seen(incremental)).toEqual(seen(stateOf(lines.slice(0, n + 1))));
      });
    }
  });

  it('with its undone lines taken out means the same', () => {
    for (const lines of journals) {
      const undone = new Set<string>();
      for (const { action } of lines)
        if (action.type === 'undo') undone.add(action.target);
        else if (action.type === 'redo') undone.delete(action.target);
      const plain = lines.filter(
        ({ id, action }) => action.type !== 'undo' && action.type !== 'redo' && !undone.has(id),
      );
      expect(seen(stateOf(lines))).toEqual(seen(stateOf(plain)));
    }
  });

  it('undone is as if it had not happened, and redone as if it had not been undone', () => {
    for (const lines of journals) {
      const state = stateOf(lines);
      const before = seen(state);
      const target = state.undoTarget('ann', new Set());
      if (target === null) continue;
      const base = { v: 1, at: '', author: 'ann' } as const;
      state.apply({ ...base, id: 'u', action: { type: 'undo', target } });
      const live = lines
        .filter(({ id }) => id !== target)
        .filter(
          ({ action }) => !['undo', 'redo'].includes(action.type) || !('target' in action) || action.target !== target,
        );
      expect(seen(state)).toEqual(seen(stateOf(live)));
      expect(state.redoTarget('ann', new Set())).toBe(target);
      state.apply({ ...base, id: 'r', action: { type: 'redo', target } });
      expect(seen(state)).toEqual(before);
    }
  });

  it('can be undone to the ground by one who is alone, and redone to where it was', () => {
    for (const lines of journals) {
      const state = stateOf(lines);
      const before = seen(state);
      const nobody = new Set<string>();
      let count = 0;
      for (let target = state.undoTarget('eve', nobody); target; target = state.undoTarget('eve', nobody))
        state.apply({ v: 1, at: '', author: 'eve', id: `u${count++}`, action: { type: 'undo', target } });
      expect(seen(state)).toEqual(seen(new JournalState()));
      for (let n = 0; n < count; n++) {
        const target = state.redoTarget('eve', nobody) ?? '';
        expect(state.apply({ v: 1, at: '', author: 'eve', id: `r${n}`, action: { type: 'redo', target } })).toBeNull();
      }
      expect(seen(state)).toEqual(before);
    }
  });
});
