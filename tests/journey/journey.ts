import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, type Page } from '@playwright/test';
import { readMask } from '../../main/engine/images.ts';
import { hashesOf, type Job } from '../support/job.ts';
import {
  acceptPseudoLabels,
  chooseThresholds,
  exportTo,
  expectReviewed,
  openConfusion,
  openReview,
  reviewConfused,
  scan,
  tryOnPicture,
  turnOrder,
} from './steps.ts';

/** The whole job from an opened dataset with its models to the exported files on disk. */
export async function wholeJob(page: Page, job: Job, out: string): Promise<void> {
  const before = await hashesOf(job.folder);
  await tryOnPicture(page);
  await scan(page);
  await insights(page);
  await review(page);
  await chooseThresholds(page, 'disc');
  await acceptPseudoLabels(page);
  await exportTo(page, out);
  await checkExport(job, out);
  expect(await hashesOf(job.folder)).toEqual(before);
}

/** From a cell of the confusion matrix to its cases, and back to all of them. */
async function insights(page: Page): Promise<void> {
  await openConfusion(page);
  await reviewConfused(page, 'box', 'disc');
  await page.getByRole('button', { name: 'box → disc' }).click();
  await expect(page.getByRole('button', { name: 'box → disc' })).toBeHidden();
}

/** Accepts three cases, keeps one, takes back and brings back: all by keyboard. */
async function review(page: Page): Promise<void> {
  await openReview(page);
  await page.keyboard.press('a');
  await expectReviewed(page, '1 accepted');
  await page.keyboard.press('k');
  await expectReviewed(page, '1 kept');
  await page.keyboard.press('z');
  await expectReviewed(page, /^(?!.*kept)/);
  await page.keyboard.press('Shift+Z');
  await expectReviewed(page, '1 kept');
  await page.keyboard.press('a');
  await page.keyboard.press('a');
  await expectReviewed(page, '3 accepted');
  await turnOrder(page, 3);
}

/** Three of the four wrongly labelled pictures are cleaned to the truth; every other mask is the very same file. */
async function checkExport({ folder, shapes }: Job, out: string): Promise<void> {
  const [source, made] = [await hashesOf(join(folder, 'masks')), await hashesOf(join(out, 'masks'))];
  const changed = Object.keys(source).filter((name) => source[name] !== made[name]);
  expect(changed).toHaveLength(3);
  for (const file of changed) {
    const { data } = await readMask(join(out, 'masks', file));
    const truth = shapes.truth.get(file.replace('.png', ''));
    expect(Array.from(data)).toEqual(Array.from(truth ?? []));
  }
  const names = [...shapes.truth.keys()];
  expect((await readFile(join(out, 'train.txt'), 'utf8')).trim().split('\n').sort()).toEqual(names);
  expect(Object.keys(made)).toHaveLength(names.length);
  const manifest = JSON.parse(await readFile(join(out, 'manifest.json'), 'utf8')) as object;
  expect(manifest).toMatchObject({ thresholds: [{ byClass: expect.any(Object) as object }] });
}
