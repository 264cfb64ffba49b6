import { join } from 'node:path';
import { expect, test, type Page } from '@playwright/test';
import { makeJob, type Job } from '../support/job.ts';
import { serving, type Serving } from '../support/program.ts';
import { addModels, expectReviewed, openFolder, openReview, scan } from './steps.ts';
import { watch } from './watch.ts';

let job: Job;
let server: Serving;

test.beforeEach(async () => {
  job = await makeJob({ labelled: 24, unlabelled: 2 });
  server = await serving([], { WINNOW_HOME: join(job.place, 'home') });
});
test.afterEach(async () => {
  await server.stop();
  await job.remove();
});

const panel = (page: Page) => page.getByRole('region', { name: 'Audit' });
const dialog = (page: Page) => page.getByRole('dialog', { name: 'Many at once' });
const list = (page: Page) => page.getByRole('dialog', { name: 'Decided many at once' });

async function scanAndReview(page: Page) {
  await page.goto(server.address);
  await openFolder(page, job.folder);
  await addModels(page, job.models);
  await scan(page);
  await openReview(page);
}

test('many are accepted, some of them looked at, and all of them rolled back and back again', async ({ page }) => {
  await page.setViewportSize({ width: 1024, height: 700 });
  const { expectSilence } = watch(page);
  await scanAndReview(page);

  await page.keyboard.press('m');
  await page.getByRole('slider', { name: 'Least score' }).fill('0');
  const accept = page.getByRole('button', { name: /^Accept \d+$/ });
  await expect(page.getByText(/^About .* of them are errors/)).toBeVisible();
  const many = Number((await accept.textContent())?.match(/\d+/)?.[0]);
  expect(many).toBeGreaterThan(11);
  await accept.click();
  await expect(page.getByRole('dialog', { name: /^Accepted \d+ cases/ })).toBeVisible();
  await page.keyboard.press('Enter');

  // Every judgement goes on to the next; the second is taken back and given again.
  const drawn = Math.min(30, many);
  await expect(panel(page)).toContainText(`0 of ${drawn} judged`);
  await page.keyboard.press('r');
  await expect(panel(page)).toContainText(`1 of ${drawn} judged`);
  await page.keyboard.press('w');
  await expect(panel(page)).toContainText('50% right');
  await expectReviewed(page, '1 kept');
  await page.keyboard.press('z');
  await expect(panel(page)).toContainText(`1 of ${drawn} judged`);
  await expectReviewed(page, /^(?!.*kept)/);
  await expect(panel(page).getByRole('button', { name: /^2: / })).toHaveAttribute('aria-current', 'true');
  await page.keyboard.press('w');
  await page.keyboard.press('r');
  await expect(panel(page)).toContainText('67% right');

  // It is taken up again where it was, by a window that has just come.
  await page.reload();
  await openReview(page);
  await page.keyboard.press('Shift+E');
  await expect(list(page)).toContainText('67% right');
  await list(page).getByRole('button', { name: 'Audit on' }).click();
  await expect(panel(page)).toContainText(`3 of ${drawn} judged`);
  await expect(panel(page).getByRole('button', { name: /^4: / })).toHaveAttribute('aria-current', 'true');

  // What the audit corrected stays kept; everything else is open again.
  await page.keyboard.press('Delete');
  await expect(panel(page)).toBeHidden();
  await expectReviewed(page, /^(?!.*accepted).*1 kept/);
  await page.keyboard.press('Shift+Z');
  await expectReviewed(page, `${many - 1} accepted`);
  await page.keyboard.press('Shift+E');
  await list(page).getByRole('button', { name: 'Roll back' }).click();
  await expect(list(page)).toContainText('rolled back');
  await list(page).getByRole('button', { name: 'Bring back' }).click();
  await expectReviewed(page, `${many - 1} accepted`);
  expectSilence();
});

test('many are accepted by what a few verdicts taught', async ({ page }) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  const { expectSilence } = watch(page);
  await scanAndReview(page);

  // Nothing is learned yet, so there is no other order to choose.
  await page.keyboard.press('m');
  await expect(dialog(page)).toBeVisible();
  await expect(dialog(page).getByRole('radiogroup', { name: 'Score' })).toBeHidden();
  await page.keyboard.press('Escape');
  for (let n = 1; n <= 3; n++) {
    await page.keyboard.press('k');
    await expectReviewed(page, `${n} kept`);
  }
  await expect(page.getByRole('button', { name: /^Learned/ })).toBeVisible();

  await page.keyboard.press('m');
  await expect(dialog(page).getByRole('radio', { name: 'As learned from your verdicts' })).toBeChecked();
  await dialog(page).getByRole('slider', { name: 'Least score' }).fill('0.5');
  const errors = dialog(page).getByText(/^About .* of them are errors/);
  const learned = (await errors.textContent()) ?? '';
  await dialog(page).getByText('As scanned').click();
  await expect(errors).not.toHaveText(learned);
  await dialog(page).getByText('As learned from your verdicts').click();
  await expect(errors).toHaveText(learned);
  await page.getByRole('button', { name: /^Accept \d+$/ }).click();
  const offer = page.getByRole('dialog', { name: /^Accepted \d+ cases/ });
  await expect(offer).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(offer).toBeHidden();

  // What was expected then is what the audit is measured by.
  const told = /About ([\d.]+%)/.exec(learned)?.[1] ?? 'a share';
  await page.keyboard.press('Shift+E');
  await expect(list(page)).toContainText(`expected ${told}`);
  expectSilence();
});
