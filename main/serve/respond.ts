import { STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';

/** Sends a fetch Response through node:http as it streams in; a client that goes away ends the stream. */
export async function respond(request: IncomingMessage, response: ServerResponse, answer: Response): Promise<void> {
  answer.headers.forEach((value, name) => response.setHeader(name, value));
  response.writeHead(answer.status);
  if (request.method === 'HEAD' || !answer.body) {
    await answer.body?.cancel();
    response.end();
    return;
  }
  await pipeline(Readable.fromWeb(answer.body as ReadableStream), response).catch(() => response.destroy());
}

/** As fetch knows it; aborted when the client goes away. Null: neither GET nor HEAD, or no path. */
export function toRequest(request: IncomingMessage, response: ServerResponse): Request | null {
  // Written after a fixed host, `//elsewhere/` and the like stay paths.
  const url = URL.parse(`http://winnow${request.url}`);
  if (!url || (request.method !== 'GET' && request.method !== 'HEAD')) return null;
  const controller = new AbortController();
  response.on('close', () => controller.abort());
  const { 'if-none-match': etag } = request.headers;
  const headers: HeadersInit = etag === undefined ? {} : { 'If-None-Match': etag };
  return new Request(url, { method: request.method, headers, signal: controller.signal });
}

/** Turns an upgrade away: there is no ServerResponse yet to do it with. */
export function refuseUpgrade(socket: { end(text: string): unknown }, status: number, message: string): void {
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Type: text/plain\r\n` +
      `Content-Length: ${Buffer.byteLength(message)}\r\n\r\n${message}`,
  );
}
