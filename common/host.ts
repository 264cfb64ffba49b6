import type { Method, Params, Reply, StudioEvent } from './api.ts';
import type { Threshold } from './pseudo.ts';

/** What a window has around it. Nothing above asks which host it is in; what a host can do more is a value that may be absent. */
export interface Host {
  call<M extends Method>(method: M, params: Params<M>): Promise<Reply<M>>;
  /** Returns its undo. */
  listen(listener: (event: StudioEvent) => void): () => void;
  /** false while the connection to the engine is down; returns its undo */
  watchConnection(listener: (connected: boolean) => void): () => void;
  /** Prefix of the pixel URLs below, ends without slash. */
  assets: string;
  pickFolder?: (title: string) => Promise<string | null>;
  pickModels?: () => Promise<string[]>;
  /** Absolute path of something dropped on the window. */
  pathOf?: (file: File) => string;
  reveal?: (path: string) => Promise<void>;
}

/**
 * Pixels by URL, below `Host.assets`; names are encodeURIComponent'ed.
 * - picture: the picture in a format browsers decode, upright
 * - thumb: JPEG, longest side at most `size`; `box` x,y,w,h crops first
 * - planes: raw bytes, see planes.ts; 404 before the sample is scanned
 * - tried: the same of a trial, `scan` tells which part (see trial.ts)
 * - given, cleaned: raw class indexes, width × height bytes; cleaned has the journal replayed over given
 * - pseudo: JPEG, the picture with the part kept at `threshold` (`none` for a null) in class colours, longest side at most
 *   `size`
 */
export type AssetKind = 'picture' | 'thumb' | 'planes' | 'tried' | 'given' | 'cleaned' | 'pseudo';

export function assetUrl(
  assets: string,
  dataset: string,
  kind: AssetKind,
  sample: string,
  query: { size?: number; box?: readonly number[]; threshold?: Threshold; scan?: string; v?: string | number } = {},
): string {
  const search = Object.entries(query)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}=${encodeURIComponent(textOf(value))}`)
    .join('&');
  return `${assets}/${dataset}/${kind}/${encodeURIComponent(sample)}${search ? `?${search}` : ''}`;
}

const textOf = (value: string | number | readonly (number | null)[] | undefined): string =>
  typeof value === 'object' ? value.map((one) => one ?? 'none').join(',') : String(value);
