import type { Pages } from './pages.ts';

/** The page as it is being edited: everything comes from the development server, and reloads itself through it. */
export function createDevPages(server: string): Pages {
  return async (url) => {
    const answer = await fetch(new URL(url.pathname + url.search, server));
    const headers = new Headers(answer.headers);
    for (const name of ['content-length', 'content-encoding', 'transfer-encoding', 'connection']) headers.delete(name);
    // Styles arrive in scripts here, and the word to reload comes from another port.
    headers.set('Content-Security-Policy', "default-src 'self' 'unsafe-inline' blob: data: ws:");
    if (!headers.get('content-type')?.startsWith('text/html'))
      return new Response(answer.body, { status: answer.status, headers });
    const page = (await answer.text()).replace(/<meta\s+http-equiv="Content-Security-Policy"[^>]*>/, '');
    return new Response(page, { status: answer.status, headers });
  };
}
