import type { ApiError, Method, Params, Reply } from './api.ts';
import type { Host } from './host.ts';

/** The scheme the desktop window loads everything by, and its page. */
export const SCHEME = 'winnow';
export const PAGE = `${SCHEME}://app/`;

/** What passes between the desktop window and its engine. */
export const CHANNELS = {
  call: 'winnow:call',
  event: 'winnow:event',
  pickFolder: 'winnow:pick-folder',
  pickModels: 'winnow:pick-models',
  reveal: 'winnow:reveal',
} as const;

/** Errors are returned: thrown across the bridge they would lose everything but their message. */
export type Answer<T = unknown> = { result: T } | { error: ApiError };

/** What the desktop window has on `window.winnow`: a Host whose calls do not throw. */
export interface Bridge extends Omit<Required<Host>, 'call'> {
  call<M extends Method>(method: M, params: Params<M>): Promise<Answer<Reply<M>>>;
}
