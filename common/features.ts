/** What every candidate is judged by. */
export const JUDGED = [
  { name: 'contrast', title: 'how strongly the models contradict the label' },
  { name: 'strong', title: 'share of it that they contradict strongly' },
  { name: 'certain', title: 'share of it that they are all but certain of' },
  { name: 'thin', title: 'a hairline along an outline' },
  { name: 'thickness', title: 'thickness' },
  { name: 'small', title: 'size' },
  { name: 'fill', title: 'how much of its box it fills' },
  { name: 'unquestioned', title: 'a patch within its own confirmed class' },
  { name: 'givenGoesOn', title: 'the given class goes on around it' },
  { name: 'proposedGoesOn', title: 'the proposed class goes on around it' },
  { name: 'confirmed', title: 'labels around it are confirmed' },
  { name: 'givenEdge', title: 'the given label has an outline here' },
  { name: 'proposedEdge', title: 'the proposal has an outline here' },
  { name: 'givenShare', title: 'how much of the labelled object it is' },
  { name: 'givenContradicted', title: 'how much of the labelled object is contradicted' },
  { name: 'proposedShare', title: 'how much of the proposed object it is' },
  { name: 'proposedContradicted', title: 'how much of the proposed object is contradicted' },
  { name: 'usualOfGiven', title: 'how usual this confusion is in the picture, of the given class' },
  { name: 'usualOfProposed', title: 'how usual this confusion is in the picture, of the proposed class' },
  { name: 'proposedLabelled', title: 'how much of the picture is labelled as the proposed class' },
  { name: 'givenProposed', title: 'how much of the picture is proposed as the given class' },
  { name: 'colour', title: 'its colours are those of the proposed class in the picture' },
  { name: 'texture', title: 'structure in the picture, inside' },
  { name: 'givenOnEdge', title: 'the given outline lies on an edge of the picture' },
  { name: 'proposedOnEdge', title: 'the proposed outline lies on an edge of the picture' },
  { name: 'classes', title: 'how many classes can be confused' },
] as const;

/** What a second look tells, where members that trained on a picture were asked too; with what they are standardised by. */
export const IN_FOLD = [
  { name: 'trained', title: 'members that trained on it contradict the label too', mean: 1.82, deviation: 1.36 },
  { name: 'cameOver', title: 'members that trained on it came over to the label', mean: 0.53, deviation: 1.05 },
] as const;

/** A second look at a region by members that trained on its label. */
export interface InFold {
  /** mean log-ratio of proposed to given, times sureness, of members that trained on it; 0 where they say what the label says */
  trained: number;
  /** of the members that did not, less that */
  cameOver: number;
}

/** `trained` below which members that trained on a label are taken to say what it says: the lowest floor of a case. */
export const AGREED = 0.32;

/** What the features of a case tell of the second look; null: nobody looked twice. */
export function inFoldOf(features: readonly number[]): InFold | null {
  const standard = features.slice(JUDGED.length);
  if (!standard.some((value) => value !== 0)) return null;
  const [trained, cameOver] = IN_FOLD.map(({ mean, deviation }, j) => mean + deviation * (standard[j] ?? 0));
  return { trained, cameOver };
}

/**
 * What a case is scored by, in the order of `CaseRow.features`, each standardised: 0 is the mean over the candidates the
 * score was fitted on, 1 one deviation above it, clipped to −4..4. Where nobody looked twice, the last ones are 0.
 */
export const FEATURES = [...JUDGED, ...IN_FOLD];

export type Feature = (typeof JUDGED)[number]['name'];
