import type { Cell } from './csv.ts';
import type { Drawing } from './svg.ts';
import type { PlotTheme } from './theme.ts';

/** Something a person would put in a report: drawn at any width, in any colours, and as a table of the figures behind it. */
export interface Figure {
  /** part of the name of its files, such as `iou-by-class` */
  name: string;
  title: string;
  draw(width: number, theme: PlotTheme): Drawing;
  /** the first row has the names of the columns */
  table(): Cell[][];
}

/** Pixels across of a saved drawing without its margin: as wide as the text of a page. */
export const SAVED_WIDTH = 720;
