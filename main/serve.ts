import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAssets } from './engine/assets.ts';
import { InputError, messageOf } from './engine/errors.ts';
import { createStudio } from './engine/studio.ts';
import { home, rendererFolder, version, workerFile } from './program.ts';
import { createGuard } from './serve/guard.ts';
import { createPages } from './serve/pages.ts';
import { clientSignal, refuseUpgrade, respond } from './serve/respond.ts';
import { createSockets } from './serve/sockets.ts';

export interface ServeOptions {
  host: string;
  /** 0: any free port */
  port: number;
  /** a dataset to open before the first window asks */
  folder?: string;
  project?: string;
  /** only where another process has to know it beforehand; made at random otherwise */
  token?: string;
}

export interface Served {
  /** what to open in a browser; carries the token */
  address: string;
  close(): Promise<void>;
}

/** The browser host: the built page, the pixels by URL and the studio's calls, for whoever holds the token. */
export async function serve({ host, port, folder, project, token }: ServeOptions): Promise<Served> {
  const sockets = createSockets();
  const studio = createStudio({ version, workerFile, home: home(), emit: sockets.broadcast });
  sockets.serve(studio);
  if (folder !== undefined) await studio.open({ folder, project });

  const guard = createGuard(host, token);
  const pages = createPages(rendererFolder);
  const assets = createAssets((id) => studio.workspace(id));

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<Response> {
    const refusal = guard.refuse(request);
    if (refusal) return text(refusal.status, refusal.message);
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return text(405, 'Expected GET.', { Allow: 'GET, HEAD' });
    const url = URL.parse(`http://winnow${request.url}`);
    if (!url) return text(400, 'Expected a path.');
    if (url.pathname.startsWith('/assets/')) {
      url.pathname = url.pathname.slice('/assets'.length);
      return assets(new Request(url, { method: request.method, signal: clientSignal(response) }));
    }
    const page = await pages(url.pathname);
    if (url.pathname === '/') page.headers.set('Set-Cookie', guard.cookie(portOf()));
    return page;
  }

  const server = createServer((request, response) => {
    answer(request, response)
      .catch((error: unknown) => text(500, messageOf(error)))
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

  await new Promise<void>((listening, failed) => {
    server.once('error', (error) =>
      failed(new InputError(`Expected to listen at ${host}:${port}, found: ${error.message}.`)),
    );
    server.listen(port, host, listening);
  }).catch(async (error: unknown) => {
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

const text = (status: number, message: string, headers: Record<string, string> = {}) =>
  new Response(message, { status, headers: { ...headers, 'Content-Type': 'text/plain; charset=utf-8' } });
