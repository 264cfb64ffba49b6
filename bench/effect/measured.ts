import { readFileSync } from 'node:fs';
import { Confusion } from '../../main/engine/measures/confusion.ts';

/** What one training left behind (train.py). */
export interface Run {
  /** picture → [true class][predicted class] pixels */
  pictures: Record<string, number[][]>;
  /** mean training loss, by epoch */
  loss: number[];
  seconds: number;
}

/** A figure over seeds; `spread`: standard deviation of a sample, NaN for one seed. */
export interface Figure {
  mean: number;
  spread: number;
  values: number[];
}

export const readRun = (file: string): Run => JSON.parse(readFileSync(file, 'utf8')) as Run;

/** Confusion of a run over `pictures`, as one matrix. */
export function confusionOf({ pictures }: Run, names: readonly string[]): Confusion {
  const all = new Confusion(Object.values(pictures)[0].length);
  for (const name of names)
    pictures[name].forEach((row, truth) =>
      row.forEach((count, predicted) => (all.counts[truth * (all.classes + 1) + predicted] += count)),
    );
  return all;
}

export function figureOf(values: number[]): Figure {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, spread: Math.sqrt(squares / (values.length - 1)), values };
}

/** `values` less `base`, seed by seed. */
export const difference = (values: Figure, base: Figure): Figure =>
  figureOf(values.values.map((value, seed) => value - base.values[seed]));
