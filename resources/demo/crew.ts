import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { inParallel } from '../../main/engine/long.ts';
import type { Delivery, Order } from './artist.ts';
import type { InjectedError } from './errors.ts';
// Where threads share native libraries, the thread that starts them has to have loaded these first (sharp's manual).
import 'sharp';

const MOST_ARTISTS = 8;
/** Orders an artist holds: it draws one while the one before is compressed and written. */
const IN_HAND = 2;

const source = join(import.meta.dirname, 'artist.ts');
const artistFile = existsSync(source) ? source : join(import.meta.dirname, 'artist.js');

/**
 * Draws `orders` in threads of their own, one for each core, so that the calling one stays free; `delivered` is called as
 * pictures are done, in any order. Settles when no thread is left: after a cancel or a failure the pictures under way are
 * finished first, since a thread that ends in the middle of one would leave its file being written.
 */
export async function drawInThreads(
  orders: readonly Order[],
  delivered: (order: Order, errors: InjectedError[]) => void,
  signal?: AbortSignal,
): Promise<void> {
  const size = Math.min(orders.length, MOST_ARTISTS, availableParallelism());
  const artists = Array.from({ length: size }, () => new Artist());
  const free = Array.from({ length: IN_HAND }, () => artists).flat();
  const give = async (order: Order) => {
    const artist = free.shift();
    if (!artist) throw new Error(`Expected a free artist for picture ${order.index}, found none.`);
    const errors = await artist.draw(order);
    free.push(artist);
    delivered(order, errors);
  };
  try {
    await inParallel(orders, free.length, give, signal);
  } finally {
    await Promise.all(artists.map((artist) => artist.dismiss()));
  }
}

/** One drawing thread. */
class Artist {
  private readonly thread = new Worker(artistFile);
  private readonly promised = new Map<number, PromiseWithResolvers<InjectedError[]>>();
  private lost: { reason: unknown } | null = null;

  constructor() {
    this.thread.on('message', (delivery: Delivery) => this.take(delivery));
    this.thread.on('error', (error) => this.fail(error));
    this.thread.on('exit', (code) => this.fail(new Error(`A thread that draws the demo ended with code ${code}.`)));
  }

  async draw(order: Order): Promise<InjectedError[]> {
    if (this.lost) throw this.lost.reason;
    const promise = Promise.withResolvers<InjectedError[]>();
    this.promised.set(order.index, promise);
    this.thread.postMessage(order);
    return promise.promise;
  }

  async dismiss(): Promise<void> {
    await this.thread.terminate();
  }

  private take(delivery: Delivery): void {
    const promise = this.promised.get(delivery.index);
    this.promised.delete(delivery.index);
    if ('errors' in delivery) promise?.resolve(delivery.errors);
    else promise?.reject(delivery.failure);
  }

  private fail(reason: unknown): void {
    this.lost ??= { reason };
    for (const { reject } of this.promised.values()) reject(reason);
    this.promised.clear();
  }
}
