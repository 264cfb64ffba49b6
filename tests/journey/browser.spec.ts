import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { makeJob, type Job } from '../support/job.ts';
import { serving, type Serving } from '../support/program.ts';
import { wholeJob } from './journey.ts';
import { addModels, openFolder } from './steps.ts';
import { watch } from './watch.ts';

let job: Job;
let server: Serving;

test.beforeEach(async () => {
  job = await makeJob();
  server = await serving([], { WINNOW_HOME: join(job.place, 'home') });
});
test.afterEach(async () => {
  await server.stop();
  await job.remove();
});

for (const [width, height] of [
  [1440, 900],
  [1024, 700],
]) {
  test(`the whole job in a browser of ${width}×${height}`, async ({ page }) => {
    await page.setViewportSize({ width, height });
    const { expectSilence } = watch(page);
    await page.goto(server.address);
    expect(page.url()).not.toContain('token');
    await openFolder(page, job.folder);
    await addModels(page, job.models);
    await wholeJob(page, job, join(job.place, 'out'));
    expectSilence();
  });
}
