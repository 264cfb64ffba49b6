import type { JobProgress } from '../common/job.ts';

/** Numbers as people read them: `1,204`. */
export const count = (n: number): string => n.toLocaleString('en');

/** `1 picture`, `2 pictures`; `many` where the plural is not made with an s. */
export const counted = (n: number, one: string, many = `${one}s`): string => `${count(n)} ${n === 1 ? one : many}`;

/** Nothing foretold is known to the last: two digits that count, from a hundred up. */
export function about(n: number): string {
  const grain = n >= 100 ? 10 ** (Math.floor(Math.log10(n)) - 1) : 1;
  return count(Math.round(n / grain) * grain);
}

/** A share 0..1 as `42%`, finer where it is small or nearly all: never `0%` or `100%` for something in between. */
export function percent(share: number): string {
  const value = share * 100;
  if (value > 0 && value < 0.1) return '<0.1%';
  if (value > 99.9 && value < 100) return '>99.9%';
  const edge = value !== 0 && value !== 100 && (value < 10 || value > 99);
  return `${value.toFixed(edge ? 1 : 0)}%`;
}

/** Seconds as `42 s`, `3 min 05 s`, `2 h 10 min`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${String(whole % 60).padStart(2, '0')} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}

/** A few seconds or less as `2.4`, `0.31`, `0.048`: two digits that count. */
export const fraction = (seconds: number): string =>
  seconds >= 10 ? seconds.toFixed(0) : seconds >= 1 ? seconds.toFixed(1) : seconds.toFixed(seconds >= 0.1 ? 2 : 3);

/** Bytes as `0.4 MB`. */
export function bytes(n: number): string {
  if (n < 1e5) return `${Math.max(0.1, n / 1e3).toFixed(1)} kB`;
  return n < 1e9 ? `${(n / 1e6).toFixed(1)} MB` : `${(n / 1e9).toFixed(1)} GB`;
}

/** Pictures a second as `214/s`, finer where it is slow. */
export const rate = (perSecond: number): string => `${perSecond.toFixed(perSecond < 10 ? 1 : 0)}/s`;

/** A threshold 0..1 with two decimals, three where it has them: `0.90`, `0.905`. */
export const level = (n: number): string =>
  Number.isInteger(Number((n * 100).toFixed(3))) ? n.toFixed(2) : n.toFixed(3);

/** How far something long is, in `what` it does: `120 of 468 read · 42/s · 8 s left`. */
export function progressText({ done, total, rate: speed, secondsLeft }: JobProgress, what = 'read'): string {
  const parts = [
    total ? `${count(done)} of ${count(total)} ${what}` : 'starting',
    speed === null ? '' : rate(speed),
    secondsLeft === null ? '' : `${duration(secondsLeft)} left`,
  ];
  return parts.filter(Boolean).join(' · ');
}
