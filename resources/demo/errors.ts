import type { ClassName } from './classes.ts';
import { grown, moved, paintLabels } from './labels.ts';
import type { Random } from './random.ts';
import { findRoom, HEIGHT, WIDTH } from './scene.ts';
import { outline, type Footprint } from './stage.ts';
import { makeThing, THINGS } from './things/all.ts';

export const ERROR_KINDS = ['missing', 'extra', 'wrong_class', 'boundary'] as const;
export type ErrorKind = (typeof ERROR_KINDS)[number];

/** One thing wrong with a mask, as a line of truth/errors.json. */
export interface InjectedError {
  kind: ErrorKind;
  /** the true class of the object; of an extra one the class it is labelled with */
  object_class: ClassName;
  /** pixels whose label is wrong because of it */
  area: number;
  /** x, y, width, height in pixels */
  bbox: [number, number, number, number];
}

/** Fewest wrong pixels that make an error worth a person's time. */
const WORTHWHILE = 220;
const ATTEMPTS = 60;

/** What a hurried person takes one thing for. */
const MISTAKEN: Record<ClassName, readonly ClassName[]> = {
  belt: [],
  frame: [],
  bottle: ['can', 'bag', 'carton'],
  can: ['bottle', 'carton', 'cap'],
  carton: ['bag', 'can', 'glove'],
  bag: ['glove', 'carton', 'bottle'],
  cable: ['glove', 'bag'],
  cap: ['can', 'bottle'],
  glove: ['bag', 'carton'],
};

/**
 * Labels a picture as somebody careless would: one error of each kind asked for, no two on the same pixel. Every error is
 * an edit of the list of footprints, so what covers what stays right. A kind that finds no victim is left out.
 */
export function injectErrors(
  footprints: readonly Footprint[],
  kinds: readonly ErrorKind[],
  random: Random,
): { labels: Uint8Array; errors: InjectedError[] } {
  const truth = paintLabels(footprints, WIDTH, HEIGHT);
  const errors: InjectedError[] = [];
  let current = [...footprints];
  let labels = truth;
  for (const kind of kinds)
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const edit = EDITS[kind](current, random);
      if (!edit) continue;
      const next = paintLabels(edit.footprints, WIDTH, HEIGHT);
      const damage = difference(labels, next);
      if (damage.area < WORTHWHILE || touchesEarlier(truth, labels, next)) continue;
      errors.push({ kind, object_class: edit.object, area: damage.area, bbox: damage.bbox });
      [current, labels] = [edit.footprints, next];
      break;
    }
  return { labels, errors };
}

interface Edit {
  footprints: Footprint[];
  object: ClassName;
}

const EDITS: Record<ErrorKind, (footprints: Footprint[], random: Random) => Edit | null> = {
  missing(footprints, random) {
    const victim = pickThing(footprints, random);
    return { footprints: footprints.filter((one) => one !== victim), object: victim.kind };
  },
  extra(footprints, random) {
    const kind = random.pick(THINGS);
    const phantom = outline(WIDTH, HEIGHT, findRoom(makeThing(kind, random), [], random));
    const [frame, ...rest] = footprints;
    const next = [frame, phantom, ...rest];
    // An object invented on the bare belt: under whatever lies there, and most of it to be seen.
    const seen = difference(paintLabels(footprints, WIDTH, HEIGHT), paintLabels(next, WIDTH, HEIGHT)).area;
    const whole = phantom.inside.reduce((sum, inside) => sum + inside, 0);
    return seen > 0.75 * whole ? { footprints: next, object: kind } : null;
  },
  wrong_class(footprints, random) {
    const victim = pickThing(footprints, random);
    return replace(footprints, victim, { ...victim, kind: random.pick(MISTAKEN[victim.kind]) });
  },
  boundary(footprints, random) {
    const victim = pickThing(footprints, random);
    if (victim.kind === 'cable' || victim.kind === 'cap') return null;
    const turn = random.range(0, 2 * Math.PI);
    const step = random.range(8, 13);
    const sloppy = random.chance(0.4)
      ? grown(victim, random.integer(5, 7), WIDTH, HEIGHT)
      : moved(victim, Math.round(step * Math.cos(turn)), Math.round(step * Math.sin(turn)), WIDTH, HEIGHT);
    return replace(footprints, victim, sloppy);
  },
};

/** Any class with the same chance, so that the many caps do not get most of the errors. */
function pickThing(footprints: Footprint[], random: Random): Footprint {
  const things = footprints.filter(({ kind }) => kind !== 'frame');
  const kind = random.pick([...new Set(things.map((one) => one.kind))]);
  return random.pick(things.filter((one) => one.kind === kind));
}

const replace = (footprints: Footprint[], old: Footprint, by: Footprint): Edit => ({
  footprints: footprints.map((one) => (one === old ? by : one)),
  object: old.kind,
});

function touchesEarlier(truth: Uint8Array, before: Uint8Array, after: Uint8Array): boolean {
  for (let i = 0; i < after.length; i++) if (after[i] !== before[i] && before[i] !== truth[i]) return true;
  return false;
}

function difference(a: Uint8Array, b: Uint8Array): { area: number; bbox: [number, number, number, number] } {
  let [area, left, top, right, bottom] = [0, WIDTH, HEIGHT, 0, 0];
  for (let y = 0, i = 0; y < HEIGHT; y++)
    for (let x = 0; x < WIDTH; x++, i++) {
      if (a[i] === b[i]) continue;
      area++;
      left = Math.min(left, x);
      right = Math.max(right, x + 1);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y + 1);
    }
  return { area, bbox: [left, top, right - left, bottom - top] };
}
