import type { Count } from '../engine/long.ts';
import { duration } from './output.ts';

const ON_TERMINAL = 100;
const IN_LOG = 5_000;

/** One line on stderr that tells how far the work is: rewritten on a terminal, a new line every few seconds elsewhere. */
export interface Progress {
  tell(line: string): void;
  /** Clears the line, so that what is printed next stands alone. */
  end(): void;
}

export function createProgress(stream: NodeJS.WriteStream = process.stderr): Progress {
  let told = stream.isTTY ? -Infinity : performance.now();
  return {
    tell(line) {
      const now = performance.now();
      if (now - told < (stream.isTTY ? ON_TERMINAL : IN_LOG)) return;
      told = now;
      stream.write(stream.isTTY ? `\r\x1b[2K${line.slice(0, stream.columns - 1)}` : `${line}\n`);
    },
    end() {
      if (stream.isTTY && told > -Infinity) stream.write('\r\x1b[2K');
    },
  };
}

/** Tells a count with its rate and the time left. */
export function countWith(progress: Progress, what: string): (count: Count) => void {
  const started = performance.now();
  return ({ done, total }) => {
    const seconds = (performance.now() - started) / 1000;
    const rate = done / seconds;
    const left = rate > 0 && seconds > 1 ? `, ${rate.toFixed(1)}/s, ${duration((total - done) / rate)} left` : '';
    progress.tell(`${what} ${done}/${total}${left}`);
  };
}
