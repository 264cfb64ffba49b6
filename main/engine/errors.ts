import type { ApiError } from '../../common/api.ts';

/** What was asked for cannot be had as asked. The message is one sentence: what was expected, where, what was found. */
export class InputError extends Error {
  override name = 'InputError';
}

/** Something is in the way that may be replaced if the person says so. */
export class OccupiedError extends InputError {
  override name = 'OccupiedError';
}

export class Cancelled extends Error {
  override name = 'Cancelled';
  constructor(what = 'Cancelled.') {
    super(what);
  }
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** The first line of what a library threw, without its full stop and the place in onnxruntime's own source. */
export const firstLineOf = (error: unknown): string =>
  messageOf(error)
    .split('\n')[0]
    .replaceAll(/\/onnxruntime_src\/\S+:\d+ .*?\) /g, '')
    .trim()
    .replace(/\.$/, '');

/** How any thrown value travels to a window. */
export function toApiError(error: unknown): ApiError {
  if (error instanceof OccupiedError) return { code: 'occupied', message: error.message };
  if (error instanceof InputError) return { code: 'input', message: error.message };
  if (error instanceof Cancelled || (error instanceof Error && error.name === 'AbortError'))
    return { code: 'cancelled', message: messageOf(error) };
  return { code: 'internal', message: messageOf(error) };
}
