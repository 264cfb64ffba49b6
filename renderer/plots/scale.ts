export type Domain = readonly [low: number, high: number];

/** From values to pixels; values outside the domain land outside the range. */
export function linear([low, high]: Domain, [from, to]: Domain): (value: number) => number {
  const span = high - low || 1;
  return (value) => from + ((value - low) / span) * (to - from);
}

/** Base 10; values at or below zero land where the domain begins. */
export function logarithmic([low, high]: Domain, range: Domain): (value: number) => number {
  const place = linear([Math.log10(low), Math.log10(high)], range);
  return (value) => place(Math.log10(Math.max(low, value)));
}

/** Round values inside the domain, 1, 2 or 5 times a power of ten apart: about `wanted`, at most twice as many. */
export function ticks([low, high]: Domain, wanted: number): number[] {
  const step = stepFor(high - low, wanted);
  if (step === 0) return [low];
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  const decimals = decimalsOf(step);
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toFixed(decimals)));
}

/** Powers of ten inside the domain; fewer of them, evenly, where they are many. */
export function logTicks([low, high]: Domain, most = 7): number[] {
  const first = Math.ceil(Math.log10(low) - 1e-9);
  const last = Math.floor(Math.log10(high) + 1e-9);
  const every = Math.ceil((last - first + 1) / most);
  const powers = Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i);
  return powers.filter((power) => (last - power) % every === 0).map((power) => Number(`1e${power}`));
}

/** The domain from 0 to the first tick that nothing lies above. */
export function domainFor(most: number, wanted: number): Domain {
  if (!(most > 0)) return [0, 1];
  const step = stepFor(most, wanted);
  return [0, Number((Math.ceil(most / step - 1e-9) * step).toFixed(decimalsOf(step)))];
}

/** Shares 0..1 as ticks of one axis: `0`, `25%`; as many decimals as the closest two need. */
export function percentTicks(values: readonly number[]): string[] {
  const apart = values.length > 1 ? (values[1] - values[0]) * 100 : 1;
  const decimals = decimalsOf(apart);
  return values.map((value) => (value === 0 ? '0' : `${(value * 100).toFixed(decimals)}%`));
}

/** Plain values as ticks of one axis, all with as many decimals as the closest two need. */
export function plainTicks(values: readonly number[]): string[] {
  const decimals = values.length > 1 ? decimalsOf(values[1] - values[0]) : 0;
  return values.map((value) => (value === 0 ? '0' : value.toFixed(decimals)));
}

/** Digits after the point that a step of a scale needs. */
const decimalsOf = (step: number): number => Math.max(0, -Math.floor(Math.log10(step) + 1e-9));

function stepFor(span: number, wanted: number): number {
  if (!(span > 0) || !Number.isFinite(span)) return 0;
  const rough = span / Math.max(1, wanted);
  const power = 10 ** Math.floor(Math.log10(rough));
  const times = [1, 2, 5, 10].find((factor) => factor * power >= rough * 0.999_999) ?? 10;
  return times * power;
}
