import { join } from 'node:path';
import { expect, test, type Page } from '@playwright/test';
import { closeWorkspace, openWorkspace } from '../../main/engine/workspace.ts';
import { makeJob, type Job } from '../support/job.ts';
import { serving, type Serving } from '../support/program.ts';
import { pretendScan } from '../support/scan.ts';
import { expectReviewed, openReview, settled } from './steps.ts';
import { watch } from './watch.ts';

/** Cases worth a look; all others score less than is listed unasked. */
const LISTED = 4;
const ALL = 12;
let job: Job;
let server: Serving;

test.beforeEach(async () => {
  job = await makeJob({ labelled: 2 * ALL, unlabelled: 1 });
  const workspace = await openWorkspace(job.folder);
  await pretendScan(workspace, job.shapes, 'scan1', (n) => (n < LISTED ? 0.9 - n / 10 : 0.009 - n / 10_000));
  await closeWorkspace(workspace);
  server = await serving([job.folder], { WINNOW_HOME: join(job.place, 'home') });
});
test.afterEach(async () => {
  await server.stop();
  await job.remove();
});

const heading = (page: Page) => page.getByRole('region', { name: 'Case', exact: true }).getByRole('heading').first();
const rows = (page: Page) => page.getByRole('listbox', { name: 'Cases, worst first' }).getByRole('option');
const weaker = (page: Page) => page.getByRole('button', { name: /weaker not listed/ });

async function begin(page: Page): Promise<void> {
  await page.setViewportSize({ width: 1024, height: 700 });
  await page.goto(server.address);
  await expect(page.getByRole('heading', { level: 1, name: 'shapes' })).toBeVisible();
  await openReview(page);
}

test('weaker cases are listed by key, behind the others, and nothing else moves', async ({ page }) => {
  const { expectSilence } = watch(page);
  await begin(page);
  await expect(rows(page)).toHaveCount(LISTED);
  await expect(heading(page)).toContainText(`Case 1 of ${LISTED} · score 0.90`);
  await expect(weaker(page)).toContainText(`${ALL - LISTED} weaker not listed`);
  await page.keyboard.press('j');
  await expect(heading(page)).toContainText(`Case 2 of ${LISTED} · score 0.80`);

  await page.keyboard.press('Shift+L');
  await expect(weaker(page)).toBeHidden();
  await expect(heading(page)).toContainText(`Case 2 of ${ALL} · score 0.80`);
  await expect(rows(page).first()).toHaveAttribute('aria-setsize', `${ALL}`);
  await expectReviewed(page, `0 of ${ALL} reviewed`);
  // They are cases as any other: decided, taken back, and there after a reload.
  for (let n = 2; n < ALL; n++) await page.keyboard.press('ArrowDown');
  await expect(heading(page)).toContainText(`Case ${ALL} of ${ALL} · score 0.01`);
  await page.keyboard.press('a');
  await expectReviewed(page, '1 accepted');
  await page.keyboard.press('z');
  await expectReviewed(page, /^(?!.*accepted)/);
  await page.reload();
  await expect(rows(page).first()).toHaveAttribute('aria-setsize', `${ALL}`);
  expectSilence();
});

test('a search is begun, narrowed by a button, and left, without a key going astray', async ({ page }) => {
  const { expectSilence } = watch(page);
  await begin(page);
  const search = page.getByRole('searchbox');
  await page.keyboard.press('\\');
  await expect(search).toBeHidden();
  await page.keyboard.press('/');
  await expect(search).toBeFocused();
  await page.keyboard.type('nothing is named so');
  await expect(rows(page)).toHaveCount(0);
  await page.getByRole('button', { name: 'Clear the filters' }).click();
  await expect(rows(page)).toHaveCount(LISTED);
  await expect(search).not.toBeFocused();
  await page.keyboard.press('k');
  await expectReviewed(page, '1 kept');
  expectSilence();
});

test('verdicts of every kind, by key, and every one of them taken back', async ({ page }) => {
  const { expectSilence } = watch(page);
  await begin(page);
  for (const [key, said] of [
    ['i', '1 ignored'],
    ['s', '1 skipped'],
    ['Shift+A', '1 accepted'],
  ])
    await page.keyboard.press(key).then(() => expectReviewed(page, said));
  for (const gone of ['accepted', 'skipped', 'ignored'])
    await page.keyboard.press('z').then(() => expectReviewed(page, new RegExp(`^(?!.*${gone})`)));
  await expectReviewed(page, `0 of ${LISTED} reviewed`);
  expectSilence();
});

test('the picture is arranged, enlarged, moved and layered by key', async ({ page }) => {
  const { expectSilence } = watch(page);
  await begin(page);
  const zoom = page.getByRole('toolbar', { name: 'View' }).getByRole('button', { name: /%/ });
  for (const name of ['Side by side', 'One view', 'Divided']) {
    await page.keyboard.press('v');
    await expect(page.getByRole('button', { name, exact: true })).toHaveAttribute('aria-pressed', 'true');
  }
  await page.keyboard.press('x');
  await expect(zoom).toContainText('100%');
  await page.keyboard.press('+');
  await expect(zoom).toContainText('125%');
  await page.keyboard.press('-');
  await expect(zoom).toContainText('100%');
  const stage = page.getByLabel('The picture with its labels');
  const seen = async () => (await settled(page), (await stage.screenshot()).toString('base64'));
  const still = await seen();
  await page.keyboard.press('ArrowRight');
  expect(await seen()).not.toBe(still);
  await page.keyboard.press('f');
  const whole = await seen();
  await page.keyboard.down('b');
  expect(await seen()).not.toBe(whole);
  await page.keyboard.up('b');
  expect(await seen()).toBe(whole);

  const opacity = page.getByRole('slider', { name: 'Opacity of Given' });
  const before = Number(await opacity.inputValue());
  await page.keyboard.press(']');
  await expect.poll(async () => Number(await opacity.inputValue())).toBeGreaterThan(before);
  await page.keyboard.press('[');
  await expect.poll(async () => Number(await opacity.inputValue())).toBeCloseTo(before);
  for (const [key, name] of [
    ['t', 'Picture'],
    ['g', 'Given'],
    ['p', 'Proposed'],
    ['d', 'Difference'],
    ['c', 'Confidence'],
    ['u', 'Disagreement'],
    ['q', 'p(given)'],
  ]) {
    const layer = page.getByRole('switch', { name, exact: true });
    const was = await layer.getAttribute('aria-checked');
    await page.keyboard.press(key);
    await expect(layer).toHaveAttribute('aria-checked', was === 'true' ? 'false' : 'true');
  }
  expectSilence();
});

test('panels and overlays open and close by key', async ({ page }) => {
  const { expectSilence } = watch(page);
  await begin(page);
  const stop = page.getByRole('region', { name: 'When to stop' }).getByRole('button').first();
  for (const [key, name] of [
    ['?', 'All keys'],
    ['Shift+M', 'Messages'],
    ['m', 'Many at once'],
    ['Shift+E', 'Decided many at once'],
  ]) {
    await page.keyboard.press(key);
    await expect(page.getByRole('dialog', { name })).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(page.getByRole('dialog')).toBeHidden();
  }
  await page.keyboard.press('e');
  await expect(stop).toHaveAttribute('aria-expanded', 'true');
  await page.keyboard.press('Escape');
  await expect(stop).toHaveAttribute('aria-expanded', 'false');
  await page.keyboard.press('1');
  await expect(page.getByRole('heading', { level: 1, name: 'shapes' })).toBeVisible();
  expectSilence();
});
