import { describe, expect, it } from 'vitest';
import { Held } from '../../main/engine/inference/held.ts';
import type { Task } from '../../main/engine/inference/protocol.ts';
import { TaskQueue } from '../../main/engine/inference/queue.ts';

const task = (id: number, members = [0]): Task => ({
  ...{ id, members, heldOut: true, size: null, known: null },
  sample: { name: `${id}`, image: `${id}.png`, mask: `${id}.png`, width: 4, height: 3 },
});

describe('a queue of tasks', () => {
  it('gives a process what is reserved for it first, and to others only when nothing else is left', () => {
    const [one, other] = [{}, {}];
    const queue = new TaskQueue();
    queue.add(task(0));
    queue.add(task(1), one);
    queue.add(task(2), one);
    expect(queue.size).toBe(3);
    expect(queue.take(null, one)?.id).toBe(1);
    expect(queue.take(null, other)?.id).toBe(0);
    expect(queue.take(null, other)?.id).toBe(2);
    expect([queue.take(null, one), queue.size]).toEqual([null, 0]);
  });

  it('takes reserved tasks out with all others', () => {
    const queue = new TaskQueue();
    queue.add(task(0), {});
    queue.add(task(1));
    expect(queue.clear().map(({ id }) => id)).toEqual([1, 0]);
    expect([queue.size, queue.take(null, {})]).toEqual([0, null]);
  });
});

describe('what measured pictures gave', () => {
  const made = (bytes: number) => ({ planes: new Uint8Array(bytes).fill(7), votes: null });

  it('is there once, for the same bytes and members alone', () => {
    const held = new Held();
    held.keep(task(0, [1, 2]), 'hash', made(48));
    expect(held.take(task(9, [1]), 'hash')).toBeNull();
    expect(held.take(task(9, [1, 2]), 'another')).toBeNull();
    expect(held.take(task(9, [1, 2]), 'hash')?.planes[47]).toBe(7);
    expect(held.take(task(9, [1, 2]), 'hash')).toBeNull();
  });

  it('is given back at once where it would take too much memory', () => {
    const held = new Held();
    const [large, small] = [made(200e6), made(48)];
    held.keep(task(0), 'large', large);
    held.keep(task(1), 'small', small);
    expect([held.take(task(0), 'large'), large.planes.length]).toEqual([null, 0]);
    expect(held.take(task(1), 'small')?.planes.length).toBe(48);
  });
});
