import { largestConfusion, rowShares } from '../../plots/confusion.ts';
import { cellText, type Matrix } from '../../plots/matrix.ts';
import { cellColor, cellDepth } from '../../plots/shade.ts';
import { DARK, inkOn } from '../../plots/theme.ts';
import { fitText, textWidth } from '../../plots/words.ts';
import { rgbOf } from '../../../common/palette.ts';

export interface Cell {
  row: number;
  column: number;
}

/** Where the cells lie, CSS pixels from the corner of the canvas. */
export interface Placement {
  /** of one cell */
  cell: number;
  /** room for names, on the left and above */
  left: number;
  top: number;
  /** how far it is scrolled */
  x: number;
  y: number;
}

/** Names are written where they can be read. */
export const NAMED_FROM = 10;
const FIGURES_FROM = 30;
const FONT = 'Inter Variable, Inter, system-ui, sans-serif';

/** Room that the names of a matrix take on the left and above. */
export function roomFor({ names, shown }: Matrix): Pick<Placement, 'left' | 'top'> {
  const longest = Math.min(150, Math.max(...shown.map((k) => textWidth(names[k], 12))));
  return { left: Math.round(longest + 14), top: Math.round(longest * 0.8 + 22) };
}

export interface Shaded {
  /** one pixel a cell */
  image: OffscreenCanvas;
  shares: number[][];
  color: (row: number, column: number) => string;
}

/** The colours of all cells, once for a matrix and a scale. */
export function shadeMatrix({ shown, counts, scale }: Matrix): Shaded {
  const shares = rowShares(counts);
  const most = largestConfusion(shares);
  const color = (row: number, column: number) =>
    cellColor(cellDepth(shares[shown[row]][shown[column]], row === column, most, scale), row === column, DARK);
  const size = Math.max(1, shown.length);
  const image = new OffscreenCanvas(size, size);
  const pixels = new ImageData(size, size);
  shown.forEach((_, row) =>
    shown.forEach((_, column) => pixels.data.set([...rgbOf(color(row, column)), 255], 4 * (row * size + column))),
  );
  image.getContext('2d')?.putImageData(pixels, 0, 0);
  return { image, shares, color };
}

/** Draws what is in view. `marked`: cells that get a ring, the one looked at first. */
export function paintMatrix(
  context: CanvasRenderingContext2D,
  { width, height }: { width: number; height: number },
  matrix: Matrix,
  shaded: Shaded,
  place: Placement,
  marked: readonly Cell[],
) {
  const { cell, left, top, x, y } = place;
  const n = matrix.shown.length;
  const first = { row: Math.max(0, Math.floor(y / cell)), column: Math.max(0, Math.floor(x / cell)) };
  const last = {
    row: Math.min(n, Math.ceil((y + height - top) / cell)),
    column: Math.min(n, Math.ceil((x + width - left) / cell)),
  };
  context.clearRect(0, 0, width, height);
  context.save();
  clip(context, left, top, width - left, height - top);
  context.imageSmoothingEnabled = false;
  context.drawImage(shaded.image, left - x, top - y, n * cell, n * cell);
  if (cell >= 8) lines(context, place, first, last);
  if (cell >= FIGURES_FROM) figures(context, matrix, shaded, place, first, last);
  marked.forEach((one, i) => ring(context, place, one, i === 0));
  context.restore();
  names(context, matrix, place, first, last, marked.at(0) ?? null, { width, height });
}

function clip(context: CanvasRenderingContext2D, x: number, y: number, width: number, height: number) {
  context.beginPath();
  context.rect(x, y, width, height);
  context.clip();
}

function lines(context: CanvasRenderingContext2D, { cell, left, top, x, y }: Placement, first: Cell, last: Cell) {
  context.fillStyle = DARK.ground;
  for (let row = first.row; row <= last.row; row++)
    context.fillRect(
      left - x + first.column * cell,
      top - y + row * cell - 0.5,
      (last.column - first.column) * cell,
      1,
    );
  for (let column = first.column; column <= last.column; column++)
    context.fillRect(left - x + column * cell - 0.5, top - y + first.row * cell, 1, (last.row - first.row) * cell);
}

function figures(
  context: CanvasRenderingContext2D,
  { shown }: Matrix,
  { shares, color }: Shaded,
  { cell, left, top, x, y }: Placement,
  first: Cell,
  last: Cell,
) {
  context.font = `${Math.min(12.5, cell * 0.3)}px ${FONT}`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  for (let row = first.row; row < last.row; row++)
    for (let column = first.column; column < last.column; column++) {
      const figure = cellText(shares[shown[row]][shown[column]]);
      if (!figure) continue;
      context.fillStyle = row === column ? DARK.soft : inkOn(color(row, column));
      context.fillText(figure, left - x + (column + 0.5) * cell, top - y + (row + 0.5) * cell + 0.5);
    }
}

function ring(context: CanvasRenderingContext2D, { cell, left, top, x, y }: Placement, at: Cell, main: boolean) {
  const grown = Math.max(0, 9 - cell) / 2;
  const size = cell + 2 * grown;
  const [cornerX, cornerY] = [left - x + at.column * cell - grown, top - y + at.row * cell - grown];
  context.strokeStyle = main ? DARK.ink : DARK.soft;
  context.lineWidth = main ? 2 : 1.5;
  context.strokeRect(cornerX, cornerY, size, size);
  // Seen on the lightest cells too.
  context.strokeStyle = DARK.ground;
  context.lineWidth = 1;
  if (size > 8) context.strokeRect(cornerX + 1.5, cornerY + 1.5, size - 3, size - 3);
}

function names(
  context: CanvasRenderingContext2D,
  { names, shown }: Matrix,
  { cell, left, top, x, y }: Placement,
  first: Cell,
  last: Cell,
  active: Cell | null,
  { width, height }: { width: number; height: number },
) {
  const size = Math.min(12, Math.max(9, cell * 0.85));
  const every = cell >= NAMED_FROM;
  const write = (index: number, here: boolean, draw: (name: string) => void) => {
    if (!every && !here) return;
    context.font = `${here ? 600 : 400} ${here ? Math.max(11, size) : size}px ${FONT}`;
    context.fillStyle = here ? DARK.ink : DARK.soft;
    draw(fitText(names[shown[index]], left - 12, size));
  };
  context.textBaseline = 'middle';
  context.textAlign = 'left';
  context.font = `400 11px ${FONT}`;
  context.fillStyle = DARK.third;
  context.fillText('proposed →', 0, 8);
  context.fillText('given ↓', 0, top - 12);
  context.save();
  clip(context, 0, top, left, height - top);
  context.textAlign = 'right';
  for (let row = first.row; row < last.row; row++)
    write(row, row === active?.row, (name) => context.fillText(name, left - 8, top - y + (row + 0.5) * cell));
  context.restore();
  context.save();
  clip(context, left - 2, 0, width - left, top);
  context.textAlign = 'left';
  for (let column = first.column; column < last.column; column++)
    write(column, column === active?.column, (name) => {
      context.save();
      context.translate(left - x + (column + 0.5) * cell + 2, top - 6);
      context.rotate(-Math.PI * 0.29);
      context.fillText(name, 0, 0);
      context.restore();
    });
  context.restore();
}
