import type { Size } from './viewport.ts';

/** From the bottom up. `pGiven`: the probability the passes give to the given label. */
export const LAYERS = ['picture', 'confidence', 'disagreement', 'pGiven', 'given', 'proposed', 'difference'] as const;
export type Layer = (typeof LAYERS)[number];

export interface LayerState {
  on: boolean;
  /** 0..1 */
  opacity: number;
}
export type Layers = Record<Layer, LayerState>;

export const DEFAULT_LAYERS: Layers = {
  picture: { on: true, opacity: 1 },
  given: { on: true, opacity: 0.5 },
  proposed: { on: true, opacity: 0.5 },
  difference: { on: false, opacity: 0.8 },
  confidence: { on: false, opacity: 0.8 },
  disagreement: { on: false, opacity: 0.8 },
  pGiven: { on: false, opacity: 0.8 },
};

/** divided: given left, proposed right of a line that can be dragged; beside: the same region twice; stacked: one over the other. */
export type Arrangement = 'divided' | 'beside' | 'stacked';
export const ARRANGEMENTS: readonly Arrangement[] = ['divided', 'beside', 'stacked'];

/** While a key is held: the given label alone, the proposal alone, or the bare picture. */
export type Held = 'given' | 'proposed' | 'picture' | null;

/** One view of the picture: `left` and `width` of the stage it is laid out in, `from` and `to` of what is drawn, CSS pixels. */
export interface Pane {
  left: number;
  width: number;
  from: number;
  to: number;
  /** opacity of every layer, 0: not drawn */
  opacity: Record<Layer, number>;
  /** what the pane shows of the two labels; the hatch in the case leans accordingly */
  side: 'given' | 'proposed' | 'both' | 'none';
}

/** `divider` is a share of the stage's width, 0..1. */
export function panesOf(
  arrangement: Arrangement,
  divider: number,
  layers: Layers,
  held: Held,
  stage: Pick<Size, 'width'>,
): Pane[] {
  const whole = { left: 0, width: stage.width, from: 0, to: stage.width };
  const pane = (side: Pane['side'], part = whole): Pane => ({ ...part, side, opacity: opacities(layers, side) });
  if (held === 'picture') return [pane('none')];
  // A layer that is switched off is seen all the same while its key is held.
  if (held) return [{ ...pane(held), opacity: { ...opacities(layers, held), [held]: layers[held].opacity } }];
  if (arrangement === 'stacked' || !layers.given.on || !layers.proposed.on) return [pane('both')];
  const at = Math.round(stage.width * (arrangement === 'beside' ? 0.5 : divider));
  if (arrangement === 'divided') return [pane('given', { ...whole, to: at }), pane('proposed', { ...whole, from: at })];
  return [
    pane('given', { left: 0, width: at, from: 0, to: at }),
    pane('proposed', { left: at, width: stage.width - at, from: at, to: stage.width }),
  ];
}

function opacities(layers: Layers, side: Pane['side']): Record<Layer, number> {
  const of = (layer: Layer) => {
    if (side === 'none' && layer !== 'picture') return 0;
    if (layer === 'given' && side === 'proposed') return 0;
    if (layer === 'proposed' && side === 'given') return 0;
    return layers[layer].on ? layers[layer].opacity : 0;
  };
  return Object.fromEntries(LAYERS.map((layer) => [layer, of(layer)])) as Record<Layer, number>;
}
