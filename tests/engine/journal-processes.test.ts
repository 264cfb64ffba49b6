import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openJournal } from '../../main/engine/journal.ts';
import { item, verdict } from '../support/actions.ts';
import { makeTemporary } from '../support/dataset.ts';
import { noise } from '../support/random.ts';

let place: Awaited<ReturnType<typeof makeTemporary>>;
let file: string;
beforeEach(async () => {
  place = await makeTemporary();
  file = join(place.folder, 'journal.jsonl');
});
afterEach(() => place.remove());

const program = join(import.meta.dirname, '..', 'support', 'append.ts');

/** Starts a process that appends, and collects what it says is safe. */
function appending(author: string, count: number): { child: ChildProcess; safe: string[]; ended: Promise<unknown> } {
  const child = spawn(process.execPath, [program, file, author, String(count)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const safe: string[] = [];
  let text = '';
  child.stdout?.setEncoding('utf8').on('data', (part: string) => {
    const lines = (text + part).split('\n');
    text = lines.pop() ?? '';
    safe.push(...lines);
  });
  return { child, safe, ended: once(child, 'close') };
}

describe('several processes on one journal', () => {
  it('lose nothing of each other, nor of a reader that decides as well', async () => {
    const journal = await openJournal(file);
    const writers = ['one', 'two', 'three'].map((author) => appending(author, 40));
    const mine: string[] = [];
    for (let n = 0; n < 40; n++) mine.push((await journal.append('me', verdict('keep', item(`me-${n}`)))).id);
    await Promise.all(writers.map(({ ended }) => ended));
    await journal.refresh();
    const ids = journal.lines(0).map(({ id }) => id);
    for (const { safe } of writers) {
      expect(safe).toHaveLength(40);
      // Each author's lines stand in the order they were decided.
      expect(ids.filter((id) => safe.includes(id))).toEqual(safe);
    }
    expect(ids.filter((id) => mine.includes(id))).toEqual(mine);
    expect(ids).toHaveLength(160);
    expect(journal.problems).toEqual([]);
    expect((await openJournal(file)).lines(0)).toEqual(journal.lines(0));
  });

  it('killed at any moment lose nothing that was safe', async () => {
    const random = noise(5);
    for (let round = 0; round < 6; round++) {
      const writer = appending(`round${round}`, 100_000);
      await once(writer.child.stdout ?? writer.child, 'data');
      await new Promise((resolve) => setTimeout(resolve, 60 * random()));
      writer.child.kill('SIGKILL');
      await writer.ended;
      const journal = await openJournal(file);
      const ids = new Set(journal.lines(0).map(({ id }) => id));
      expect(writer.safe.length).toBeGreaterThan(0);
      expect(writer.safe.filter((id) => !ids.has(id))).toEqual([]);
      await journal.append('me', verdict('keep', item(`after-${round}`)));
      expect((await openJournal(file)).verdictOf(`after-${round}`)).toBe('keep');
    }
  });
});
