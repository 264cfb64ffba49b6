import { appendFile, mkdir, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { JournalLine } from '../../common/journal.ts';
import { openJournal, type Journal } from '../../main/engine/journal.ts';
import { item, verdict } from '../support/actions.ts';
import { makeTemporary } from '../support/dataset.ts';

let place: Awaited<ReturnType<typeof makeTemporary>>;
let file: string;
beforeEach(async () => {
  place = await makeTemporary();
  file = join(place.folder, 'project', 'journal.jsonl');
});
afterEach(() => place.remove());

const NOBODY = new Set<string>();
const undo = async (journal: Journal, author: string, present = NOBODY) => {
  const target = journal.undoTarget(author, present);
  if (target !== null) await journal.append(author, { type: 'undo', target });
  return target;
};
const redo = async (journal: Journal, author: string, present = NOBODY) => {
  const target = journal.redoTarget(author, present);
  if (target !== null) await journal.append(author, { type: 'redo', target });
  return target;
};

describe('a journal', () => {
  it('leaves no trace before the first decision', async () => {
    const journal = await openJournal(file);
    expect(journal.seq).toBe(0);
    await journal.refresh();
    await expect(stat(dirname(file))).rejects.toThrow('ENOENT');
    await journal.append('ann', verdict('keep', item('c1')));
    expect((await readFile(file, 'utf8')).split('\n')).toHaveLength(2);
  });

  it('comes back after a restart as it was', async () => {
    const before = await openJournal(file);
    await before.append('ann', verdict('accept', item('c1', 's000', [{ label: 1, rle: '5220007' }])));
    await before.append('ann', verdict('keep', item('c2')));
    await before.append('ann', { type: 'pseudo', threshold: 0.9, scan: 'scan1', samples: ['u1', 'u2'] });
    const after = await openJournal(file);
    expect(after.seq).toBe(3);
    expect(after.lines(0)).toEqual(before.lines(0));
    expect([after.verdictOf('c1'), after.verdictOf('c2'), after.verdictOf('c3')]).toEqual(['accept', 'keep', null]);
    expect(after.paintsOf('s000')).toEqual([{ label: 1, rle: '5220007' }]);
    expect(after.pseudoOf('u2')).toMatchObject({ threshold: 0.9, scan: 'scan1' });
    expect(after.problems).toEqual([]);
  });

  it('keeps thresholds by class, and reads what is written without them', async () => {
    const before = await openJournal(file);
    const pseudo = { type: 'pseudo', scan: 'scan1' } as const;
    const threshold = { 0: 0.5, 7: null, 300: 0.933 };
    await before.append('ann', { ...pseudo, threshold, samples: ['u1', 'u2'] });
    await before.append('ann', { ...pseudo, threshold: 0.9, samples: ['u2'] });
    for (const wrong of [{ sky: 0.5 }, { 0: 0 }, { 0: 1.5 }] as Record<string, number>[])
      expect(() => before.append('ann', { ...pseudo, threshold: wrong, samples: ['u1'] })).toThrow();
    const after = await openJournal(file);
    expect(after.problems).toEqual([]);
    expect(after.lines(0)).toEqual(before.lines(0));
    expect(after.pseudoOf('u1')?.threshold).toEqual(threshold);
    expect(after.pseudoOf('u2')?.threshold).toBe(0.9);
    await undo(after, 'ann');
    expect(after.pseudoOf('u2')?.threshold).toEqual(threshold);
  });

  it('lets a later verdict on the same case replace the earlier, paint and all, and undo bring it back', async () => {
    const journal = await openJournal(file);
    const paint = [{ label: 1, rle: '5220007' }];
    await journal.append('ann', verdict('accept', item('c1', 's000', paint)));
    await journal.append('ben', verdict('keep', item('c1')));
    expect(journal.verdictOf('c1')).toBe('keep');
    expect(journal.paintsOf('s000')).toEqual([]);
    await undo(journal, 'ben');
    expect(journal.verdictOf('c1')).toBe('accept');
    expect(journal.paintsOf('s000')).toEqual(paint);
  });

  it('keeps appends of one process in order, each on disk when its promise resolves', async () => {
    const journal = await openJournal(file);
    const lines = await Promise.all(
      Array.from({ length: 20 }, (_, n) => journal.append('ann', verdict('skip', item(`c${n}`)))),
    );
    expect(journal.lines(0)).toEqual(lines);
    expect((await openJournal(file)).lines(0)).toEqual(lines);
  });

  it('refuses what it could not read back, and stays whole', async () => {
    const journal = await openJournal(file);
    const bad = { ...item('c1'), score: Number.NaN };
    expect(() => journal.append('ann', verdict('accept', bad))).toThrow();
    await journal.append('ann', verdict('accept', item('c1')));
    expect((await openJournal(file)).seq).toBe(1);
  });
});

describe('undo and redo', () => {
  it('go back and forth without limit, across restarts', async () => {
    let journal = await openJournal(file);
    for (let n = 0; n < 30; n++) await journal.append('ann', verdict('accept', item(`c${n}`)));
    for (let n = 0; n < 15; n++) await undo(journal, 'ann');
    journal = await openJournal(file);
    for (let n = 0; n < 15; n++) await undo(journal, 'ann');
    expect(await undo(journal, 'ann')).toBeNull();
    expect(journal.verdictOf('c0')).toBeNull();
    journal = await openJournal(file);
    for (let n = 0; n < 30; n++) {
      await redo(journal, 'ann');
      expect([journal.verdictOf(`c${n}`), journal.verdictOf(`c${n + 1}`)]).toEqual(['accept', null]);
    }
    expect(await redo(journal, 'ann')).toBeNull();
  });

  it('leave the decisions of other open windows alone, and take those of closed ones', async () => {
    const journal = await openJournal(file);
    const mine = await journal.append('ann', verdict('accept', item('c1')));
    const theirs = await journal.append('ben', verdict('accept', item('c2')));
    expect(journal.undoTarget('ann', new Set(['ann', 'ben']))).toBe(mine.id);
    expect(journal.undoTarget('ann', new Set(['ann']))).toBe(theirs.id);
    expect(journal.undoTarget('eve', new Set(['ann', 'ben']))).toBeNull();
    await undo(journal, 'ben');
    expect(journal.redoTarget('ann', new Set(['ann', 'ben']))).toBeNull();
    expect(journal.redoTarget('ann', new Set(['ann']))).toBe(theirs.id);
  });

  it('end redo with a new decision of the same author, not of another', async () => {
    const journal = await openJournal(file);
    const both = new Set(['ann', 'ben']);
    const first = await journal.append('ann', verdict('accept', item('c1')));
    await undo(journal, 'ann', both);
    await journal.append('ben', verdict('accept', item('c2')));
    expect(journal.redoTarget('ann', both)).toBe(first.id);
    await journal.append('ann', verdict('accept', item('c3')));
    expect(journal.redoTarget('ann', both)).toBeNull();
  });
});

describe('a damaged journal', () => {
  it('cut at any byte of its last line loses only that line, and goes on', async () => {
    const journal = await openJournal(file);
    await journal.append('ann', verdict('accept', item('c1', 'Straße é', [{ label: 1, rle: '5220007' }])));
    const start = (await stat(file)).size;
    await journal.append('ann', verdict('accept', item('c2', 'Straße é')));
    const bytes = await readFile(file);
    for (let size = start; size < bytes.length; size++) {
      await writeFile(file, bytes.subarray(0, size));
      const torn = await openJournal(file);
      const whole = size >= bytes.length - 1;
      expect(torn.seq).toBe(whole ? 2 : 1);
      expect(torn.problems).toHaveLength(whole || size === start ? 0 : 1);
      await torn.append('ben', verdict('keep', item('c3')));
      const after = await openJournal(file);
      expect(after.seq).toBe(whole ? 3 : 2);
      expect([after.verdictOf('c1'), after.verdictOf('c3')]).toEqual(['accept', 'keep']);
      expect(after.problems).toHaveLength(whole || size === start ? 0 : 1);
      // What is torn stays in the file; nothing that was there is ever rewritten.
      expect((await readFile(file)).subarray(0, size)).toEqual(bytes.subarray(0, size));
    }
  });

  it('names what it could not use, and uses the rest', async () => {
    const journal = await openJournal(file);
    const line = await journal.append('ann', verdict('accept', item('c1')));
    await appendFile(file, 'not a decision\n{"v":2}\n\n');
    await appendFile(file, `${JSON.stringify(line)}\n`);
    const lost = { ...line, id: 'other', action: { type: 'undo', target: 'nowhere' } };
    await appendFile(file, `${JSON.stringify(lost)}\n`);
    await appendFile(file, Buffer.from([0xff, 0xfe, 0x80, 0x0a]));
    await journal.append('ann', verdict('accept', item('c2')));
    expect(journal.seq).toBe(2);
    expect(journal.problems).toHaveLength(5);
    expect(journal.problems[0]).toContain(`Expected a decision at byte ${JSON.stringify(line).length + 1} of ${file}`);
    expect((await openJournal(file)).problems).toEqual(journal.problems);
  });

  it('replaced or cut by somebody is read anew', async () => {
    const journal = await openJournal(file);
    await journal.append('ann', verdict('accept', item('c1')));
    const { size } = await stat(file);
    await journal.append('ann', verdict('accept', item('c2')));
    await truncate(file, size);
    await journal.refresh();
    expect([journal.seq, journal.verdictOf('c1'), journal.verdictOf('c2')]).toEqual([1, 'accept', null]);
  });

  it('that is no file is refused in one sentence', async () => {
    await mkdir(file, { recursive: true });
    await expect(openJournal(file)).rejects.toThrow(`Expected a journal at ${file}, found what is no file.`);
  });
});

describe('a journal that others append to', () => {
  it('picks up what they added, and leaves a line half written for later', async () => {
    const mine = await openJournal(file);
    const theirs = await openJournal(file);
    await mine.append('ann', verdict('accept', item('c1')));
    const line = await theirs.append('ben', verdict('keep', item('c2')));
    expect(theirs.seq).toBe(2);
    const half: JournalLine = { ...line, id: 'half' };
    await appendFile(file, JSON.stringify(half).slice(0, 40));
    await mine.refresh();
    expect(mine.seq).toBe(2);
    await appendFile(file, `${JSON.stringify(half).slice(40)}\n`);
    await mine.refresh();
    expect(mine.lines(0).map(({ id }) => id)).toContain('half');
    expect(mine.problems).toEqual([]);
  });

  it('tells its listeners, until they leave', async () => {
    const mine = await openJournal(file);
    const theirs = await openJournal(file);
    const heard: string[] = [];
    const leave = mine.onChange(({ id }) => heard.push(id));
    const line = await theirs.append('ben', verdict('keep', item('c2')));
    await vi.waitFor(() => expect(heard).toEqual([line.id]), 5000);
    const own = await mine.append('ann', verdict('keep', item('c3')));
    expect(heard).toEqual([line.id, own.id]);
    leave();
    await mine.append('ann', verdict('keep', item('c4')));
    expect(heard).toHaveLength(2);
    await mine.close();
  });
});
