import { STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { SECURITY_HEADERS } from '../policy.ts';

/** Sends a fetch Response through node:http as it streams in; a client that goes away ends the stream. */
export async function respond(request: IncomingMessage, response: ServerResponse, answer: Response): Promise<void> {
  for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value);
  answer.headers.forEach((value, name) => response.setHeader(name, value));
  response.writeHead(answer.status);
  if (request.method === 'HEAD' || !answer.body) {
    await answer.body?.cancel();
    response.end();
    return;
  }
  await pipeline(Readable.fromWeb(answer.body as ReadableStream), response).catch(() => response.destroy());
}

/** Aborted when the client goes away before it was answered. */
export function clientSignal(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  response.on('close', () => controller.abort());
  return controller.signal;
}

/** Turns an upgrade away: there is no ServerResponse yet to do it with. */
export function refuseUpgrade(socket: { end(text: string): unknown }, status: number, message: string): void {
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Type: text/plain\r\n` +
      `Content-Length: ${Buffer.byteLength(message)}\r\n\r\n${message}`,
  );
}
