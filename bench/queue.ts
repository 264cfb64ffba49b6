/**
 * How long a window takes to show the queue of a large scan, and to have all of it:
 *
 *     node bench/queue.ts [--pictures 5000] [--cases 40]
 *
 * The scan is made up: tiny pictures, scores spread as those of street scenes are. The browser is a real one.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium, type Page } from '@playwright/test';
import { CASE_KINDS, type CaseRow, type SampleResult } from '../common/case.ts';
import { PLAIN } from '../common/ensemble.ts';
import { FEATURES } from '../common/features.ts';
import { encodeMask } from '../main/engine/images.ts';
import { toLine } from '../main/engine/inference/results/line.ts';
import { writeRecord } from '../main/engine/inference/results/record.ts';
import { projectOf } from '../main/engine/project.ts';
import { findBrowser } from '../tests/support/browser.ts';
import { built, serving } from '../tests/support/program.ts';
import { noise } from '../tests/support/random.ts';

/** Share of the cases that score at least so much: 468 pictures of street scenes, 19,451 cases. */
const SPREAD = [
  [0.9, 0.003],
  [0.5, 0.01],
  [0.1, 0.045],
  [0.05, 0.08],
  [0.02, 0.188],
  [0.01, 0.353],
  [0.005, 0.602],
  [0.002, 1],
] as const;
const CLASSES = 11;

/** Results that the window has taken in, by its own store. A string: this program has no IndexedDB, the page has. */
const CURSOR = `(async () => {
  const name = (await indexedDB.databases()).map(({ name }) => name).find((name) => name.startsWith('winnow-'));
  if (!name) return 0;
  return new Promise((done) => {
    const asked = indexedDB.open(name);
    asked.onerror = () => done(0);
    asked.onsuccess = () => {
      const read = asked.result.transaction('meta').objectStore('meta').get('progress');
      read.onsuccess = () => (done(read.result?.cursor ?? 0), asked.result.close());
    };
  });
})()`;

const { values } = parseArgs({
  options: { pictures: { type: 'string', default: '5000' }, cases: { type: 'string', default: '40' } },
});
const [pictures, each] = [Number(values.pictures), Number(values.cases)];
const place = await mkdtemp(join(tmpdir(), 'winnow-queue-'));
const folder = join(place, 'dataset');
const { executablePath, args } = await findBrowser();
const browser = await chromium.launch({ executablePath, args });
await built();
await makeScan();
const server = await serving([folder], { WINNOW_HOME: place });
try {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  const [first, all] = await look(page, () => page.goto(server.address));
  console.log(
    `${pictures} pictures, ${pictures * each} cases; a new window: queue after ${first} s, all after ${all} s`,
  );
  const [again] = await look(page, () => page.reload());
  console.log(`the same window again: queue after ${again} s`);
} finally {
  await browser.close();
  await server.stop();
  await rm(place, { recursive: true, force: true });
}

/** Seconds until the queue shows its first case, and until everything that is listed is stored. */
async function look(page: Page, open: () => Promise<unknown>): Promise<[string, string]> {
  const start = performance.now();
  const seconds = () => ((performance.now() - start) / 1000).toFixed(1);
  await open();
  await page
    .getByText(/^Review/)
    .first()
    .waitFor({ timeout: 300_000 });
  await page.keyboard.press('4');
  await page
    .getByRole('listbox', { name: 'Cases, worst first' })
    .getByRole('option')
    .first()
    .waitFor({ timeout: 600_000 });
  const first = seconds();
  while ((await page.evaluate<number>(CURSOR)) < pictures) await page.waitForTimeout(200);
  return [first, seconds()];
}

async function makeScan(): Promise<void> {
  const random = noise(7);
  const names = Array.from({ length: pictures }, (_, n) => `s${String(n).padStart(6, '0')}`);
  await Promise.all(['images', 'masks'].map((name) => mkdir(join(folder, name), { recursive: true })));
  const tiny = await encodeMask({
    width: 16,
    height: 16,
    bits: 8,
    palette: null,
    alpha: null,
    data: new Uint8Array(256),
  });
  for (const name of names)
    await Promise.all(['images', 'masks'].map((kind) => writeFile(join(folder, kind, `${name}.png`), tiny)));
  const project = await projectOf(folder);
  const results = join(project.cache, 'abcd', 'results.jsonl');
  await mkdir(dirname(results), { recursive: true });
  const classes = Array.from({ length: CLASSES }, (_, index) => index);
  await writeRecord(project, { ...PLAIN, version: 3, key: 'abcd', classes, members: [] });
  let id = 0;
  const lines = names.map((sample) => {
    const cases = Array.from({ length: each }, () => caseOf(sample, ++id, random));
    const facts = { labelled: true, heldOut: true, width: 16, height: 16, score: 0.5, softmin: 0.5 };
    const result: SampleResult = { sample, cases, ...facts };
    return `${JSON.stringify(toLine(result, { stat: '', hash: '' }))}\n`;
  });
  await writeFile(results, lines.join(''));
}

function caseOf(sample: string, number: number, random: () => number): CaseRow {
  const given = Math.floor(random() * CLASSES);
  return {
    ...{ id: number.toString(16).padStart(16, '0'), sample, kind: CASE_KINDS[number % 4] },
    ...{ given, proposed: (given + 1 + Math.floor(random() * (CLASSES - 1))) % CLASSES, bbox: [2, 2, 8, 8], area: 64 },
    ...{ score: scoreAt(random()), pGiven: 0.1, agreement: 0.9, disagreement: 0.1, displacement: 3, passes: null },
    features: FEATURES.map(() => Math.round(random() * 1000) / 1000),
    heldOut: true,
  };
}

/** The score that a share of all cases reaches; between the points of SPREAD straight in its logarithm. */
function scoreAt(share: number): number {
  const after = SPREAD.findIndex(([, reached]) => share <= reached);
  const [low, reached] = SPREAD[after];
  const [high, before] = after ? SPREAD[after - 1] : [1, 0];
  const t = (share - before) / (reached - before);
  return Math.round(high * (low / high) ** t * 1e6) / 1e6;
}
