import type { CommandId, Handlers } from '../../keys.ts';
import type { Queue } from '../../queue.svelte.ts';
import { studio } from '../../studio.svelte.ts';
import type { Desk } from './desk.svelte.ts';

/** CSS pixels a press of an arrow key */
const PAN = 80;

/** What verdicts do, by key and by button; `queue` is asked for when a key is pressed. */
export function verdictKeys(queue: () => Queue | null): Partial<Record<CommandId, () => unknown>> {
  return {
    accept: () => queue()?.decide('accept'),
    keep: () => queue()?.decide('keep'),
    ignore: () => queue()?.decide('ignore'),
    skip: () => queue()?.decide('skip'),
    'accept-picture': () => queue()?.acceptPicture(),
    ...BACK,
  };
}

/** Also in an audit. */
export const BACK: Partial<Record<CommandId, () => unknown>> = {
  undo: () => studio.undo(),
  redo: () => studio.redo(),
};

export function queueKeys(queue: () => Queue | null): Handlers {
  return {
    'next-case': () => queue()?.step(1),
    'previous-case': () => queue()?.step(-1),
    order: () => queue()?.turnOrder(),
    'take-in': () => queue()?.arrange(),
    'list-weaker': () => queue()?.unlisted && queue()?.list(),
  };
}

/** How the picture is looked at. */
export function deskKeys(desk: () => Desk | null): Handlers {
  const hold = (what: Desk['held']) => () => {
    const shown = desk();
    if (shown) shown.held = what;
  };
  return {
    arrangement: () => desk()?.arrange(),
    fit: () => desk()?.frameCase(),
    'fit-picture': () => desk()?.fitPicture(),
    'actual-size': () => desk()?.actualSize(),
    'zoom-in': () => desk()?.zoom(1.25),
    'zoom-out': () => desk()?.zoom(0.8),
    pan: ({ key }) =>
      desk()?.pan(PAN * ({ ArrowLeft: 1, ArrowRight: -1 }[key] ?? 0), PAN * ({ ArrowUp: 1, ArrowDown: -1 }[key] ?? 0)),
    'layer-picture': () => desk()?.toggle('picture'),
    'layer-given': () => desk()?.toggle('given'),
    'layer-proposed': () => desk()?.toggle('proposed'),
    'layer-difference': () => desk()?.toggle('difference'),
    'layer-confidence': () => desk()?.toggle('confidence'),
    'layer-disagreement': () => desk()?.toggle('disagreement'),
    'layer-pgiven': () => desk()?.toggle('pGiven'),
    'opacity-down': () => desk()?.fade(-0.1),
    'opacity-up': () => desk()?.fade(0.1),
    'hold-given': hold('given'),
    'hold-proposed': hold('proposed'),
    'hold-picture': hold('picture'),
  };
}
