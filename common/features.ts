/** What a case is scored by, in the order of `CaseRow.features`; each without unit and about −2 to 2 on usual data. */
export const FEATURES = [
  { name: 'contrast', title: 'how strongly the models contradict the label' },
  { name: 'thin', title: 'a hairline along an outline' },
  { name: 'small', title: 'size' },
  { name: 'unquestioned', title: 'a patch within its own confirmed class' },
  { name: 'island', title: 'an object of its own' },
  { name: 'usualOfGiven', title: 'how usual this confusion is in the picture, of the given class' },
  { name: 'usualOfProposed', title: 'how usual this confusion is in the picture, of the proposed class' },
] as const;
