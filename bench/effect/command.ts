import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { resolve } from 'node:path';

const WINNOW = resolve(import.meta.dirname, '..', '..', 'scripts', 'winnow.mjs');

/** One call of the command line as a user makes it; its JSON document. Progress goes to stderr. */
export async function winnow<T>(...args: string[]): Promise<T> {
  console.error('winnow', ...args);
  return JSON.parse(await run(process.execPath, [WINNOW, ...args, '--json'], {})) as T;
}

/** Runs a program to its end; what it printed. `log`: file for that instead. Throws where it fails. */
export async function run(program: string, args: string[], { log, env }: { log?: string; env?: object }) {
  const child = spawn(program, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'inherit'] });
  const parts: Buffer[] = [];
  if (log) child.stdout.pipe(createWriteStream(log));
  else child.stdout.on('data', (part: Buffer) => parts.push(part));
  const code = await new Promise<number | null>((done, fail) => child.on('error', fail).on('close', done));
  if (code !== 0) throw new Error(`Expected ${program} ${args.join(' ')} to end with 0, found ${code}.`);
  return Buffer.concat(parts).toString();
}
