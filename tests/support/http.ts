import { request, type IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';

export interface Reply {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

interface Asked {
  path: string;
  method?: string;
  headers?: Record<string, string>;
}

/** One request exactly as written: unlike fetch, it neither tidies the path nor fixes the headers. */
export function ask(origin: string, { path, method = 'GET', headers = {} }: Asked): Promise<Reply> {
  const { hostname, port } = new URL(origin);
  return new Promise((done, failed) => {
    const asked = request(
      { hostname, port, path, method, headers, setHost: headers.Host === undefined },
      (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('end', () =>
          done({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(parts) }),
        );
      },
    );
    asked.on('upgrade', (response, socket) => {
      socket.destroy();
      done({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.alloc(0) });
    });
    asked.on('error', failed);
    asked.end();
  });
}

/** Knocks at the socket for calls; 101 means: let in. */
export const upgrade = (origin: string, path: string, headers: Record<string, string> = {}): Promise<Reply> =>
  ask(origin, {
    path,
    headers: {
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
      ...headers,
    },
  });

/** Sends bytes that are no proper request and returns the first line of the answer. */
export function raw(origin: string, text: string): Promise<string> {
  const { hostname, port } = new URL(origin);
  return new Promise((done, failed) => {
    const socket = connect(Number(port), hostname, () => socket.write(text));
    let answer = '';
    socket.setEncoding('latin1').on('data', (part: string) => (answer += part));
    socket.on('close', () => done(answer.split('\r\n')[0]));
    socket.on('error', failed);
    socket.setTimeout(5000, () => socket.destroy());
  });
}
