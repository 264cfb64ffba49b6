import type { RawData, WebSocket } from 'ws';
import type { ApiError } from '../../common/api.ts';
import { messageOf, toApiError } from '../engine/errors.ts';
import type { Studio } from '../engine/studio.ts';

interface Call {
  id: number | string | null;
  method: string;
  params: unknown;
}

type Answer = { id: Call['id'] } & ({ result: unknown } | { error: ApiError });

/** Answers every message of one window: `{id, method, params}` with `{id, result}` or `{id, error}`. */
export function answerCalls(socket: WebSocket, studio: Studio): void {
  const authors = new Map<string, () => void>();
  const attend = (params: unknown) => {
    const author = authorOf(params);
    if (author !== null && !authors.has(author)) authors.set(author, studio.attend(author));
  };

  socket.on('message', (data, isBinary) => {
    const call = isBinary ? null : readCall(data);
    if (!call) {
      send(socket, { id: null, error: { code: 'input', message: 'Expected {id, method, params} as JSON.' } });
      return;
    }
    attend(call.params);
    studio.handle(call.method, call.params).then(
      (result) => send(socket, { id: call.id, result: result ?? null }),
      (error: unknown) => send(socket, { id: call.id, error: toApiError(error) }),
    );
  });
  socket.on('close', () => authors.forEach((leave) => leave()));
}

function readCall(data: RawData): Call | null {
  try {
    const call: unknown = JSON.parse((data as Buffer).toString('utf8'));
    if (typeof call !== 'object' || call === null) return null;
    const { id, method, params } = call as Partial<Record<keyof Call, unknown>>;
    if ((typeof id !== 'number' && typeof id !== 'string') || typeof method !== 'string') return null;
    return { id, method, params: params ?? {} };
  } catch {
    return null;
  }
}

/** A window is there as soon as it speaks in its own name. */
function authorOf(params: unknown): string | null {
  const author = typeof params === 'object' && params !== null && 'author' in params ? params.author : null;
  return typeof author === 'string' ? author : null;
}

function send(socket: WebSocket, answer: Answer): void {
  let text: string;
  try {
    text = JSON.stringify(answer);
  } catch (error) {
    text = JSON.stringify({ id: answer.id, error: { code: 'internal', message: messageOf(error) } });
  }
  socket.send(text, () => {});
}
