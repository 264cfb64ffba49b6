import type { Device } from './device.ts';
import type { Outcome, Plan, Task } from '../protocol.ts';
import { giveBack } from '../memory.ts';
import { MemberError } from '../members.ts';
import { decodeSource, readSource, type Pixels } from '../source.ts';

/** Timed runs, and seconds after which no other is begun. */
const RUNS = 3;
const SECONDS = 1.5;

/**
 * What a device makes of the check picture, and how long it takes; without members that do not run on the CPU. Rejects
 * where it cannot.
 */
export async function checkPicture(
  task: Task,
  device: Device,
  plan: Pick<Plan, 'folder'>,
  table: Uint8Array,
): Promise<Outcome> {
  const pixels = await readSource(plan.folder, task.sample)
    .then((source) => decodeSource(source, table))
    .catch(() => pattern(task));
  for (let members = task.members; ;) {
    try {
      return await timed({ ...task, members }, device, pixels);
    } catch (error) {
      if (!(error instanceof MemberError) || members.length === 1) throw error;
      members = members.filter((member) => member !== error.member);
    }
  }
}

async function timed(task: Task, device: Device, pixels: Pixels): Promise<Outcome> {
  const { planes } = await device.run(task, pixels);
  const labels = planes.slice(0, pixels.width * pixels.height);
  giveBack(planes);
  const seconds: number[] = [];
  for (const end = performance.now() + SECONDS * 1000; seconds.length < RUNS;) {
    const began = performance.now();
    giveBack((await device.run(task, pixels)).planes);
    seconds.push((performance.now() - began) / 1000);
    if (performance.now() > end) break;
  }
  const middle = seconds.sort((a, b) => a - b)[Math.floor((seconds.length - 1) / 2)];
  return { labels, seconds: middle, members: task.members };
}

/** Waves of colour, for where the picture itself cannot be read. */
function pattern({ sample: { width, height, mask } }: Task): Pixels {
  const rgb = new Uint8Array(width * height * 3);
  for (let i = 0; i < rgb.length; i++) {
    const [x, y] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
    rgb[i] = 127 + 127 * Math.sin(x / 17 + (i % 3)) * Math.cos(y / (23 + (i % 3) * 5));
  }
  return { width, height, rgb, given: mask === null ? null : new Uint8Array(width * height) };
}
