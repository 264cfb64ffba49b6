/** The classes in order of their mask value. `belt` is whatever lies under everything. */
export const CLASSES = [
  { name: 'belt', color: '#56616d' },
  { name: 'frame', color: '#a9b4bf' },
  { name: 'bottle', color: '#4cc9f0' },
  { name: 'can', color: '#f2545b' },
  { name: 'carton', color: '#d8a15d' },
  { name: 'bag', color: '#b9a7ff' },
  { name: 'cable', color: '#ff86c8' },
  { name: 'cap', color: '#52d6a0' },
  { name: 'glove', color: '#3f7bff' },
] as const;

export type ClassName = (typeof CLASSES)[number]['name'];

export const idOf = (name: ClassName): number => CLASSES.findIndex((one) => one.name === name);

/** Mask value of pixels without a label. */
export const IGNORE_ID = 255;
