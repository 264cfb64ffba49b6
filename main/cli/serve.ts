import { resolve } from 'node:path';
import type { Command } from 'commander';
import { serve } from '../serve.ts';
import { port } from './options.ts';
import { EXIT, fail, print } from './run.ts';

interface Options {
  project?: string;
  host: string;
  port?: number;
}

/** What a browser keeps belongs to one port: with the same port, recent datasets are there again the next time. */
const USUAL_PORT = 5473;

export function serveCommand(program: Command): void {
  program
    .command('serve')
    .argument('[dataset]', 'dataset folder to open')
    .description('the studio in a browser: prints its address, then stays')
    .option('--port <n>', `port (default: ${USUAL_PORT}, or any free one where that is taken)`, port)
    .option('--host <address>', 'address to listen at', '127.0.0.1')
    .option('--project <dir>', 'project folder (default: DATASET/.winnow)')
    .action((folder: string | undefined, options: Options) => stay(folder, options).catch(fail));
}

/** Stays until Ctrl-C or a polite kill; running scans are stopped cleanly then. */
async function stay(folder: string | undefined, { host, port, project }: Options): Promise<void> {
  const ended = new Promise<number>((end) => {
    process.once('SIGINT', () => end(EXIT.cancelled));
    for (const name of ['SIGTERM', 'SIGHUP'] as const) process.once(name, () => end(EXIT.done));
  });
  const served = await serve({
    host,
    ports: port === undefined ? [USUAL_PORT, 0] : [port],
    folder: folder === undefined ? undefined : resolve(folder),
    project: project === undefined ? undefined : resolve(project),
  });
  await print(process.stdout, served.address);
  const code = await ended;
  await served.close();
  process.exit(code);
}
