import { expect, it } from 'vitest';
import { Disk } from '../../main/engine/inference/disk.ts';

const blocked = (milliseconds: number) => {
  for (const end = performance.now() + milliseconds; performance.now() < end;);
};

it('a quick disk is asked on the thread itself; a slow one is left to others for a while, then tried again', async () => {
  const disk = new Disk();
  const asked: string[] = [];
  const turn = (milliseconds: number) =>
    disk.turn(
      () => {
        asked.push('now');
        blocked(milliseconds);
        return milliseconds;
      },
      async () => {
        asked.push('later');
        await Promise.resolve();
        return milliseconds;
      },
    );
  expect(await turn(0)).toBe(0);
  expect(await turn(20)).toBe(20);
  for (let i = 0; i < 31; i++) await turn(0);
  expect(asked).toEqual(['now', 'now', ...new Array<string>(30).fill('later'), 'now']);
});

it('what goes wrong at once is a rejection, as it is later', async () => {
  const fail = () => {
    throw new Error('no such file');
  };
  await expect(new Disk().turn(fail, () => Promise.resolve())).rejects.toThrow('no such file');
});
