/** The steps in the order of the work. */
export const STEPS = ['data', 'models', 'scan', 'review', 'pseudo', 'insights', 'export'] as const;
export type Step = (typeof STEPS)[number];

/** Where a window is: which dataset, and at which step. Kept in its address, so that a reload comes back to it. */
export interface Place {
  /** absolute; null: the start page */
  folder: string | null;
  /** absolute; null: the dataset's own */
  project: string | null;
  step: Step | null;
}

/** `?folder=…&project=…#step` of an address. */
export function placeOf(address: string): Place {
  const { searchParams, hash } = new URL(address);
  const step = STEPS.find((name) => `#${name}` === hash) ?? null;
  return { folder: searchParams.get('folder'), project: searchParams.get('project'), step };
}

/** The same address with this place in it. */
export function withPlace(address: string, place: Place): string {
  const url = new URL(address);
  for (const key of ['folder', 'project'] as const) {
    if (place[key]) url.searchParams.set(key, place[key]);
    else url.searchParams.delete(key);
  }
  url.hash = place.step ?? '';
  return url.href.replace(/#$/, '');
}
