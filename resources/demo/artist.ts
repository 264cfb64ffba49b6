import { parentPort } from 'node:worker_threads';
import type { InjectedError } from './errors.ts';
import { drawLabelled, drawUnlabelled } from './picture.ts';

/** A picture to draw. */
export interface Order {
  folder: string;
  index: number;
  labelled: boolean;
}

/** Sent back for every order: the errors in the picture's mask, or why it could not be drawn. */
export type Delivery = { index: number; errors: InjectedError[] } | { index: number; failure: unknown };

/** What a drawing thread runs (crew.ts): draws what it is told until it is terminated. */
parentPort?.on('message', (order: Order) => {
  draw(order).then(
    (errors) => deliver({ index: order.index, errors }),
    (failure: unknown) => deliver({ index: order.index, failure }),
  );
});

async function draw({ folder, index, labelled }: Order): Promise<InjectedError[]> {
  if (labelled) return drawLabelled(folder, index);
  await drawUnlabelled(folder, index);
  return [];
}

const deliver = (delivery: Delivery) => parentPort?.postMessage(delivery);
