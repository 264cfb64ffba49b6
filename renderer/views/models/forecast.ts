import type { ScanPlan } from '../../../common/scan.ts';

/** Network runs a picture will take. */
export interface Forecast {
  /** of a labelled picture: fewest, most; null: there is none */
  labelled: [number, number] | null;
  /** of an unlabelled one; null: there is none */
  unlabelled: number | null;
}

interface Counted {
  fold: number | null;
  /** for one picture */
  passes: number;
}

/** From what each usable member takes for a picture, and who scores whom. */
export function forecast(members: readonly Counted[], plan: ScanPlan): Forecast {
  const sum = (some: readonly Counted[]) => some.reduce((all, { passes }) => all + passes, 0);
  const [fewest, most] = plan.heldOutMembers;
  const groups = [...Map.groupBy(members, ({ fold }) => fold)]
    .filter(([fold, group]) => fold !== null && group.length >= fewest && group.length <= most)
    .map(([, group]) => sum(group));
  const takes = [...(plan.heldOut ? groups : []), ...(plan.notHeldOut ? [sum(members)] : [])];
  return {
    labelled: takes.length ? [Math.min(...takes), Math.max(...takes)] : null,
    unlabelled: plan.unlabelled ? sum(members) : null,
  };
}
