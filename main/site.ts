import { createAssets } from './engine/assets.ts';
import { messageOf } from './engine/errors.ts';
import type { Studio } from './engine/studio.ts';
import { devServer, rendererFolder } from './program.ts';
import { createDevPages } from './site/dev.ts';
import { createPages } from './site/pages.ts';
import { SECURITY_HEADERS } from './site/policy.ts';

/** What a window loads, in every host: the pixels below /assets, the built page everywhere else. Never rejects. */
export function createSite(studio: Pick<Studio, 'workspace'>): (request: Request) => Promise<Response> {
  const assets = createAssets((id) => studio.workspace(id));
  const pages = devServer ? createDevPages(devServer) : createPages(rendererFolder);

  async function answer(request: Request): Promise<Response> {
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return plain(405, 'Expected GET.', { Allow: 'GET, HEAD' });
    const url = new URL(request.url);
    if (!url.pathname.startsWith('/assets/')) return pages(url);
    url.pathname = url.pathname.slice('/assets'.length);
    return assets(new Request(url, { method: request.method, headers: request.headers, signal: request.signal }));
  }

  return async (request) => secured(await answer(request).catch((error: unknown) => plain(500, messageOf(error))));
}

/** The same answer with the headers that belong on every one; those it brings along win. */
export function secured(answer: Response): Response {
  const headers = new Headers(SECURITY_HEADERS);
  answer.headers.forEach((value, name) => headers.set(name, value));
  return new Response(answer.body, { status: answer.status, headers });
}

export function plain(status: number, message: string, headers: Record<string, string> = {}): Response {
  return new Response(message, { status, headers: { ...headers, 'Content-Type': 'text/plain; charset=utf-8' } });
}
