import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { hostname } from 'node:os';

/** Why a request is turned away. */
export interface Refusal {
  status: 400 | 401 | 403;
  message: string;
}

export interface Guard {
  /** 256 random bits in base64url; whoever knows them may use the studio. */
  token: string;
  /** Null: the request may pass. */
  refuse(request: IncomingMessage): Refusal | null;
  /** The cookie that stands in for the token from the first page on. */
  cookie(port: number): string;
}

/** Decides who may speak with a server bound to `host`. */
export function createGuard(host: string): Guard {
  const token = randomBytes(32).toString('base64url');
  const isHost = knownHosts(host);
  const isToken = sameAs(token);

  return {
    token,
    refuse(request) {
      if (!request.url?.startsWith('/')) return { status: 400, message: 'Expected a path.' };
      if (!isHost(request.headers.host))
        return { status: 403, message: 'Expected the address this server was opened at as Host.' };
      if (!sameOrigin(request)) return { status: 403, message: 'Expected a request from the page itself.' };
      if (!credentials(request).some(isToken))
        return { status: 401, message: 'Expected the token of this server: open the address that it printed.' };
      return null;
    },
    // Cookies are shared between the ports of one host, so the name carries the port.
    cookie: (port) => `winnow-${port}=${token}; Path=/; HttpOnly; SameSite=Strict`,
  };
}

/**
 * A page of another site may make its own name point to 127.0.0.1 (DNS rebinding), but the browser still sends that name
 * as Host. The port is left open: through an SSH tunnel it is another one.
 */
function knownHosts(bound: string): (header: string | undefined) => boolean {
  const loopback = ['127.0.0.1', 'localhost', '[::1]'];
  const anywhere = bound === '0.0.0.0' || bound === '::';
  const known = new Set([...loopback, bound, `[${bound}]`, ...(anywhere ? [hostname().toLowerCase()] : [])]);
  return (header) => {
    const name = header?.toLowerCase().replace(/:\d+$/, '') ?? '';
    return known.has(name) || (anywhere && isIP(name.replace(/^\[|\]$/g, '')) !== 0);
  };
}

/** Browsers name the page a request comes from; other programs may leave it out. */
function sameOrigin({ headers, method }: IncomingMessage): boolean {
  const { origin, host, upgrade } = headers;
  const reading = (method === 'GET' || method === 'HEAD') && !upgrade;
  if (origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`) return false;
  const site = headers['sec-fetch-site'];
  const navigating = reading && headers['sec-fetch-mode'] === 'navigate';
  return site === undefined || site === 'same-origin' || site === 'none' || navigating;
}

/** Every place a token may stand in: address, header, cookie. */
function credentials(request: IncomingMessage): string[] {
  const { authorization, cookie } = request.headers;
  const query = request.url?.split('?', 2)[1];
  return [
    query && new URLSearchParams(query).get('token'),
    authorization?.match(/^Bearer (.+)$/)?.[1],
    ...(cookie?.split(';').map((pair) => pair.match(/^\s*winnow-\d+=(.+?)\s*$/)?.[1]) ?? []),
  ].filter((found) => typeof found === 'string');
}

/** Takes as long whatever the difference is. */
function sameAs(token: string): (candidate: string) => boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  const expected = digest(token);
  return (candidate) => timingSafeEqual(digest(candidate), expected);
}
