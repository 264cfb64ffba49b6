import { join } from 'node:path';
import { _electron, expect, test } from '@playwright/test';
import { electronBinary, noWindow } from '../../scripts/electron.mjs';
import { makeJob } from '../support/job.ts';
import { root } from '../support/program.ts';
import { wholeJob } from './journey.ts';
import { chooseModels } from './steps.ts';
import { watch } from './watch.ts';

test('the whole job in the desktop window', async () => {
  test.skip(noWindow() !== null, `There is no desktop window here, because ${noWindow()}.`);
  const job = await makeJob();
  const app = await _electron.launch({
    executablePath: electronBinary() ?? undefined,
    args: [root, job.folder, `--user-data-dir=${join(job.place, 'electron')}`],
    env: { ...process.env, WINNOW_HOME: join(job.place, 'home') },
  });
  /** The system's dialog cannot be driven: it answers with this path. */
  const answer = (path: string) =>
    app.evaluate(({ dialog }, chosen) => {
      dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [chosen] });
    }, path);

  const page = await app.firstWindow();
  const { expectSilence } = watch(page);
  await expect(page.getByRole('heading', { level: 1, name: 'shapes' })).toBeVisible();
  expect(await page.evaluate(() => [typeof process, typeof require])).toEqual(['undefined', 'undefined']);
  for (const fold of ['fold0', 'fold1']) {
    await answer(join(job.models, `${fold}.onnx`));
    await chooseModels(page);
    await expect(page.getByRole('row', { name: fold })).toBeVisible();
  }
  await wholeJob(page, job, join(job.place, 'out'));
  expectSilence();
  await app.close();
  await job.remove();
});
