import type { Model } from '../../model.ts';
import type { Declared } from './declared.ts';

/** Of its tasks (Ultralytics 8.4, ultralytics/cfg) only `semantic` gives a class to every pixel. */
const UNLIKE: Record<string, string | undefined> = {
  segment: 'an Ultralytics model for instance segmentation',
  detect: 'an Ultralytics model for object detection',
  obb: 'an Ultralytics model for oriented boxes',
  pose: 'an Ultralytics model for poses',
  classify: 'an Ultralytics model for classifying whole pictures',
};

const REASON = 'which has no scores of classes at every pixel; an export of a -sem model would';

/**
 * What Ultralytics writes into the metadata of its ONNX files (8.4, engine/exporter.py): each value as Python prints it,
 * such as `names`: `{0: 'road', 1: 'sidewalk'}`, `imgsz`: `[640, 640]`, `stride`: `32`, `task`: `semantic`. Its predictor
 * turns pictures to RGB and divides them by 255. YOLOv5 writes `stride` and `names` alone.
 */
export function readUltralytics({ metadataProps }: Model): Declared | null {
  const of = new Map(metadataProps.map(({ key, value }) => [key, value]));
  const [task, names, stride] = [of.get('task'), of.get('names'), Number(of.get('stride'))];
  if (names === undefined || !(task !== undefined || stride > 0)) return null;
  const unlike = UNLIKE[task ?? ''];
  return {
    by: 'Ultralytics',
    preprocessing: { channels: 'rgb', scale: 1 / 255, mean: [0, 0, 0], std: [1, 1, 1] },
    classNames: namesIn(names),
    ...(Number.isInteger(stride) && stride > 0 && { multiple: stride }),
    ...(unlike && { unlike: `${unlike}, ${REASON}` }),
  };
}

/** Strings of a Python dict from 0, or of a list, in their order; undefined: none. */
export function namesIn(text: string): string[] | undefined {
  const strings = [...text.matchAll(/'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"/g)];
  const names = strings.map(([, single, double]) => (single ?? double).replace(/\\(.)/g, '$1'));
  return names.length ? names : undefined;
}
