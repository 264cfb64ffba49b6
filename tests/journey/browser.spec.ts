import { join } from 'node:path';
import { expect, test, type Page } from '@playwright/test';
import { makeJob, type Job } from '../support/job.ts';
import { serving, type Serving } from '../support/program.ts';
import { parseXml } from '../support/xml.ts';
import { wholeJob } from './journey.ts';
import { addModels, openFolder, savePlot } from './steps.ts';
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
    await savesPlots(page);
    expectSilence();
  });
}

/** What is saved is what is seen, as files that need nothing else. */
async function savesPlots(page: Page): Promise<void> {
  await page.keyboard.press('6');
  await expect(page.getByRole('grid', { name: 'Confusion matrix' })).toBeVisible();
  const svg = await savePlot(page, 'svg');
  expect(svg.name).toBe('shapes-confusion.svg');
  expect(parseXml(svg.content).attributes.xmlns).toBe('http://www.w3.org/2000/svg');
  const csv = await savePlot(page, 'csv');
  expect(csv.name).toBe('shapes-confusion.csv');
  expect(csv.content).toMatch(/^given \\ proposed,ground,disc,box,bar\r\n/);
}
