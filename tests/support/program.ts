import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { join, resolve } from 'node:path';
import { fresh } from '../../scripts/fresh.mjs';

export const root = resolve(import.meta.dirname, '..', '..');
const program = join(root, 'out', 'main', 'cli.js');

/** Builds what is tested when its sources are newer. */
export const built = (): Promise<void> => fresh();

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Starts the built command line in a process group of its own. */
export function start(args: string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
  return spawn(process.execPath, [program, ...args], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
}

/** Resolves when the process has ended and everything it printed is here. */
export function ended(child: ChildProcess): Promise<Ended> {
  const said = { stdout: '', stderr: '' };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (said.stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (said.stderr += text));
  return new Promise((done, failed) => {
    child.on('error', failed);
    child.on('close', (code) => done({ code, ...said }));
  });
}

export const winnow = (...args: string[]): Promise<Ended> => ended(start(args));

/** Runs a command that must succeed, and returns its JSON document. */
export async function winnowJson<T>(...args: string[]): Promise<T> {
  const { code, stdout, stderr } = await winnow(...args, '--json');
  if (code !== 0) throw new Error(`winnow ${args.join(' ')} ended with ${code}: ${stderr}`);
  return JSON.parse(stdout) as T;
}

export interface Serving {
  /** with the token */
  address: string;
  /** without */
  origin: string;
  token: string;
  child: ChildProcess;
  /** Asks it to end, and waits until it has. */
  stop(): Promise<number | null>;
}

/** Starts `winnow serve …` and waits for its address. */
export async function serving(args: string[] = [], env: NodeJS.ProcessEnv = {}): Promise<Serving> {
  const child = start(['serve', '--port', '0', ...args], env);
  const end = ended(child);
  const address = await new Promise<string>((found, failed) => {
    if (child.stdout) createInterface(child.stdout).once('line', found);
    void end.then(({ code, stderr }) => failed(new Error(`winnow serve ended with ${code}: ${stderr}`)));
  });
  const { origin, searchParams } = new URL(address);
  const stop = async () => {
    child.kill('SIGTERM');
    return (await end).code;
  };
  return { address, origin, token: searchParams.get('token') ?? '', child, stop };
}

/** Ctrl-C, as a terminal sends it: to the process and to everything it started. */
export const interrupt = (child: ChildProcess): void => signalTree(child, 'SIGINT');

/** Kills a process and everything it started, at once and for good. */
export const killTree = (child: ChildProcess): void => signalTree(child, 'SIGKILL');

function signalTree({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // It had ended already.
  }
}
