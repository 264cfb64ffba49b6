import type { Calibration, ReliabilityBy } from '../../../common/calibration.ts';
import { throwIfCancelled, type Count, type Long } from '../long.ts';
import type { Workspace } from '../workspace.ts';
import { fitTemperature, sum, type Fit } from './fit.ts';
import { readPixels, type LabelledPixels } from './pixels.ts';
import { ReliabilityTally } from './reliability.ts';

/**
 * The temperature of the current scan's ensemble, relative to p̄ as it is merged, whatever temperature the scan ran with;
 * null where it kept no sample of p̄ of at least two held-out pictures. Takes seconds.
 */
export async function calibrate(
  workspace: Pick<Workspace, 'dataset' | 'project' | 'results'>,
  long: Long<Count> = {},
): Promise<Calibration | null> {
  const pictures = await readPixels(workspace, long);
  return calibratePixels(pictures, workspace.dataset.classMap.classes.length, long.signal);
}

/** The same of pixels at hand. Pictures are halved as they come; each half is measured at the temperature of the other. */
export async function calibratePixels(
  pictures: readonly LabelledPixels[],
  classes: number,
  signal?: AbortSignal,
): Promise<Calibration | null> {
  if (pictures.length < 2) return null;
  const halves = [0, 1].map((half) => pictures.filter((_, i) => i % 2 === half));
  const fits: Fit[] = [];
  for (const half of halves) fits.push(await fitTemperature(half, { classes, signal }));
  const whole = await fitTemperature(pictures, { classes, signal });
  throwIfCancelled(signal);
  const [before, after] = [new Measured(classes), new Measured(classes)];
  for (const [i, half] of halves.entries())
    for (const picture of half) {
      before.add(picture, 1);
      after.add(picture, fits[1 - i].temperature);
    }
  return {
    temperature: whole.temperature,
    noise: sum(whole.wrong),
    samples: pictures.length,
    pixels: pictures.reduce((count, { given }) => count + given.length, 0),
    before: before.result,
    after: after.result,
  };
}

/** Pixels at a temperature against their labels. */
export class Measured {
  private readonly classes: number;
  private readonly tally: ReliabilityTally;
  private pixels = 0;
  private nats = 0;

  constructor(classes: number) {
    this.classes = classes;
    this.tally = new ReliabilityTally(classes);
  }

  /** `labels`: in place of the given ones, for the same pixels. */
  add({ channels, log, given, border }: LabelledPixels, temperature: number, labels: Uint8Array = given): void {
    for (let n = 0, at = 0; n < labels.length; n++, at += channels) {
      let [total, proposed] = [0, 0];
      for (let k = 0; k < channels; k++) {
        total += Math.exp(log[at + k] / temperature);
        if (k < this.classes && log[at + k] > log[at + proposed]) proposed = k;
      }
      const confidence = Math.exp(log[at + proposed] / temperature) / total;
      this.tally.add(confidence, proposed, proposed === labels[n], border[n] === 1);
      this.nats += Math.log(total) - log[at + labels[n]] / temperature;
      this.pixels++;
    }
  }

  /** nats a pixel, and diagrams */
  get result(): { nll: number; reliability: ReliabilityBy } {
    return { nll: this.pixels ? this.nats / this.pixels : 0, reliability: this.tally.by };
  }
}
