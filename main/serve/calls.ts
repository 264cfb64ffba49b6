import type { RawData, WebSocket } from 'ws';
import type { ApiError } from '../../common/api.ts';
import { messageOf, toApiError } from '../engine/errors.ts';
import { createAttendance } from '../attendance.ts';
import type { Studio } from '../engine/studio.ts';

interface Call {
  id: number | string | null;
  method: string;
  params: unknown;
}

type Answer = { id: Call['id'] } & ({ result: unknown } | { error: ApiError });

/** Answers every message of one window: `{id, method, params}` with `{id, result}` or `{id, error}`. */
export function answerCalls(socket: WebSocket, studio: Studio): void {
  const window = createAttendance(studio);
  socket.on('message', (data, isBinary) => {
    const call = isBinary ? null : readCall(data);
    if (!call) {
      send(socket, { id: null, error: { code: 'input', message: 'Expected {id, method, params} as JSON.' } });
      return;
    }
    window.hear(call.params);
    studio.handle(call.method, call.params).then(
      (result) => send(socket, { id: call.id, result: result ?? null }),
      (error: unknown) => send(socket, { id: call.id, error: toApiError(error) }),
    );
  });
  socket.on('close', () => window.leave());
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

function send(socket: WebSocket, answer: Answer): void {
  let text: string;
  try {
    text = JSON.stringify(answer);
  } catch (error) {
    text = JSON.stringify({ id: answer.id, error: { code: 'internal', message: messageOf(error) } });
  }
  socket.send(text, () => {});
}
