import { Cancelled, InputError, toApiError } from '../engine/errors.ts';
import type { Output } from './output.ts';
import { createProgress, type Progress } from './progress.ts';

/** The command was called in a way it cannot be meant: one sentence. */
export class UsageError extends Error {
  override name = 'UsageError';
}

export const EXIT = { done: 0, failed: 1, usage: 2, input: 3, cancelled: 130 } as const;

/** Signals that come through a terminal, npm and a shell at once are one wish; a later one is a second wish: to end now. */
const ONE_WISH = 1_000;

export interface Run {
  signal: AbortSignal;
  progress: Progress;
}

/** Runs a command to its end: prints what it returns, or the one sentence that it failed with, and exits accordingly. */
export async function run(work: (run: Run) => Promise<Output>, { json = false } = {}): Promise<never> {
  const progress = createProgress();
  const signal = untilSignal();
  try {
    const output = await work({ signal, progress });
    progress.end();
    await print(process.stdout, json ? JSON.stringify(output.json) : output.text);
    if (output.problem !== undefined) return fail(new InputError(output.problem));
    return process.exit(EXIT.done);
  } catch (error) {
    progress.end();
    return fail(error);
  }
}

export async function fail(error: unknown): Promise<never> {
  const { message } = toApiError(error);
  await print(process.stderr, process.env.WINNOW_DEBUG && error instanceof Error ? String(error.stack) : message);
  return process.exit(exitCode(error));
}

function exitCode(error: unknown): number {
  if (error instanceof UsageError) return EXIT.usage;
  if (error instanceof InputError) return EXIT.input;
  if (error instanceof Cancelled || toApiError(error).code === 'cancelled') return EXIT.cancelled;
  return EXIT.failed;
}

/** Aborted by Ctrl-C or a polite kill. */
export function untilSignal(): AbortSignal {
  const controller = new AbortController();
  let first = 0;
  const wish = () => {
    if (controller.signal.aborted && performance.now() - first > ONE_WISH) process.exit(EXIT.cancelled);
    first ||= performance.now();
    controller.abort();
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, wish);
  return controller.signal;
}

/** Resolves once the text is out, also into a pipe; a reader that went away (`| head`) is no failure. */
export function print(stream: NodeJS.WriteStream, text: string): Promise<void> {
  return new Promise((done) => {
    stream.on('error', () => done());
    stream.write(text === '' ? '' : `${text}\n`, () => done());
  });
}
