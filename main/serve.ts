import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { InputError } from './engine/errors.ts';
import { createStudio } from './engine/studio.ts';
import { home, version, workerFile } from './program.ts';
import { createGuard } from './serve/guard.ts';
import { refuseUpgrade, respond, toRequest } from './serve/respond.ts';
import { createSockets } from './serve/sockets.ts';
import { createSite, plain, secured } from './site.ts';

export interface ServeOptions {
  host: string;
  /** tried one after the other; 0: any free port */
  ports: number[];
  /** a dataset to open before the first window asks */
  folder?: string;
  project?: string;
}

export interface Served {
  /** what to open in a browser; carries the token */
  address: string;
  close(): Promise<void>;
}

/** The browser host: the built page, the pixels by URL and the studio's calls, for whoever holds the token. */
export async function serve({ host, ports, folder, project }: ServeOptions): Promise<Served> {
  const sockets = createSockets();
  const studio = createStudio({ version, workerFile, home: home(), emit: sockets.broadcast });
  sockets.serve(studio);
  if (folder !== undefined) await studio.open({ folder, project });

  const guard = createGuard(host);
  const site = createSite(studio);

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<Response> {
    const refusal = guard.refuse(request);
    if (refusal) return secured(plain(refusal.status, refusal.message));
    const asked = toRequest(request, response);
    if (!asked) return secured(plain(405, 'Expected GET of a path.', { Allow: 'GET, HEAD' }));
    const reply = await site(asked);
    if (new URL(asked.url).pathname === '/') reply.headers.set('Set-Cookie', guard.cookie(portOf()));
    return reply;
  }

  const server = createServer((request, response) => {
    answer(request, response)
      .then((reply) => respond(request, response, reply))
      .catch(() => response.destroy());
  });
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    const refusal = guard.refuse(request);
    if (refusal) refuseUpgrade(socket, refusal.status, refusal.message);
    else if (!/^\/rpc(\?|$)/.test(request.url ?? '')) refuseUpgrade(socket, 404, 'Not found.');
    else sockets.accept(request, socket, head);
  });
  const portOf = () => (server.address() as AddressInfo).port;

  await listen(server, host, ports).catch(async (error: unknown) => {
    await studio.close();
    throw error;
  });

  return {
    address: `http://${host.includes(':') ? `[${host}]` : host}:${portOf()}/?token=${guard.token}`,
    async close() {
      sockets.close();
      server.close();
      await studio.close();
      server.closeAllConnections();
    },
  };
}

/** Listens at the first of the ports that is free. */
async function listen(server: Server, host: string, [port, ...others]: number[]): Promise<void> {
  const problem = await new Promise<NodeJS.ErrnoException | null>((done) => {
    server.once('error', done);
    server.listen(port, host, () => done(null));
  });
  if (problem?.code === 'EADDRINUSE' && others.length) return listen(server, host, others);
  if (problem) throw new InputError(`Expected to listen at ${host}:${port}, found: ${problem.message}.`);
}
