/**
 * Which temperature is found on noisy labels, and which on true ones:
 *
 *     node bench/calibration.ts --data DATASET --project PROJECT --truth TRUTH
 *
 * TRUTH holds masks/ (as the dataset's, but right). Fitted on the sample of p̄ that the scan kept: on true labels, on the
 * given ones as if all were right, and robustly; then on true labels of which a known share was made wrong. Every
 * temperature is judged by NLL and ECE against true labels; halves of the pictures are fitted and measured crosswise.
 */
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { IGNORE } from '../common/dataset.ts';
import { Measured } from '../main/engine/calibration/calibrate.ts';
import { fitTemperature, sum } from '../main/engine/calibration/fit.ts';
import { readPixels, type LabelledPixels } from '../main/engine/calibration/pixels.ts';
import { labelTable, toIndexes } from '../main/engine/dataset/labels.ts';
import { readMask } from '../main/engine/images.ts';
import { openWorkspace } from '../main/engine/workspace.ts';

const { values } = parseArgs({
  options: { data: { type: 'string' }, project: { type: 'string' }, truth: { type: 'string' } },
});
if (!values.data || !values.project || !values.truth)
  throw new Error('Expected --data DATASET --project PROJECT --truth TRUTH.');

const workspace = await openWorkspace(values.data, values.project);
const { dataset } = workspace;
const classes = dataset.classMap.classes.length;
const table = labelTable(dataset.classMap);
const began = performance.now();
const given: LabelledPixels[] = [];
const truth: LabelledPixels[] = [];
for (const picture of await readPixels(workspace)) {
  const mask = dataset.byName.get(picture.sample)?.mask;
  if (!mask) continue;
  const whole = toIndexes(await readMask(join(values.truth, 'masks', basename(mask))), table);
  const labels = Uint8Array.from(picture.places, (place) => whole[place]);
  const known = [...labels.keys()].filter((i) => labels[i] !== IGNORE);
  given.push(only(picture, picture.given, known));
  truth.push(only(picture, labels, known));
}

function only(picture: LabelledPixels, labels: Uint8Array, pixels: number[]): LabelledPixels {
  const { channels, log, places, border } = picture;
  return {
    ...{ sample: picture.sample, channels },
    log: Float32Array.from({ length: pixels.length * channels }, (_, i) => log[pixels[Math.floor(i / channels)] * channels + (i % channels)]), // prettier-ignore
    places: Uint32Array.from(pixels, (i) => places[i]),
    given: Uint8Array.from(pixels, (i) => labels[i]),
    border: Uint8Array.from(pixels, (i) => border[i]),
  };
}

/** Fitted on the labels of `pictures`, judged by the truth. */
async function judge(name: string, pictures: LabelledPixels[], robust: boolean) {
  const half = (all: LabelledPixels[], which: number) => all.filter((_, i) => i % 2 === which);
  const whole = await fitTemperature(pictures, { classes, robust });
  const measured = new Measured(classes);
  for (const which of [0, 1]) {
    const { temperature } = await fitTemperature(half(pictures, which), { classes, robust });
    for (const one of half(truth, 1 - which)) measured.add(one, temperature);
  }
  tell(name, whole.temperature, sum(whole.wrong), measured);
}

function tell(name: string, temperature: number, wrong: number, { result: { nll, reliability } }: Measured): void {
  const { overall, border, interior } = reliability;
  const numbers = [temperature, wrong, nll, overall.ece, border.ece, interior.ece];
  console.log([name.padEnd(44), ...numbers.map((value) => value.toFixed(4))].join('  '));
}

const count = truth.reduce((all, one) => all + one.given.length, 0);
const differing = given.reduce((all, one, n) => all + one.given.filter((k, i) => k !== truth[n].given[i]).length, 0);
console.log(
  `${count} pixels of ${truth.length} pictures, ${((100 * differing) / count).toFixed(2)} % wrongly labelled`,
);
console.log(`${'labels, fit'.padEnd(44)}  T       wrong   NLL     ECE     border  interior`);
const asMerged = new Measured(classes);
for (const one of truth) asMerged.add(one, 1);
tell('none', 1, 0, asMerged);
await judge('true, plain', truth, false);
await judge('true, robust', truth, true);
await judge('given, plain', given, false);
await judge('given, robust', given, true);

/** Marsaglia's xorshift, 0 to below 1. */
let state = 1;
function random(): number {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) / 2 ** 32;
}

/** True labels of which a share says what `say` does. */
const made = (share: number, say: () => number): LabelledPixels[] =>
  truth.map((one) => ({ ...one, given: one.given.map((k) => (random() < share ? say() : k)) }));

for (const share of [0.02, 0.1, 0.25])
  for (const robust of [false, true]) {
    const how = robust ? 'robust' : 'plain';
    await judge(`true, ${100 * share} % any class, ${how}`, made(share, () => Math.floor(classes * random())), robust); // prettier-ignore
    await judge(
      `true, ${100 * share} % one class, ${how}`,
      made(share, () => 1),
      robust,
    );
  }
console.log(`took ${((performance.now() - began) / 1000).toFixed(0)} s`);
process.exit(0);
