import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { countOf } from '../../common/scores.ts';
import { auditOf, judge, listBulks } from '../../main/engine/audit.ts';
import { acceptPseudo, acceptPicture, decide, redo, rollBack, undo } from '../../main/engine/decide.ts';
import { openJournal } from '../../main/engine/journal.ts';
import { readCleaned } from '../../main/engine/masks/replay.ts';
import { reviewedOf } from '../../main/engine/reviewed.ts';
import { pretendScan } from '../support/scan.ts';
import { caseOf, prepare, type Prepared } from '../support/workspace.ts';

const NOBODY = new Set<string>();
let p: Prepared;
let ids: string[];

beforeEach(async () => {
  p = await prepare({ labelled: 16, unlabelled: 2 });
  // Every odd picture has one case.
  ids = [...p.shapes.given.keys()].filter((_, n) => n % 2).map((sample) => caseOf(p.workspace, sample));
});
afterEach(() => p.remove());

const verdictOf = (id: string) => p.workspace.journal.verdictOf(id);
const sampleOf = (id: string) => p.workspace.results.findCases([id]).get(id)?.sample ?? '';
const maskOf = (id: string) => readCleaned(p.workspace, sampleOf(id));
const given = (id: string) => p.shapes.given.get(sampleOf(id));
const truth = (id: string) => p.shapes.truth.get(sampleOf(id));
const bulk = async () => (await decide(p.workspace, 'ann', 'accept', ids)).id;
const say = (target: string, id: string, right: boolean, correct = true) =>
  judge(p.workspace, 'ann', { target, case: id, right, correct });

describe('a bulk', () => {
  it('is what decided many at once, with what its scores promise; single verdicts and skips are none', async () => {
    await decide(p.workspace, 'ann', 'accept', [ids[0]]);
    await decide(p.workspace, 'ann', 'skip', ids);
    await acceptPicture(p.workspace, 'ann', sampleOf(ids[0]));
    expect(await listBulks(p.workspace)).toEqual([]);
    const kept = await decide(p.workspace, 'ann', 'keep', ids.slice(0, 2));
    const accepted = await bulk();
    const pseudo = await acceptPseudo(p.workspace, 'ann', 0.9, null);
    const found = await listBulks(p.workspace);
    expect(found.map(({ id }) => id)).toEqual([pseudo.id, accepted, kept.id]);
    const scores = ids.map((id) => p.workspace.results.findCases([id]).get(id)?.score ?? 0);
    const mean = scores.reduce((a, b) => a + b) / scores.length;
    expect(found[1]).toMatchObject({ verdict: 'accept', items: ids.length, judged: 0, right: 0, live: true });
    expect(found[1].expected).toBeCloseTo(mean, 9);
    expect(found[1].leastScore).toBeCloseTo(Math.min(...scores), 9);
    expect(found[2].expected).toBeCloseTo(1 - (scores[0] + scores[1]) / 2, 9);
    expect(found[0]).toMatchObject({ verdict: null, items: 2, expected: null });
  });

  it('tells what was known better than by the scores when it was decided, also after a restart', async () => {
    const { id } = await decide(p.workspace, 'ann', 'accept', ids, 0.25);
    expect((await listBulks(p.workspace))[0]).toMatchObject({ id, expected: 0.25 });
    const again = await openJournal(p.workspace.journal.file);
    expect(again.find(id)?.line.action).toHaveProperty('expected', 0.25);
  });

  it('gives the same sample every time, also after a restart, and a longer one goes on where it ended', async () => {
    const target = await bulk();
    const drawn = (await auditOf(p.workspace, target, 5)).cases.map((one) => one.case);
    expect(new Set(drawn).size).toBe(5);
    const all = (await auditOf(p.workspace, target, 100)).cases.map((one) => one.case);
    expect(all.slice(0, 5)).toEqual(drawn);
    expect(all.toSorted()).toEqual(ids.toSorted());
    await pretendScan(p.workspace, p.shapes, 'scan2');
    expect((await auditOf(p.workspace, target, 5)).cases.map((one) => one.case)).toEqual(drawn);
  });

  it('that is none is refused in one sentence', async () => {
    const single = await decide(p.workspace, 'ann', 'accept', [ids[0]]);
    for (const target of [single.id, 'nothing'])
      await expect(auditOf(p.workspace, target)).rejects.toThrow(/^Expected a line .* found none/);
    const target = await bulk();
    await expect(say(target, 'stranger', true)).rejects.toThrow('found stranger');
    expect(p.workspace.journal.seq).toBe(2);
  });
});

describe('a judgement', () => {
  it('counts for the bulk, and a wrong one is corrected in the same line, which one undo takes back', async () => {
    const target = await bulk();
    expect(await say(target, ids[0], true)).toMatchObject({
      type: 'audit',
      cases: [{ id: ids[0], verdict: 'accept', error: true }],
      text: expect.stringMatching(/^Found right: disc in/) as string,
    });
    const wrong = await say(target, ids[1], false);
    expect(wrong.text).toMatch(/^Found wrong: .*, kept instead$/);
    expect(wrong.cases).toEqual([{ id: ids[1], verdict: 'keep', error: false }]);
    expect(await maskOf(ids[1])).toEqual(given(ids[1]));
    expect(await maskOf(ids[0])).toEqual(truth(ids[0]));
    expect((await listBulks(p.workspace))[0]).toMatchObject({ judged: 2, right: 1 });
    expect(await undo(p.workspace, 'ann', NOBODY)).toMatchObject({ cases: [{ id: ids[1], verdict: 'accept' }] });
    expect((await listBulks(p.workspace))[0]).toMatchObject({ judged: 1, right: 1 });
    expect(await maskOf(ids[1])).toEqual(truth(ids[1]));
    await redo(p.workspace, 'ann', NOBODY);
    expect((await listBulks(p.workspace))[0]).toMatchObject({ judged: 2, right: 1 });
  });

  it('may be changed, and may leave the verdict as it is', async () => {
    const target = await bulk();
    expect((await say(target, ids[0], false, false)).cases).toEqual([{ id: ids[0], verdict: 'accept', error: false }]);
    expect(verdictOf(ids[0])).toBe('accept');
    await say(target, ids[0], true);
    expect((await listBulks(p.workspace))[0]).toMatchObject({ judged: 1, right: 1 });
    await undo(p.workspace, 'ann', NOBODY);
    expect((await listBulks(p.workspace))[0]).toMatchObject({ judged: 1, right: 0 });
  });

  it('survives a kill: it is read back, and a torn one spoils nothing', async () => {
    const target = await bulk();
    await say(target, ids[0], true);
    await say(target, ids[1], false);
    const { file } = p.workspace.journal;
    const bytes = await readFile(file);
    const again = await openJournal(file);
    expect([...again.judgementsOf(target)]).toEqual([
      [ids[0], true],
      [ids[1], false],
    ]);
    expect(again.verdictOf(ids[1])).toBe('keep');
    await again.close();
    await writeFile(file, bytes.subarray(0, bytes.length - 9));
    const torn = await openJournal(file);
    expect([...torn.judgementsOf(target)]).toEqual([[ids[0], true]]);
    expect(torn.verdictOf(ids[1])).toBe('accept');
    await torn.close();
  });

  it('of an action that is not known leaves everything else readable', async () => {
    await bulk();
    const { file } = p.workspace.journal;
    const line = { v: 1, id: 'later', at: '', author: 'x', action: { type: 'something-new', target: 'x' } };
    await appendFile(file, `${JSON.stringify(line)}\n`);
    const journal = await openJournal(file);
    expect(journal.problems).toHaveLength(1);
    expect(journal.seq).toBe(1);
    expect(journal.verdictOf(ids[0])).toBe('accept');
    await journal.close();
  });
});

describe('rolling back', () => {
  it('takes back the bulk alone: what was decided singly since, and what an audit corrected, stays', async () => {
    const earlier = await decide(p.workspace, 'ann', 'ignore', [ids[3]]);
    const target = await bulk();
    await decide(p.workspace, 'ben', 'accept', [ids[0]]);
    await say(target, ids[1], false);
    const change = await rollBack(p.workspace, 'ann', target, NOBODY);
    expect(
      change.cases.toSorted((a, b) => ids.indexOf(a.id) - ids.indexOf(b.id)).map(({ verdict }) => verdict),
    ).toEqual(['accept', 'keep', null, 'ignore', ...ids.slice(4).map(() => null)]);
    expect(await maskOf(ids[0])).toEqual(truth(ids[0]));
    expect(await maskOf(ids[2])).toEqual(given(ids[2]));
    expect((await listBulks(p.workspace))[0]).toMatchObject({ live: false, judged: 1, right: 0 });
    expect(earlier.id).not.toBe(target);
  });

  it('twice, or what is not there, is refused; back again works once', async () => {
    const target = await bulk();
    await rollBack(p.workspace, 'ann', target, NOBODY);
    await expect(rollBack(p.workspace, 'ann', target, NOBODY)).rejects.toThrow('taken back already');
    await expect(rollBack(p.workspace, 'ann', 'nothing', NOBODY)).rejects.toThrow('found none');
    await decide(p.workspace, 'ann', 'keep', [ids[0]]);
    await rollBack(p.workspace, 'ann', target, NOBODY, false);
    expect(ids.map(verdictOf)).toEqual(['keep', ...ids.slice(1).map(() => 'accept')]);
    await expect(rollBack(p.workspace, 'ann', target, NOBODY, false)).rejects.toThrow('which applies');
  });

  it('is redone like any undo, and leaves the undo of others alone', async () => {
    const present = new Set(['ann', 'ben']);
    await decide(p.workspace, 'ben', 'keep', [ids[0]]);
    const target = await bulk();
    await decide(p.workspace, 'ben', 'ignore', [ids[2]]);
    await rollBack(p.workspace, 'ann', target, present);
    expect(await redo(p.workspace, 'ben', present)).toBeNull();
    expect((await undo(p.workspace, 'ben', present))?.text).toMatch(/^Undid: ignored/);
    expect(await redo(p.workspace, 'ann', present)).toMatchObject({
      text: expect.stringMatching(/^Redid: accepted 8 cases/) as string,
    });
    expect(verdictOf(ids[0])).toBe('accept');
    await rollBack(p.workspace, 'ben', target, present);
    expect(verdictOf(ids[0])).toBe('keep');
    expect(await undo(p.workspace, 'ann', present)).toBeNull();
  });
});

describe('how far the review is', () => {
  const counts = async () => {
    const { errors, fine, changed, left, all, curve, recent } = await reviewedOf(p.workspace);
    const [e, f, c, l, a] = [errors, fine, changed, left, all].map(countOf);
    return { e, f, c, l, a, end: curve.at(-1), recent };
  };

  it('tells cases seen one by one from those decided together, and follows undo, redo and roll back', async () => {
    expect(await counts()).toMatchObject({ e: 0, f: 0, c: 0, l: 0, a: 8, end: [0, 0] });
    await decide(p.workspace, 'ann', 'accept', [ids[0]]);
    await decide(p.workspace, 'ann', 'keep', [ids[1]]);
    await decide(p.workspace, 'ann', 'ignore', [ids[2]]);
    await decide(p.workspace, 'ann', 'skip', [ids[3]]);
    expect(await counts()).toMatchObject({ e: 2, f: 1, c: 0, l: 0, end: [3, 2], recent: { seen: 3, errors: 2 } });
    const many = await decide(p.workspace, 'ann', 'accept', ids.slice(3));
    expect(await counts()).toMatchObject({ e: 2, f: 1, c: 5, l: 0 });
    await say(many.id, ids[4], true);
    await say(many.id, ids[5], false);
    await say(many.id, ids[6], false, false);
    expect(await counts()).toMatchObject({ e: 3, f: 3, c: 2, l: 0, end: [6, 3] });
    await undo(p.workspace, 'ann', NOBODY);
    expect(await counts()).toMatchObject({ e: 3, f: 2, c: 3, end: [5, 3] });
    await rollBack(p.workspace, 'ann', many.id, NOBODY);
    expect(await counts()).toMatchObject({ e: 2, f: 2, c: 0, l: 0 });
  });

  it('kept up line by line is the same as taken in at once, whatever happens', async () => {
    const target = await bulk();
    const seen: unknown[] = [];
    for (const work of [
      () => say(target, ids[2], false),
      () => decide(p.workspace, 'ann', 'keep', ids.slice(0, 3)),
      () => undo(p.workspace, 'ann', NOBODY),
      () => acceptPicture(p.workspace, 'ann', sampleOf(ids[7])),
      () => rollBack(p.workspace, 'ann', target, NOBODY),
      () => decide(p.workspace, 'ann', 'keep', [ids[7]]),
      () => redo(p.workspace, 'ann', NOBODY),
    ]) {
      await work();
      const kept = await reviewedOf(p.workspace);
      const journal = await openJournal(p.workspace.journal.file);
      const fresh = await reviewedOf({ ...p.workspace, journal });
      await journal.close();
      for (const name of ['errors', 'fine', 'changed', 'left'] as const)
        expect(kept[name].count).toEqual(fresh[name].count);
      expect(kept.curve).toEqual(fresh.curve);
      seen.push(kept.seq);
    }
    expect(new Set(seen).size).toBeGreaterThan(5);
  });

  it('begins again with another scan, whose cases keep their verdicts', async () => {
    await decide(p.workspace, 'ann', 'accept', [ids[0]]);
    await reviewedOf(p.workspace);
    await pretendScan(p.workspace, p.shapes, 'scan2');
    expect(await counts()).toMatchObject({ e: 1, a: 8 });
    expect((await reviewedOf(p.workspace)).scan).toBe('scan2');
  });
});
