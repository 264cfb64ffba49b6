import { createHash } from 'node:crypto';
import { mkdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const BEAT = 1_000;
const DEAD = 15_000;

/** One process at a time in `place`. The holder keeps its lock young, so one left by a killed process is taken over. */
export async function withLock(place, work) {
  const lock = join(tmpdir(), `winnow-${createHash('sha256').update(place).digest('hex').slice(0, 16)}.lock`);
  while (!take(lock)) await sleep(100);
  const beat = setInterval(() => touch(lock), BEAT);
  try {
    return await work();
  } finally {
    clearInterval(beat);
    rmSync(lock, { recursive: true, force: true });
  }
}

function take(lock) {
  try {
    mkdirSync(lock);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    const age = Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (age > DEAD) rmSync(lock, { recursive: true, force: true });
    return false;
  }
}

function touch(lock) {
  try {
    utimesSync(lock, new Date(), new Date());
  } catch {
    // Somebody cleared the temp folder; the work goes on without a lock.
  }
}
