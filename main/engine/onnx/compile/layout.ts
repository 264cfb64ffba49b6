import type { ModelInfo } from '../../../../common/scan.ts';

/** Order of the axes of a picture or a map. */
export type Layout = ModelInfo['layout'];

/** Axes of height and width. */
export const PLACE = { nchw: [2, 3], nhwc: [1, 2] } as const satisfies Record<Layout, [number, number]>;
