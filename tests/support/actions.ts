import type { Verdict } from '../../common/case.ts';
import type { Action, JournalLine, Paint, ThresholdById, VerdictItem } from '../../common/journal.ts';
import { encodeRle } from '../../common/rle.ts';

export const item = (id: string, sample = 's000', paint: Paint[] = []): VerdictItem => ({
  case: id,
  sample,
  kind: 'wrong-class',
  given: 2,
  proposed: 1,
  score: 0.5,
  paint,
});

export const verdict = (kind: Verdict, ...items: VerdictItem[]): Action => ({ type: 'verdict', verdict: kind, items });

export const boxPaint = (label: number | null, width: number, height: number, x0: number, y0: number, side: number) => {
  const mask = Uint8Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    return x >= x0 && x < x0 + side && y >= y0 && y < y0 + side ? 1 : 0;
  });
  return { label, rle: encodeRle(mask, width, height) };
};

/** A journal of `count` random actions by three authors on six cases of three pictures; undo and redo of anything. */
export function randomLines(random: () => number, count: number): JournalLine[] {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)];
  const lines: JournalLine[] = [];
  for (let n = 0; n < count; n++) {
    const deeds = lines.filter(({ action }) => action.type !== 'undo' && action.type !== 'redo');
    const kind = deeds.length
      ? pick(['verdict', 'verdict', 'picture', 'pseudo', 'audit', 'undo', 'undo', 'redo'] as const)
      : 'verdict';
    const samples = ['s000', 's001', 's002'];
    const paint = () => [boxPaint(pick([null, 0, 1, 2]), 8, 6, Math.floor(random() * 6), Math.floor(random() * 4), 3)];
    const action = (): Action => {
      if (kind === 'undo' || kind === 'redo') return { type: kind, target: pick(deeds).id };
      if (kind === 'audit') {
        const c = pick([0, 1, 2, 3, 4, 5]);
        const right = random() < 0.5;
        const correction = right ? null : { verdict: 'ignore' as const, item: item(`c${c}`, samples[c % 3], paint()) };
        return { type: 'audit', target: pick(deeds).id, case: `c${c}`, right, correction };
      }
      if (kind === 'picture') {
        const n = pick([0, 1, 2]);
        return { type: 'picture', sample: samples[n], cases: [`c${n}`, `c${n + 3}`], paint: paint() };
      }
      if (kind === 'pseudo')
        return {
          type: 'pseudo',
          threshold: pick<ThresholdById>([0.5, 0.9, { 0: 0.5, 1: null }]),
          scan: 'scan1',
          samples: [pick(samples)],
        };
      const what = pick(['accept', 'keep', 'ignore', 'skip'] as const);
      const cases = [pick([0, 1, 2, 3, 4, 5]), pick([0, 1, 2, 3, 4, 5])];
      return verdict(what, ...cases.map((c) => item(`c${c}`, samples[c % 3], what === 'keep' ? [] : paint())));
    };
    const author = pick(['ann', 'ben', 'cli']);
    lines.push({ v: 1, id: `line${n}`, at: '2026-01-01T00:00:00.000Z', author, action: action() });
  }
  return lines;
}
