import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { StudioEvent } from '../../common/api.ts';
import type { Studio } from '../engine/studio.ts';
import { answerCalls } from './calls.ts';

/** The longest message a window may send. The longest it has reason to send is a list of cases. */
const LONGEST_MESSAGE = 16 * 1024 * 1024;
/** A window that does not take in what it is told is let go of; it comes back and asks for the state. */
const MOST_BUFFERED = 64 * 1024 * 1024;
const BEAT = 30_000;

export interface Sockets {
  /** Takes over a connection that was let in. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  broadcast: (event: StudioEvent) => void;
  close(): void;
}

export function createSockets(): Sockets & { serve(studio: Studio): void } {
  const server = new WebSocketServer({ noServer: true, maxPayload: LONGEST_MESSAGE });
  const silent = new WeakSet<object>();

  // A peer that vanished without a word (a closed laptop, a cut tunnel) does not answer two beats running.
  const beat = setInterval(() => {
    for (const socket of server.clients) {
      if (silent.has(socket)) socket.terminate();
      silent.add(socket);
      socket.ping();
    }
  }, BEAT).unref();

  return {
    serve(studio) {
      server.on('connection', (socket) => {
        socket.on('pong', () => silent.delete(socket));
        socket.on('error', () => socket.terminate());
        answerCalls(socket, studio);
      });
    },
    accept(request, socket, head) {
      server.handleUpgrade(request, socket, head, (opened) => server.emit('connection', opened, request));
    },
    broadcast(event) {
      const text = JSON.stringify({ event });
      for (const socket of server.clients) {
        if (socket.readyState !== socket.OPEN) continue;
        if (socket.bufferedAmount > MOST_BUFFERED) socket.terminate();
        else socket.send(text, () => {});
      }
    },
    close() {
      clearInterval(beat);
      for (const socket of server.clients) socket.close(1001);
      server.close();
    },
  };
}
