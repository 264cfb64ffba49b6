import type { ClassName } from '../classes.ts';
import type { Random } from '../random.ts';
import type { Thing } from '../thing.ts';
import { bag } from './bag.ts';
import { bottle } from './bottle.ts';
import { cable } from './cable.ts';
import { can } from './can.ts';
import { cap } from './cap.ts';
import { carton } from './carton.ts';
import { glove } from './glove.ts';

const makers = { carton, bag, bottle, glove, can, cable, cap } satisfies Partial<
  Record<ClassName, (random: Random) => Thing>
>;

export type ThingName = keyof typeof makers;

/** What comes along the belt, in the order it is laid down: flat and large below, thin and small on top. */
export const THINGS = Object.keys(makers) as ThingName[];

export const makeThing = (kind: ThingName, random: Random): Thing => makers[kind](random);
