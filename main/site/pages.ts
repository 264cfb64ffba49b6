import { readdir, readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
  '.json': 'application/json',
};

/** The file of the page that a URL names. */
export type Pages = (url: URL) => Promise<Response>;

/**
 * Serves `folder`. A path is looked up in the list of what the folder holds and never joined to it, so there is no path
 * that leads out. The list is read anew with every page load, which a new build becomes visible by.
 */
export function createPages(folder: string): Pages {
  let files = new Map<string, string>();

  return async ({ pathname }) => {
    const name = pathname === '/' ? '/index.html' : pathname;
    if (name === '/index.html' || !files.size) files = await listFiles(folder);
    const file = files.get(name);
    if (!file) return new Response('Not found.', { status: 404 });
    // Names under static/ carry a hash of their content.
    const caching = name.startsWith('/static/') ? 'private, max-age=31536000, immutable' : 'no-cache';
    const type = TYPES[extname(name)] ?? 'application/octet-stream';
    return new Response(await readFile(file), { headers: { 'Content-Type': type, 'Cache-Control': caching } });
  };
}

async function listFiles(folder: string): Promise<Map<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return new Map(
    entries
      .filter((entry) => entry.isFile())
      .map((entry) => {
        const file = join(entry.parentPath, entry.name);
        return [`/${relative(folder, file).split(sep).join('/')}`, file];
      }),
  );
}
