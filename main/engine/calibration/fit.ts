import { setImmediate } from 'node:timers/promises';
import { throwIfCancelled } from '../long.ts';
import type { LabelledPixels } from './pixels.ts';

/** What explains the labels best: a temperature, and which labels are wrong whatever the models say. */
export interface Fit {
  temperature: number;
  /** [class]: share of all labels that are wrong and say this class; all 0 in a fit that takes every label for right */
  wrong: Float64Array;
}

export interface FitOptions {
  /** of the dataset */
  classes: number;
  /** false: every label is taken for right, which is the usual maximum-likelihood fit */
  robust?: boolean;
  signal?: AbortSignal;
}

/** Least and greatest temperature looked at. */
export const TEMPERATURES: readonly [number, number] = [0.05, 20];
const STEP = 0.25;
/** Of log T. */
const EXACT = 1e-4;
const MOST_STEPS = 60;

/**
 * Maximum of Σ log((1 − ε) p_T[y] + w[y]) over T, w ≥ 0 and ε = Σ w, where p_T ∝ p̄^(1/T). A label that the models
 * contradict outright would pull T up without end; here it is taken for wrong instead. What wrong labels say is fitted with
 * it, because neither all classes alike nor the usual shares of classes describe what annotators confuse.
 */
export async function fitTemperature(
  pictures: readonly LabelledPixels[],
  { classes, robust = true, signal }: FitOptions,
): Promise<Fit> {
  const likelihood = new Likelihood(pictures, classes, robust);
  const slopeAt = async (log: number) => {
    await setImmediate();
    throwIfCancelled(signal);
    return likelihood.slope(Math.exp(-log));
  };
  const temperature = Math.exp(await rootOf(slopeAt));
  return { temperature, wrong: likelihood.wrong.slice() };
}

/**
 * Where `slope` of log T, positive on the left, changes its sign: outwards from T = 1 in steps, then by regula falsi
 * (Illinois), or the end it points to.
 */
async function rootOf(slope: (log: number) => Promise<number>): Promise<number> {
  const [least, most] = TEMPERATURES.map(Math.log);
  let [a, fa] = [0, await slope(0)];
  if (fa === 0) return a;
  const way = Math.sign(fa) * STEP;
  let [b, fb] = [a, fa];
  while (Math.sign(fb) === Math.sign(fa)) {
    if (b <= least || b >= most) return b;
    [a, fa] = [b, fb];
    b = Math.min(most, Math.max(least, b + way));
    fb = await slope(b);
  }
  for (let i = 0; i < MOST_STEPS && Math.abs(b - a) > EXACT && fb !== 0; i++) {
    const next = b - (fb * (b - a)) / (fb - fa);
    const value = await slope(next);
    if (Math.sign(value) !== Math.sign(fb)) [a, fa] = [b, fb];
    else fa /= 2;
    const moved = Math.abs(next - b);
    [b, fb] = [next, value];
    if (moved < EXACT / 10) break;
  }
  return b;
}

/** Least share of wrong labels a class starts at, and what it may still move by when it is taken for found. */
const START = 0.01;
const SETTLED = 1e-7;
const MOST_ROUNDS = 300;

class Likelihood {
  readonly wrong: Float64Array;
  private readonly pictures: readonly LabelledPixels[];
  private readonly robust: boolean;
  /** of all pictures, one after the other */
  private readonly given: Uint8Array;
  /** p_T of the given class, and its slope: (log p̄[y] − Σ p_T log p̄) */
  private readonly p: Float64Array;
  private readonly rise: Float64Array;

  constructor(pictures: readonly LabelledPixels[], classes: number, robust: boolean) {
    this.pictures = pictures;
    this.robust = robust;
    this.given = Uint8Array.from(pictures.flatMap(({ given }) => [...given]));
    this.p = new Float64Array(this.given.length);
    this.rise = new Float64Array(this.given.length);
    this.wrong = new Float64Array(classes).fill(robust ? START / classes : 0);
  }

  /** d/d(1/T) of the greatest likelihood there is at T = 1/β; by the envelope theorem `wrong` may be held where it is best. */
  slope(beta: number): number {
    this.look(beta);
    if (this.robust) this.settle();
    const right = 1 - sum(this.wrong);
    let slope = 0;
    for (let i = 0; i < this.p.length; i++) {
      const mine = right * this.p[i];
      slope += (mine / (mine + this.wrong[this.given[i]])) * this.rise[i];
    }
    // The temperature rises where β falls.
    return -slope;
  }

  private look(beta: number): void {
    let i = 0;
    for (const { channels, log, given } of this.pictures)
      for (let n = 0, at = 0; n < given.length; n++, i++, at += channels) {
        let [total, mean] = [0, 0];
        for (let k = at; k < at + channels; k++) {
          const power = Math.exp(beta * log[k]);
          total += power;
          mean += power * log[k];
        }
        const own = log[at + given[n]];
        this.p[i] = Math.exp(beta * own) / total;
        this.rise[i] = own - mean / total;
      }
  }

  /** EM over what is wrong, from where it was: each class' share becomes the mean chance of its labels to be wrong. */
  private settle(): void {
    const { p, given, wrong } = this;
    const found = new Float64Array(wrong.length);
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const right = 1 - sum(wrong);
      found.fill(0);
      for (let i = 0; i < p.length; i++) {
        const share = wrong[given[i]];
        found[given[i]] += share / (right * p[i] + share);
      }
      let moved = 0;
      for (let k = 0; k < wrong.length; k++) {
        const next = found[k] / p.length;
        moved = Math.max(moved, Math.abs(next - wrong[k]));
        wrong[k] = next;
      }
      if (moved < SETTLED) return;
    }
  }
}

export const sum = (values: Float64Array): number => values.reduce((a, b) => a + b, 0);
