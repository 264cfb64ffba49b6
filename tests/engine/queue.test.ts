import { describe, expect, it } from 'vitest';
import type { Task } from '../../main/engine/inference/protocol.ts';
import { TaskQueue } from '../../main/engine/inference/queue.ts';

const task = (id: number): Task => ({
  ...{ id, members: [0], heldOut: true, size: null, known: null },
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
